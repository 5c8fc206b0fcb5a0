import type { AnyRecord, ContainerState, CpuSpec, EngineRecord, HostRecord, RecordId, VmRecord, VmState } from '../../protocol/records.ts'
import { ROOM_ID } from '../../protocol/records.ts'

/** A datacenter of any size for benchmarks and screenshots: the same number gives the same records, always. */

const GIB = 1024
const LAN: RecordId<'network'> = 'network:lan'
const VMS_PER_HOST = 5
const CONTAINERS_PER_ENGINE = 4
const HOSTS_PER_RACK = 40
const VM_STATES: readonly VmState[] = ['running', 'running', 'running', 'running', 'running', 'off', 'running', 'paused', 'running', 'running']
const CONTAINER_STATES: readonly ContainerState[] = ['running', 'running', 'running', 'exited', 'running', 'paused']
const NAMES = ['web', 'api', 'cache', 'db', 'mail', 'jobs', 'search', 'auth', 'files', 'queue']
const IMAGES = ['nginx:1.27', 'node:22', 'redis:7', 'postgres:16', 'caddy:2', 'python:3.12']

const CPU: CpuSpec = { model: 'Xeon-like', vendor: 'intel', year: 2016, cores: 16, ghz: 2.4, flags: ['vmx', 'ept', 'vt-d', 'lm'] }

export function makeHost(at: number, rack: RecordId<'rack'>, fields: Partial<HostRecord> = {}): HostRecord {
  return {
    id: `host:${at}`, type: 'host', rack, name: `node-${at}`, order: at, model: 'server', formFactor: 'server', cpu: CPU, memoryMiB: 64 * GIB,
    disks: [{ name: 'sda', sizeGiB: 960, kind: 'ssd' }], nics: [{ name: 'nic0', model: 'ixgbe', mac: '02:00:00:00:00:01', network: LAN }],
    state: 'running', os: 'ubuntu-22.04', osName: 'Ubuntu 22.04', kernel: '5.15.0-91-generic', since: 0, memoryUsedMiB: 41 * GIB, vcpusUsed: 12, failed: [], ...fields,
  }
}

export function makeVm(id: string, host: RecordId<'host'>, hypervisor: RecordId<'hypervisor'> | null, fields: Partial<VmRecord> = {}): VmRecord {
  return {
    id: `vm:${id}`, type: 'vm', host, hypervisor, name: `vm-${id}`, order: 0, role: 'guest', template: 'ubuntu-22.04', osName: 'Ubuntu 22.04',
    kernel: '5.15.0-91-generic', vcpus: 2, memoryMiB: 4 * GIB, diskGiB: 40, mac: '02:00:00:00:01:01', uuid: id, technique: 'hardware-assist', state: 'running',
    since: 0, boot: [], currentSnapshot: null, faultText: null, console: '', hasDisk: true, hasNic: true, monitor: 'automatic', stalled: [], ...fields,
  }
}

export function makeEngine(id: string, owner: EngineRecord['owner']): EngineRecord {
  return { id: `engine:${id}`, type: 'engine', owner, name: 'Docker', version: '24.0.7', storageDriver: 'overlay2', state: 'running' }
}

export function makeContainer(id: string, engine: RecordId<'engine'>, name: string, image: string, state: ContainerState = 'running', order = 0): AnyRecord {
  return {
    id: `container:${id}`, type: 'container', engine, containerId: id.padStart(64, '0'), name, image, imageDigest: 'sha256:0', command: ['serve'], state,
    exitCode: state === 'exited' ? 0 : null, pid: state === 'running' ? 100 : null, createdAt: order, startedAt: 0, finishedAt: null,
    ports: order === 0 ? [{ hostPort: 8080, containerPort: 80, protocol: 'tcp' }] : [], ipAddress: state === 'running' ? '172.17.0.2' : null,
    writableBytes: 0, oomKilled: false, labels: {},
  }
}

/** Hosts, their VMs and the containers in every third VM, together `objects` of them, on one network in racks. */
export function generateRoom(objects: number): AnyRecord[] {
  const records: AnyRecord[] = [{ id: ROOM_ID, type: 'room', name: 'Room' }, { id: LAN, type: 'network', room: ROOM_ID, name: 'Lab LAN', cidr: '192.168.56.0/24' }]
  let left = objects
  for (let host = 0; left > 0; host++) {
    const rack: RecordId<'rack'> = `rack:${Math.floor(host / HOSTS_PER_RACK)}`
    if (host % HOSTS_PER_RACK === 0) records.push({ id: rack, type: 'rack', room: ROOM_ID, name: `Rack ${host / HOSTS_PER_RACK + 1}`, order: host })
    const parent: RecordId<'host'> = `host:${host}`
    const hypervisor: RecordId<'hypervisor'> = `hypervisor:${host}`
    records.push(makeHost(host, rack, { vcpusUsed: host % 17, memoryUsedMiB: ((host * 7) % 60) * GIB }))
    records.push({ id: hypervisor, type: 'hypervisor', host: parent, product: 'kvm', name: 'KVM', year: 2007, kind: 'bare-metal', structure: 'monolithic', state: 'running', driversIn: 'the Linux kernel' })
    left--
    for (let at = 0; at < VMS_PER_HOST && left > 0; at++) left -= addGuest(records, host, at, parent, hypervisor, left)
  }
  return records
}

function addGuest(records: AnyRecord[], host: number, at: number, parent: RecordId<'host'>, hypervisor: RecordId<'hypervisor'>, left: number): number {
  const n = host * VMS_PER_HOST + at
  const state: VmState = n % 211 === 210 ? 'fault' : VM_STATES[n % VM_STATES.length] ?? 'running'
  const vm = makeVm(String(n), parent, hypervisor, { name: `${NAMES[n % NAMES.length] ?? 'vm'}-${n}`, order: at, state, faultText: state === 'fault' ? 'Triple fault' : null })
  records.push(vm)
  if (at % 3 !== 0 || state !== 'running') return 1
  const engine = makeEngine(String(n), vm.id)
  records.push(engine)
  const count = Math.min(CONTAINERS_PER_ENGINE, left - 1)
  for (let c = 0; c < count; c++) {
    const name = NAMES[(n + c) % NAMES.length] ?? 'app'
    records.push(makeContainer(`${n}-${c}`, engine.id, name, IMAGES[(n + c) % IMAGES.length] ?? 'nginx', CONTAINER_STATES[(n + c) % CONTAINER_STATES.length] ?? 'running', c))
  }
  return 1 + count
}
