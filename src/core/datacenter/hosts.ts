import type { CommandHandlers, CommandParams } from '../../protocol/commands.ts'
import { ROOM_ID, type CpuFlag, type HostRecord, type NicSpec, type RecordId } from '../../protocol/records.ts'
import { Failure } from '../base/failure.ts'
import { findHostModel, findHostSystem, findProduct } from './catalogue/find.ts'
import type { Product } from '../hypervisor/products/catalogue.ts'
import type { DatacenterContext } from './context.ts'
import { checkInstall } from './install-checks.ts'
import { hypervisorsOf, memoryText, refreshHost, reservedMemoryMiB, vmMemoryMiB, vmsOf } from './machines.ts'
import { claimName, freeName, nextOrder } from './naming.ts'
import { FLAG_NAMES } from './technique.ts'

type HostCommands = 'rack.add' | 'rack.remove' | 'host.add' | 'host.configure' | 'host.remove' | 'host.install-os' | 'host.install-hypervisor' | 'host.wipe'

export const LAN_ID: RecordId<'network'> = 'network:lan'

/** Racks, hosts and what is installed on them. Installing is planning: it takes no simulated time and can be undone. */
export function hostHandlers(context: DatacenterContext): CommandHandlers<HostCommands> {
  const { store, ids } = context
  return {
    'rack.add': ({ name }) => {
      const racks = store.all('rack')
      const rack = ids.next('rack')
      store.put({ id: rack, type: 'rack', room: ROOM_ID, name: name ? claimName(name, racks) : freeName('rack', racks), order: nextOrder(racks) })
      return { rack }
    },
    'rack.remove': ({ rack }) => {
      const { name } = store.require(rack)
      const hosts = store.all('host').filter((host) => host.rack === rack)
      if (hosts.length > 0) throw new Failure('conflict', `${name} still holds ${hosts.map((host) => host.name).join(', ')}.`, 'Remove its hosts first.')
      store.remove(rack)
      return null
    },
    'host.add': (params) => addHost(context, params),
    'host.configure': (params) => configureHost(context, params),
    'host.remove': ({ host }) => {
      const record = requireSettled(store.require(host))
      wipe(context, record)
      store.remove(host)
      return null
    },
    'host.install-os': ({ host, os }) => installSystem(context, requireSettled(store.require(host)), os),
    'host.install-hypervisor': ({ host, product }) => ({ hypervisor: installHypervisor(context, requireSettled(store.require(host)), findProduct(product)) }),
    'host.wipe': ({ host }) => {
      wipe(context, requireSettled(store.require(host)))
      store.update(host, { os: null, osName: null, kernel: null, state: 'empty', since: context.simulation.now })
      refreshHost(store, host)
      return null
    },
  }
}

function addHost({ store, ids, simulation, events }: DatacenterContext, params: CommandParams<'host.add'>): { host: RecordId<'host'> } {
  const model = findHostModel(params.model)
  const hosts = store.all('host')
  const rack = params.rack ? store.require(params.rack).id : store.all('rack')[0]?.id
  if (!rack) throw new Failure('conflict', 'There is no rack to put it in.', 'Add a rack first.')
  const id = ids.next('host')
  const name = params.name ? claimName(params.name, hosts) : freeName('host', hosts)
  store.put({
    id, type: 'host', rack, name, order: nextOrder(hosts), model: model.key, formFactor: model.formFactor, cpu: model.cpu, memoryMiB: model.memoryMiB,
    disks: model.disks, nics: model.nics.map((nic, at) => ({ name: `nic${at}`, model: nic, mac: macAddress(Number(id.slice('host:'.length)), at), network: LAN_ID }) satisfies NicSpec),
    state: 'empty', os: null, osName: null, kernel: null, since: simulation.now, memoryUsedMiB: 0, vcpusUsed: 0, failed: [],
  })
  events.add({ kind: 'edit', subject: id, subjectName: name, text: `${name} stands in the rack: ${model.cpu.model}, ${memoryText(model.memoryMiB)}, nothing installed.` })
  return { host: id }
}

/** Locally administered addresses, counted up: the same project gives the same ones. */
function macAddress(host: number, nic: number): string {
  const hex = (value: number): string => (value & 0xff).toString(16).padStart(2, '0')
  return `02:67:68:${hex(host >> 8)}:${hex(host)}:${hex(nic)}`
}

function configureHost({ store }: DatacenterContext, { host: id, memoryMiB, cores, flags }: CommandParams<'host.configure'>): null {
  const host = requireSettled(store.require(id))
  if (memoryMiB !== undefined) {
    const used = reservedMemoryMiB(store, host) + vmMemoryMiB(store, id)
    if (memoryMiB < used) throw new Failure('capacity', `${memoryText(used)} of ${host.name}'s memory are in use.`, 'Stop VMs first, or keep more memory.')
    store.update(id, { memoryMiB })
  }
  if (cores !== undefined) store.update(id, { cpu: { ...store.require(id).cpu, cores } })
  if (flags !== undefined) setFlags(store.require(id), flags, (cpu) => store.update(id, { cpu }))
  return null

  function setFlags(record: HostRecord, wanted: readonly CpuFlag[], apply: (cpu: HostRecord['cpu']) => void): void {
    const model = findHostModel(record.model)
    const possible = [...model.cpu.flags, ...model.switchedOff]
    const impossible = wanted.find((flag) => !possible.includes(flag))
    if (impossible) throw new Failure('refused', `${record.cpu.model} was made without ${FLAG_NAMES[impossible]}; no firmware setting adds it.`, 'Choose a host with a newer processor.')
    const lost = record.cpu.flags.filter((flag) => !wanted.includes(flag))
    const busy = vmsOf(store, id).find((vm) => vm.technique === 'hardware-assist' && vm.state !== 'off')
    if (busy && lost.some((flag) => flag === 'vmx' || flag === 'svm')) throw new Failure('conflict', `${busy.name} runs with hardware assist.`, 'Stop it first: the firmware is set while the machine is restarted.')
    apply({ ...record.cpu, flags: possible.filter((flag) => wanted.includes(flag)) })
  }
}

function installSystem({ store, simulation, events }: DatacenterContext, host: HostRecord, key: string): null {
  const system = findHostSystem(key)
  const present = hypervisorsOf(store, host.id)
  if (host.os !== null || present.length > 0) {
    throw new Failure('conflict', `${host.name} already runs ${host.osName ?? present[0]!.name}.`, 'Wipe the host first.')
  }
  if (system.family === 'macos' && !host.model.startsWith('macbook')) throw new Failure('refused', `${system.name} installs only on Apple's own machines.`, 'Choose the MacBook-like laptop.')
  if (system.memoryMiB > host.memoryMiB) throw new Failure('capacity', `${system.name} needs ${memoryText(system.memoryMiB)}, and ${host.name} has ${memoryText(host.memoryMiB)}.`)
  store.update(host.id, { os: system.key, osName: system.name, kernel: system.kernel, state: 'running', since: simulation.now })
  refreshHost(store, host.id)
  events.add({ kind: 'host', subject: host.id, subjectName: host.name, text: `${system.name} runs on ${host.name}.` })
  return null
}

function installHypervisor(context: DatacenterContext, host: HostRecord, product: Product): RecordId<'hypervisor'> {
  const { store, ids, simulation, events } = context
  checkInstall(product, host, hypervisorsOf(store, host.id))
  const id = ids.next('hypervisor')
  store.put({
    id, type: 'hypervisor', host: host.id, product: product.key, name: product.name, year: product.year,
    kind: product.kind, structure: product.structure, state: 'running', driversIn: product.driversIn,
  })
  if (host.state === 'empty') store.update(host.id, { state: 'running', since: simulation.now })
  if (product.domain) addPrivilegedDomain(context, host, id, product.domain)
  refreshHost(store, host.id)
  events.add({ kind: 'host', subject: host.id, subjectName: host.name, text: `${product.name} runs on ${host.name}; its drivers live in ${product.driversIn}.` })
  return id
}

function addPrivilegedDomain({ store, ids, simulation }: DatacenterContext, host: HostRecord, hypervisor: RecordId<'hypervisor'>, domain: NonNullable<Product['domain']>): void {
  const id = ids.next('vm')
  store.put({
    id, type: 'vm', host: host.id, hypervisor, name: domain.name, order: 0, role: 'privileged-domain', template: 'privileged-domain',
    osName: domain.os, kernel: domain.kernel, vcpus: 1, memoryMiB: domain.memoryMiB, diskGiB: 8,
    mac: macAddress(Number(id.slice('vm:'.length)), 1), uuid: `privileged-${id.slice('vm:'.length)}`,
    technique: 'none', state: 'running', since: simulation.now, boot: [], currentSnapshot: null, faultText: null, console: '', hasDisk: true, hasNic: true, monitor: 'automatic', stalled: [],
  })
}

/** What is down has to come up first: nothing is put on a host, or taken off, that does not answer. */
export function requireSettled(host: HostRecord): HostRecord {
  if (host.state === 'crashed') throw new Failure('conflict', `${host.name} has crashed.`, 'Switch it off and on first.')
  if (host.state === 'booting' || host.failed.length > 0) throw new Failure('conflict', `${host.name} is not up yet.`, 'Wait until everything on it runs again.')
  return host
}

/** Takes everything off a host. Guests must be gone first: they are somebody's work. */
function wipe(context: DatacenterContext, host: HostRecord): void {
  const { store } = context
  const guests = vmsOf(store, host.id).filter((vm) => vm.role === 'guest')
  if (guests.length > 0) throw new Failure('conflict', `${host.name} still holds ${guests.map((vm) => vm.name).join(', ')}.`, 'Delete its VMs first.')
  const owners = new Set<RecordId>([host.id, ...vmsOf(store, host.id).map((vm) => vm.id)])
  for (const engine of store.all('engine').filter((each) => owners.has(each.owner))) {
    context.hosting().detach(engine.id)
    store.remove(engine.id)
  }
  for (const vm of vmsOf(store, host.id)) store.remove(vm.id)
  for (const hypervisor of hypervisorsOf(store, host.id)) store.remove(hypervisor.id)
}
