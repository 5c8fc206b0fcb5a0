import type { HostRecord, HypervisorRecord, RecordId } from '../../../protocol/records.ts'
import { describeEngine, describeGuest, gib, kernelName } from './describe-guest.ts'
import { memoryText } from './memory-text.ts'
import type { RoomIndex } from './room-index.ts'
import type { BandScene, Condition, GroupScene, GuestScene, HostScene, HypervisorScene, NetworkScene, RackScene, Words } from './types.ts'

const HOST_CONDITION: Readonly<Record<HostRecord['state'], Condition>> = { empty: 'off', installing: 'busy', running: 'running', crashed: 'fault', booting: 'busy' }
/** The one hypervisor that is a module of the host's own kernel. */
const KERNEL_MODULE = 'kvm'

export function describeHost(index: RoomIndex, id: RecordId<'host'>, words: Words): HostScene | null {
  const host = index.get(id)
  if (!host) return null
  const hypervisors = index.children(id, 'hypervisor').map((record) => ({ record, scene: describeHypervisor(record, words) }))
  const guests = index.children(id, 'vm').map((vm) => ({ vm, scene: describeGuest(index, host, vm, words) }))
  const band = describeBand(host, hypervisors)
  const memory = memoryText(host.memoryMiB)
  const cores = host.cpu.cores
  const groups: GroupScene[] = hypervisors.map(({ record, scene }) => {
    const mine = guests.filter(({ vm }) => vm.hypervisor === record.id && vm.role !== 'hidden').map((guest) => guest.scene)
    return {
      key: record.id, band: record.kind === 'hosted' ? scene : null,
      guests: mine.filter((guest) => guest.role === 'guest'), privileged: mine.find((guest) => guest.role === 'privileged-domain') ?? null, engine: null,
    }
  })
  const known = new Set(hypervisors.map(({ record }) => record.id))
  const alone = guests.filter(({ vm }) => vm.role === 'hidden' || vm.hypervisor === null || !known.has(vm.hypervisor)).map((guest) => guest.scene)
  if (alone.length > 0) groups.push({ key: 'hidden', band: null, guests: alone, privileged: null, engine: null })
  const engine = describeEngine(index, id, words)
  if (engine) groups.push({ key: engine.id, band: null, guests: [], privileged: null, engine })
  return {
    id, rack: host.rack, order: host.order, name: host.name, formFactor: host.formFactor,
    condition: HOST_CONDITION[host.state], word: words(`state.${host.state}`),
    spec: [words('spec.hostShort', { cores, memory }), words('spec.hostShortest', { cores })],
    platform: platformOf(band, words), band, groups,
    cpu: { label: words('cpu'), share: host.vcpusUsed / cores, text: [words('vcpusOnCores', { used: host.vcpusUsed, cores }), words('vcpusShort', { used: host.vcpusUsed, cores }), words('of', { used: host.vcpusUsed, total: cores })] },
    memory: { label: words('ram'), share: host.memoryUsedMiB / host.memoryMiB, text: [words('of', { used: gib(host.memoryUsedMiB), total: memory }), memory] },
    nics: host.nics.map((nic) => {
      const network = nic.network ? index.get(nic.network) : undefined
      return { name: nic.name, label: network ? words('nic', { name: nic.name, network: network.name }) : words('nicFree', { name: nic.name }), network: network ? nic.network : null }
    }),
    census: census(groups),
  }
}

function describeHypervisor(record: HypervisorRecord, words: Words): HypervisorScene {
  return {
    id: record.id, name: record.name, kind: record.kind, structure: record.structure,
    drivers: words('drivers', { place: record.driversIn }), installing: record.state === 'installing',
  }
}

function describeBand(host: HostRecord, hypervisors: readonly { record: HypervisorRecord; scene: HypervisorScene }[]): BandScene {
  const module = hypervisors.find(({ record }) => record.product === KERNEL_MODULE && host.os !== null)
  const metal = hypervisors.find(({ record }) => record.kind === 'bare-metal' && record !== module?.record)
  if (metal) return { kind: 'hypervisor', hypervisor: metal.scene }
  if (host.os === null) return { kind: 'none' }
  return {
    kind: 'host-os', name: host.osName ?? host.os, kernel: host.kernel ? kernelName(host.kernel) : '',
    installing: host.state === 'installing', module: module?.scene ?? null,
  }
}

function platformOf(band: BandScene, words: Words): string {
  switch (band.kind) {
    case 'none': return words('noSystem')
    case 'hypervisor': return band.hypervisor.name
    case 'host-os': return band.module ? `${band.module.name}, ${band.name}` : band.name
  }
}

function census(groups: readonly GroupScene[]): Condition[] {
  const found: Condition[] = []
  const guest = (scene: GuestScene) => {
    found.push(scene.condition)
    for (const container of scene.engine?.containers ?? []) found.push(container.condition)
  }
  for (const group of groups) {
    if (group.privileged) guest(group.privileged)
    group.guests.forEach(guest)
    for (const container of group.engine?.containers ?? []) found.push(container.condition)
  }
  return found
}

/** Racks in order, with those of their hosts that `scenes` holds. */
export function describeRacks(index: RoomIndex, scenes: ReadonlyMap<RecordId<'host'>, HostScene>): RackScene[] {
  return index.all('rack').map((rack) => ({
    id: rack.id, name: rack.name, order: rack.order,
    hosts: index.children(rack.id, 'host').flatMap((host) => scenes.get(host.id) ?? []),
  }))
}

export function describeNetworks(index: RoomIndex): NetworkScene[] {
  return index.all('network').map(({ id, name, cidr }) => ({ id, name, cidr }))
}
