import type { PartEffect, RequestKind, RequestPath, StructureAnswer } from '../../protocol/structure.ts'
import type { HostRecord, RecordId, VmRecord } from '../../protocol/records.ts'
import type { QueryParams } from '../../protocol/commands.ts'
import { Failure } from '../base/failure.ts'
import { compose } from '../hypervisor/products/compose.ts'
import type { Composition, HostPlan, VmPlan } from '../hypervisor/products/composition.ts'
import { effectsOf, supportOf } from '../hypervisor/products/effects.ts'
import { guestId, pathOf } from '../hypervisor/products/paths.ts'
import type { Store } from '../store/store.ts'
import { findHostSystem, findProduct } from './catalogue/find.ts'
import { hypervisorsOf, isActive, vmsOf } from './machines.ts'

/** VMs that a picture of a host shows; a host with more is told by its first ones. */
const MOST_SHOWN = 48
const REQUESTS: readonly RequestKind[] = ['instruction', 'block', 'network']

const planOfVm = ({ id, name, hypervisor, role, technique, vcpus, hasDisk, hasNic, osName }: VmRecord): VmPlan => ({ id, name, hypervisor, role, technique, vcpus, hasDisk, hasNic, system: osName })

/** The records of a host, as far as its structure follows from them. `also`: a VM that need not run. */
function planOf(store: Store, host: HostRecord, also: RecordId<'vm'> | undefined): HostPlan {
  const system = host.os === null ? null : findHostSystem(host.os)
  return {
    id: host.id, processor: host.cpu.model, os: system, nics: host.nics, disks: host.disks,
    hypervisors: hypervisorsOf(store, host.id),
    vms: vmsOf(store, host.id).filter((vm) => isActive(vm) || vm.role !== 'guest' || vm.id === also).map(planOfVm),
  }
}

export interface HostStructure {
  readonly plan: HostPlan
  readonly composition: Composition
  /** What is down or stalled now. */
  readonly now: ReadonlyMap<string, PartEffect>
}

export function structureOf(store: Store, host: HostRecord, also?: RecordId<'vm'>): HostStructure {
  return withParts(planOf(store, host, also), host)
}

function withParts(plan: HostPlan, host: HostRecord): HostStructure {
  const composition = compose(plan, findProduct)
  return { plan, composition, now: effectsOf(composition, host.failed.filter((id) => composition.find(id))) }
}

/** Answers the `host.structure` query. Throws `not-found` for a part that is not there, `invalid` for another host's VM. */
export function structureAnswer(store: Store, { host: id, vm: wanted, crash }: QueryParams<'host.structure'>): StructureAnswer {
  const host = store.require(id)
  if (wanted !== undefined && store.require(wanted).host !== id) throw new Failure('invalid', `${store.require(wanted).name} is not on ${host.name}.`)
  const full = planOf(store, host, wanted)
  const guests = full.vms.filter(({ role }) => role !== 'privileged-domain')
  const shown = new Set([...guests.slice(0, MOST_SHOWN).map((vm) => vm.id), wanted])
  const { plan, composition, now } = withParts({ ...full, vms: full.vms.filter((vm) => vm.role === 'privileged-domain' || shown.has(vm.id)) }, host)
  if (crash !== undefined && !composition.find(crash)) throw new Failure('not-found', `${host.name} has no part ${crash}.`)
  const after = crash === undefined ? null : effectsOf(composition, [...host.failed, crash].filter((part) => composition.find(part)))
  const vm = plan.vms.find((each) => each.id === (wanted ?? guests[0]?.id))
  return {
    parts: composition.parts,
    now: Object.fromEntries(now),
    crash: after && Object.fromEntries([...after].filter(([part, effect]) => JSON.stringify(now.get(part)) !== JSON.stringify(effect))),
    vm: vm && composition.find(guestId(vm)) ? aboutVm(plan, composition, vm) : null,
  }
}

function aboutVm(plan: HostPlan, composition: Composition, vm: VmPlan): StructureAnswer['vm'] {
  const paths = REQUESTS.map((request) => pathOf(composition, vm, request)).filter((path): path is RequestPath => path !== null)
  // Other VMs' parts are beside it, not below; without them the answer is the same and comes sooner.
  const alone = compose({ ...plan, vms: plan.vms.filter(({ id, role }) => id === vm.id || role === 'privileged-domain') }, findProduct)
  return { id: vm.id, technique: vm.technique, paths, ...supportOf(alone, guestId(vm)) }
}
