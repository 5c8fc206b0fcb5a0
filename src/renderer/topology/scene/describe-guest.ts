import type { ContainerRecord, EngineRecord, HostRecord, RecordId, VmRecord } from '../../../protocol/records.ts'
import { memoryText } from './memory-text.ts'
import type { RoomIndex } from './room-index.ts'
import type { Condition, ContainerScene, EngineScene, GuestScene, Words } from './types.ts'

const VM_CONDITION: Readonly<Record<VmRecord['state'], Condition>> = {
  off: 'off', booting: 'busy', running: 'running', paused: 'paused', stopping: 'busy', fault: 'fault',
}
const CONTAINER_CONDITION: Readonly<Record<ContainerRecord['state'], Condition>> = {
  created: 'off', running: 'running', paused: 'paused', exited: 'off', dead: 'fault',
}
/** Facts drawn at the container level; more processes than this are read in the inspector. */
const PROCESSES_SHOWN = 8

export function describeGuest(index: RoomIndex, host: HostRecord, vm: VmRecord, words: Words): GuestScene {
  const memory = memoryText(vm.memoryMiB)
  const os = vm.osName
  const phase = vm.boot.at(-1)
  const snapshots = index.children(vm.id, 'snapshot').length
  const guest = vm.role === 'guest'
  return {
    id: vm.id,
    name: vm.name,
    role: vm.role,
    condition: VM_CONDITION[vm.state],
    word: words(`state.${vm.state}`),
    spec: [words('spec.guest', { os, vcpus: vm.vcpus, memory }), words('spec.guestShort', { os, vcpus: vm.vcpus }), os, os.split(' ').slice(0, 2).join(' '), os.split(' ')[0] ?? os],
    kernel: kernelName(vm.kernel),
    meters: guest
      ? [
        { label: words('cpu'), share: vm.vcpus / host.cpu.cores, text: [words('of', { used: vm.vcpus, total: host.cpu.cores }), String(vm.vcpus)] },
        { label: words('ram'), share: vm.memoryMiB / host.memoryMiB, text: [words('of', { used: gib(vm.memoryMiB), total: memoryText(host.memoryMiB) }), memory] },
      ]
      : [],
    facts: [
      ...(vm.stalled.length > 0 ? [words('stalled')] : []),
      ...(guest && vm.technique !== 'none' ? [words(`technique.${vm.technique}`)] : []),
      ...(snapshots === 0 ? [] : [snapshots === 1 ? words('snapshotsOne') : words('snapshotsMany', { count: snapshots })]),
    ],
    fault: vm.state === 'fault' ? vm.faultText ?? words('state.fault') : null,
    phase: vm.state === 'booting' && phase ? currentPhase(vm) : null,
    engine: describeEngine(index, vm.id, words),
  }
}

/** All phases of the boot; which one it is depends on the time at which it is drawn. */
function currentPhase(vm: VmRecord): GuestScene['phase'] {
  const first = vm.boot[0]
  const last = vm.boot.at(-1)
  return first && last ? { name: last.name, startedAt: first.startedAt, endsAt: last.endsAt } : null
}

export function describeEngine(index: RoomIndex, owner: RecordId<'host'> | RecordId<'vm'>, words: Words): EngineScene | null {
  const engine: EngineRecord | undefined = index.children(owner, 'engine')[0]
  if (!engine) return null
  return {
    id: engine.id,
    label: `Docker ${engine.version}`,
    containers: index.children(engine.id, 'container').map((container) => describeContainer(index, container, words)),
  }
}

function describeContainer(index: RoomIndex, container: ContainerRecord, words: Words): ContainerScene {
  const published = container.ports.map((port) => words('port', { host: port.hostPort, container: port.containerPort }))
  const address = container.ipAddress ? words('address', { address: container.ipAddress }) : ''
  const image = container.image.startsWith('sha256:') ? container.image.slice(7, 19) : container.image
  return {
    id: container.id,
    name: container.name,
    condition: failed(container) ? 'fault' : CONTAINER_CONDITION[container.state],
    word: container.oomKilled ? words('state.oom') : words(`state.${container.state}`, { code: container.exitCode ?? 0 }),
    facts: [image, ...published, ...(address ? [address] : []), container.command.join(' ')].filter((fact) => fact !== ''),
    processes: index.children(container.id, 'process').slice(0, PROCESSES_SHOWN)
      .map((process) => words('pid', { pid: process.nsPid, command: process.command })),
    attachment: attachmentOf(container, published),
  }
}

function attachmentOf(container: ContainerRecord, published: readonly string[]): string[] {
  const address = container.ipAddress
  const port = container.ports[0]
  const all = [...(address ? [address] : []), ...published].join(', ')
  return [all, ...(port ? [`:${port.hostPort}`] : []), ...(address ? [address, address.split('.').slice(2).map((part) => `.${part}`).join('')] : [])].filter((text) => text !== '')
}

function failed(container: ContainerRecord): boolean {
  return container.oomKilled || (container.state === 'exited' && container.exitCode !== 0)
}

/** `Linux 5.15` from `5.15.0-91-generic`; names that are not Linux versions stay as they are. */
export function kernelName(kernel: string): string {
  const version = /^(?:Linux )?(\d+\.\d+)\b/.exec(kernel)
  return version ? `Linux ${version[1]}` : kernel
}

/** Memory as a bare number of GiB, for "6.2 of 64 GiB". */
export function gib(mebibytes: number): string {
  const value = mebibytes / 1024
  return Number.isInteger(value) || value >= 100 ? String(Math.round(value)) : value.toFixed(1)
}
