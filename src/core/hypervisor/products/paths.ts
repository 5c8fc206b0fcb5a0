import type { Crossing, PathStation, RequestKind, RequestPath } from '../../../protocol/structure.ts'
import type { Composition, Part, VmPlan } from './composition.ts'
import { chain } from './effects.ts'

const BACK: Readonly<Record<Crossing, Crossing>> = {
  call: 'call', memory: 'memory', device: 'interrupt', interrupt: 'device', trap: 'resume', 'call-out': 'resume', resume: 'trap', 'vm-exit': 'vm-entry', 'vm-entry': 'vm-exit',
  hypercall: 'virtual-interrupt', 'virtual-interrupt': 'hypercall', 'world-switch': 'world-switch', 'monitor-call': 'resume', 'system-call': 'user-return', 'user-return': 'system-call',
}
/** Ways on which no protection domain is left. */
const INSIDE: ReadonlySet<Crossing> = new Set(['call', 'memory'])

/** The way of a guest's request, station by station, or null where the guest cannot make it. */
export function pathOf(composition: Composition, vm: VmPlan, request: RequestKind): RequestPath | null {
  const from = startOf(composition, vm, request)
  if (!from) return null
  const stations = request === 'instruction' ? [from, composition.get(from.needs.run!)] : [from, ...chain(composition, from, request)]
  const there = stations.map((station, at): PathStation => ({ part: station.id, by: at === 0 ? null : crossing(composition, stations[at - 1]!, station, vm.technique) }))
  const ways = there.slice(1).map(({ by }) => by!)
  const back = [...stations].reverse().map((station, at): PathStation => ({ part: station.id, by: at === 0 ? null : BACK[ways[ways.length - at]!] }))
  return { request, there, back, hops: ways.length, crossings: ways.filter((way) => !INSIDE.has(way)).length }
}

function startOf(composition: Composition, vm: VmPlan, request: RequestKind): Part | undefined {
  const guest = composition.find(guestId(vm))
  if (!guest || request === 'instruction') return guest?.needs.run === undefined ? undefined : guest
  return composition.childrenOf(guest.id).find(({ kind, needs }) => kind === 'front-end' && needs[request] !== undefined)
}

export const guestId = (vm: Pick<VmPlan, 'id'>): string => `${vm.id}/guest`

/** How control gets from one part to the next: it follows from the protection domains that they are in, and from how the guest's processor is virtualized. */
function crossing(composition: Composition, from: Part, to: Part, technique: VmPlan['technique']): Crossing {
  if (to.kind === 'shared-memory') return 'memory'
  const [here, there] = [composition.spaceOf(from.id), composition.spaceOf(to.id)]
  if (here === there) return 'call'
  if (there.mode === 'device' || there.mode === 'card' || there.mode === 'machine') return 'device'
  if (composition.isWithin(there.id, here.id)) return there.in === here.id && there.mode === 'process' ? 'user-return' : 'virtual-interrupt'
  switch (here.mode) {
    case 'guest': return from.kind === 'process' ? 'system-call' : exitBy(technique)
    case 'process': return 'system-call'
    case 'monitor': return composition.isWithin(here.id, there.id) ? 'monitor-call' : 'world-switch'
    default: return 'call'
  }
}

function exitBy(technique: VmPlan['technique']): Crossing {
  switch (technique) {
    case 'hardware-assist': return 'vm-exit'
    case 'binary-translation': return 'call-out'
    case 'paravirtualization': return 'hypercall'
    case 'none': return 'trap'
  }
}
