import type { CommandHandlers, CommandParams } from '../../protocol/commands.ts'
import type { RecordId, VmRecord } from '../../protocol/records.ts'
import { Failure } from '../base/failure.ts'
import { checkSize } from './admission.ts'
import { findGuest, findProduct } from './catalogue/find.ts'
import type { DatacenterContext } from './context.ts'
import { refreshHost, vmsOf } from './machines.ts'
import { claimName, freeName, nextOrder } from './naming.ts'
import { chooseTechnique } from './technique.ts'

type VmCommands = 'vm.create' | 'vm.configure' | 'vm.delete' | 'vm.clone'

/** The plan of VMs: which there are and how large. Their life is in `power.ts`. */
export function vmHandlers(context: DatacenterContext): CommandHandlers<VmCommands> {
  return {
    'vm.create': (params) => ({ vm: createVm(context, params) }),
    'vm.configure': (params) => configureVm(context, params),
    'vm.delete': ({ vm }) => deleteVm(context, context.store.require(vm)),
    'vm.clone': ({ vm, name }) => ({ vm: cloneVm(context, context.store.require(vm), name) }),
  }
}

function createVm(context: DatacenterContext, params: CommandParams<'vm.create'>): RecordId<'vm'> {
  const { store } = context
  const hypervisor = store.require(params.hypervisor)
  const host = store.require(hypervisor.host)
  const product = findProduct(hypervisor.product)
  const guest = findGuest(params.template)
  if (guest.family === 'macos') throw new Failure('refused', `${guest.name} installs only on Apple's own machines.`)
  const siblings = vmsOf(store, host.id)
  const name = params.name ? claimName(params.name, siblings) : freeName('vm', siblings)
  const size = { vcpus: params.vcpus ?? guest.vcpus, memoryMiB: params.memoryMiB ?? guest.memoryMiB, diskGiB: params.diskGiB ?? guest.diskGiB }
  checkSize(store, product, host, name, size)
  const technique = chooseTechnique(product, host, guest)
  const id = addVm(context, { ...size, host: host.id, hypervisor: hypervisor.id, name, role: 'guest', template: guest.key, osName: guest.name, kernel: guest.kernel, technique })
  context.events.add({ kind: 'edit', subject: id, subjectName: name, text: `${name} is planned on ${host.name}: ${guest.name}, run by ${techniqueText(technique)}.` })
  return id
}

type NewVm = Pick<VmRecord, 'host' | 'hypervisor' | 'name' | 'role' | 'template' | 'osName' | 'kernel' | 'vcpus' | 'memoryMiB' | 'diskGiB' | 'technique'> & Partial<Pick<VmRecord, 'hasDisk' | 'hasNic' | 'monitor'>>

/** Puts a switched-off VM with an identity of its own: MAC and UUID are never shared, not even by a clone (S016). */
export function addVm({ store, ids, simulation }: DatacenterContext, vm: NewVm): RecordId<'vm'> {
  const id = ids.next('vm')
  const number = Number(id.slice('vm:'.length))
  const identity = simulation.random.fork(id)
  store.put({
    hasDisk: true, hasNic: true, monitor: 'automatic', ...vm, id, type: 'vm', order: nextOrder(vmsOf(store, vm.host)), mac: macAddress(number), uuid: uuid(identity.hex(32)),
    state: 'off', since: simulation.now, boot: [], currentSnapshot: null, faultText: null, console: '', stalled: [],
  })
  return id
}

/** KVM's prefix for locally made addresses, then the VM's number. */
function macAddress(number: number): string {
  const hex = (value: number): string => (value & 0xff).toString(16).padStart(2, '0')
  return `52:54:00:${hex(number >> 16)}:${hex(number >> 8)}:${hex(number)}`
}

/** A version 4 UUID (RFC 9562, section 5.4) of 32 random hexadecimal digits. */
function uuid(digits: string): string {
  const variant = ((Number.parseInt(digits[16]!, 16) & 3) | 8).toString(16)
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20)}`
}

function configureVm({ store }: DatacenterContext, { vm: id, ...changes }: CommandParams<'vm.configure'>): null {
  const vm = store.require(id)
  requireGuest(vm, 'changed')
  if (vm.state !== 'off') throw new Failure('conflict', `${vm.name} is ${vm.state}: its hardware cannot change under it.`, 'Stop it first.')
  const size = { vcpus: changes.vcpus ?? vm.vcpus, memoryMiB: changes.memoryMiB ?? vm.memoryMiB, diskGiB: changes.diskGiB ?? vm.diskGiB }
  if (size.diskGiB < vm.diskGiB) throw new Failure('refused', `The disk of ${vm.name} cannot shrink below ${vm.diskGiB} GiB: its file system would lose its end.`, 'Grow it, or create a smaller VM.')
  const hypervisor = vm.hypervisor === null ? undefined : store.get(vm.hypervisor)
  if (hypervisor) checkSize(store, findProduct(hypervisor.product), store.require(vm.host), vm.name, size)
  const monitor = changes.monitor ?? vm.monitor
  const technique = hypervisor && monitor !== vm.monitor ? chooseTechnique(findProduct(hypervisor.product), store.require(vm.host), findGuest(vm.template), monitor) : vm.technique
  store.update(id, { ...size, hasDisk: changes.disk ?? vm.hasDisk, hasNic: changes.nic ?? vm.hasNic, monitor, technique })
  return null
}

function deleteVm(context: DatacenterContext, vm: VmRecord): null {
  const { store } = context
  requireGuest(vm, 'deleted')
  if (vm.state !== 'off' && vm.state !== 'fault') throw new Failure('conflict', `${vm.name} is ${vm.state}.`, 'Stop it first.')
  for (const engine of store.all('engine').filter((each) => each.owner === vm.id)) {
    context.hosting().detach(engine.id)
    store.remove(engine.id)
  }
  for (const snapshot of store.all('snapshot').filter((each) => each.vm === vm.id)) store.remove(snapshot.id)
  store.remove(vm.id)
  refreshHost(store, vm.host)
  return null
}

function cloneVm(context: DatacenterContext, vm: VmRecord, wanted: string | undefined): RecordId<'vm'> {
  const { store, events } = context
  requireGuest(vm, 'cloned')
  if (vm.state !== 'off') throw new Failure('conflict', `${vm.name} is ${vm.state}: a clone copies a disk at rest.`, 'Stop it first.')
  const siblings = vmsOf(store, vm.host)
  const name = wanted ? claimName(wanted, siblings) : freeName(`${vm.name}-clone`, siblings)
  const { host, hypervisor, role, template, osName, kernel, vcpus, memoryMiB, diskGiB, technique, monitor, hasDisk, hasNic } = vm
  const id = addVm(context, { host, hypervisor, role, template, osName, kernel, vcpus, memoryMiB, diskGiB, technique, monitor, hasDisk, hasNic, name })
  cloneEngines(context, vm.id, id, name)
  events.add({ kind: 'edit', subject: id, subjectName: name, text: `${name} is a copy of ${vm.name} with a MAC address and a UUID of its own.` })
  return id
}

/** A disk is copied with everything on it: images, containers and what they wrote. */
function cloneEngines({ store, ids, hosting }: DatacenterContext, from: RecordId<'vm'>, to: RecordId<'vm'>, name: string): void {
  const engines = new Map<RecordId<'engine'>, RecordId<'engine'>>()
  for (const engine of store.all('engine').filter((each) => each.owner === from)) {
    const id = ids.next('engine')
    store.put({ ...engine, id, owner: to, name, state: 'stopped' })
    hosting().attach(id, to)
    engines.set(engine.id, id)
  }
  hosting().cloneDisk(from, to, engines)
}

function requireGuest(vm: VmRecord, verb: string): void {
  if (vm.role !== 'guest') throw new Failure('refused', `${vm.name} is no guest: it cannot be ${verb}.`, 'It comes and goes with its hypervisor or engine.')
}

function techniqueText(technique: VmRecord['technique']): string {
  switch (technique) {
    case 'hardware-assist':
      return 'hardware assist'
    case 'binary-translation':
      return 'binary translation'
    case 'paravirtualization':
      return 'paravirtualization'
    case 'none':
      return 'the processor itself'
  }
}
