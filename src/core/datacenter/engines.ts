import type { CommandHandlers } from '../../protocol/commands.ts'
import type { HostRecord, RecordId, VmRecord } from '../../protocol/records.ts'
import { Failure } from '../base/failure.ts'
import type { LinuxSystemInfo, LinuxSystems } from '../containers/runtime/linux-system.ts'
import { MiB } from '../simulation/units.ts'
import type { Store } from '../store/store.ts'
import { findGuest, findHostSystem } from './catalogue/find.ts'
import { LINUXKIT } from './catalogue/guests.ts'
import type { DatacenterContext } from './context.ts'
import { requireSettled } from './hosts.ts'
import { kernelBefore } from './install-checks.ts'
import { freeMemoryMiB, hypervisorsOf, memoryText, refreshHost } from './machines.ts'
import { isUp } from './power.ts'
import { hasHardwareAssist } from './technique.ts'
import { addVm } from './vms.ts'

const ENGINE_VERSION = '28.2.2'

type Owner = RecordId<'host'> | RecordId<'vm'>

/** Docker on a Linux machine; on macOS and Windows, Docker Desktop with the Linux VM that it hides (S173 to S175). */
export function engineHandlers(context: DatacenterContext): CommandHandlers<'engine.install' | 'engine.remove'> {
  const { store, events } = context
  return {
    'engine.install': ({ owner }) => {
      const machine = owner.startsWith('vm:') ? installInVm(context, store.require(owner as RecordId<'vm'>)) : installOnHost(context, store.require(owner as RecordId<'host'>))
      return { engine: addEngine(context, machine.owner, machine.name) }
    },
    'engine.remove': ({ engine: id }) => {
      const engine = store.require(id)
      const running = store.all('container').filter((each) => each.engine === id && each.state === 'running')
      if (running.length > 0) throw new Failure('conflict', `${engine.name} still runs ${running.map((each) => each.name).join(', ')}.`, 'Stop its containers first.')
      context.hosting().detach(id)
      store.remove(id)
      const vm = engine.owner.startsWith('vm:') ? store.get(engine.owner as RecordId<'vm'>) : undefined
      if (vm?.role === 'hidden') {
        store.remove(vm.id)
        refreshHost(store, vm.host)
      }
      events.add({ kind: 'engine', subject: engine.owner, subjectName: engine.name, text: `Docker is removed from ${engine.name}.` })
      return null
    },
  }
}

function installOnHost(context: DatacenterContext, host: HostRecord): { owner: Owner; name: string } {
  const { store } = context
  if (host.os === null) {
    const present = hypervisorsOf(store, host.id)[0]
    throw present
      ? new Failure('refused', `${host.name} runs ${present.name} on the bare machine: there is no Linux for Docker to share.`, 'Create a Linux VM and install Docker in it.')
      : new Failure('refused', `${host.name} is empty: containers need a kernel to share.`, 'Install Linux, Windows or macOS first.')
  }
  requireSettled(host)
  const system = findHostSystem(host.os)
  requireNoEngine(store, host.id, host.name)
  if (system.family !== 'linux') return { owner: addHiddenVm(context, host), name: host.name }
  requireKernel(host.name, system.kernel)
  return { owner: host.id, name: host.name }
}

function installInVm({ store }: DatacenterContext, vm: VmRecord): { owner: Owner; name: string } {
  if (vm.role !== 'guest') throw new Failure('refused', `${vm.name} is no place for containers.`, 'Use a guest, or a Linux host.')
  const guest = findGuest(vm.template)
  if (guest.family !== 'linux') throw new Failure('refused', `${vm.name} runs ${guest.name}: Linux containers need a Linux kernel.`, 'Use a Linux guest.')
  if (vm.state !== 'running') throw new Failure('conflict', `${vm.name} is ${vm.state}.`, 'Start it first: Docker is installed from inside.')
  requireKernel(vm.name, vm.kernel)
  requireNoEngine(store, vm.id, vm.name)
  return { owner: vm.id, name: vm.name }
}

function requireKernel(name: string, release: string): void {
  if (kernelBefore(release, 3, 10, 0)) {
    throw new Failure('refused', `Docker needs Linux 3.10 or newer, and ${name} runs ${release}.`, 'Use a newer system: the image may still be an old one.')
  }
}

function requireNoEngine(store: Store, owner: Owner, name: string): void {
  const hidden = store.all('vm').filter((vm) => vm.role === 'hidden' && vm.host === owner).map((vm): Owner => vm.id)
  if (store.all('engine').some((engine) => engine.owner === owner || hidden.includes(engine.owner))) throw new Failure('conflict', `${name} has Docker already.`)
}

/** Docker Desktop gives its VM half of the machine's memory (its documented default). */
function addHiddenVm(context: DatacenterContext, host: HostRecord): Owner {
  const { store, simulation } = context
  if (!hasHardwareAssist(host)) {
    throw new Failure('refused', `Docker Desktop runs Linux in a hidden VM, and the processor of ${host.name} has hardware assist switched off.`, 'Turn on VT-x in the host\'s firmware (Change the hardware).')
  }
  const memoryMiB = Math.floor(host.memoryMiB / 2)
  const free = freeMemoryMiB(store, host)
  if (memoryMiB > free) throw new Failure('capacity', `Docker Desktop takes ${memoryText(memoryMiB)}, half of ${host.name}'s memory, and ${memoryText(free)} are free.`, 'Stop a VM first.')
  const id = addVm(context, {
    host: host.id, hypervisor: null, name: 'linuxkit', role: 'hidden', template: LINUXKIT.key, osName: LINUXKIT.name, kernel: LINUXKIT.kernel,
    vcpus: host.cpu.cores, memoryMiB, diskGiB: LINUXKIT.diskGiB, technique: 'hardware-assist',
  })
  store.update(id, { state: 'running', since: simulation.now })
  refreshHost(store, host.id)
  return id
}

function addEngine({ store, ids, events, hosting }: DatacenterContext, owner: Owner, name: string): RecordId<'engine'> {
  const id = ids.next('engine')
  store.put({ id, type: 'engine', owner, name, version: ENGINE_VERSION, storageDriver: 'overlay2', state: 'running' })
  hosting().attach(id, owner)
  events.add({ kind: 'engine', subject: id, subjectName: name, text: `Docker ${ENGINE_VERSION} runs on ${name}.` })
  return id
}

/** The Linux machines that are up, as the containers see them. */
export function linuxSystems({ store }: Pick<DatacenterContext, 'store'>): LinuxSystems {
  return {
    find: (owner) => (owner.startsWith('vm:') ? ofVm(store.get(owner as RecordId<'vm'>)) : ofHost(store.get(owner as RecordId<'host'>))),
  }
}

function ofHost(host: HostRecord | undefined): LinuxSystemInfo | undefined {
  if (!host?.os || host.state !== 'running' || findHostSystem(host.os).family !== 'linux') return undefined
  return {
    owner: host.id, hostname: host.name, kernelRelease: host.kernel ?? '', osName: host.osName ?? '', architecture: 'amd64',
    cores: host.cpu.cores, memoryBytes: host.memoryMiB * MiB, bootedAt: host.since,
  }
}

function ofVm(vm: VmRecord | undefined): LinuxSystemInfo | undefined {
  if (!vm || vm.role === 'privileged-domain' || !isUp(vm.state) || findGuest(vm.template).family !== 'linux') return undefined
  return {
    owner: vm.id, hostname: vm.name, kernelRelease: vm.kernel, osName: vm.osName, architecture: 'amd64',
    cores: vm.vcpus, memoryBytes: vm.memoryMiB * MiB, bootedAt: vm.since, ...(vm.stalled.includes('network') && { unreachable: true }),
  }
}
