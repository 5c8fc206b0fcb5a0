import type { AnyRecord, ContainerRecord, HostRecord, VmRecord } from '../src/protocol/records.ts'
import { Random } from '../src/core/simulation/random.ts'
import type { Store } from '../src/core/store/store.ts'

/** A fleet of plausible records: the size the design plans for. */
export function fillFleet(store: Store, hosts: number, vmsEach: number, containersEach: number): void {
  for (let at = 1; at <= hosts; at++) {
    store.put(host(at))
    for (let vm = 1; vm <= vmsEach; vm++) store.put(makeVm(at, (at - 1) * vmsEach + vm))
    for (let each = 1; each <= containersEach; each++) store.put(container((at - 1) * containersEach + each))
  }
}

/** One tick of a busy day: `count` changes at random records, a field or two each. */
export function tick(store: Store, ids: readonly AnyRecord['id'][], random: Random, count: number, now: number): void {
  for (let change = 0; change < count; change++) {
    const record = store.require(ids[random.below(ids.length)]!)
    if (record.type === 'host') store.update(record.id, { memoryUsedMiB: random.below(65_536), vcpusUsed: random.below(64) })
    else if (record.type === 'vm') store.update(record.id, { state: random.below(2) ? 'running' : 'paused', since: now })
    else if (record.type === 'container') store.update(record.id, { writableBytes: random.below(1e9) })
  }
}

const host = (at: number): HostRecord => ({
  id: `host:${at}`, type: 'host', rack: 'rack:1', name: `host-${at}`, order: at, model: 'rack-2017', formFactor: 'server',
  cpu: { model: 'Intel Xeon Gold 6130', vendor: 'intel', year: 2017, cores: 16, ghz: 2.1, flags: ['vmx', 'ept', 'vt-d', 'lm'] },
  memoryMiB: 65_536, disks: [{ name: 'sda', sizeGiB: 960, kind: 'ssd' }], nics: [{ name: 'nic0', model: 'ixgbe', mac: '02:67:68:00:00:01', network: 'network:lan' }],
  state: 'running', os: 'debian-12', osName: 'Debian 12', kernel: '6.1.0-18-amd64', since: 0, memoryUsedMiB: 0, vcpusUsed: 0, failed: [],
})

const makeVm = (on: number, at: number): VmRecord => ({
  id: `vm:${at}`, type: 'vm', host: `host:${on}`, hypervisor: `hypervisor:${on}`, name: `vm-${at}`, order: at, role: 'guest', template: 'debian-12', osName: 'Debian 12',
  kernel: '6.1.0-18-amd64', vcpus: 2, memoryMiB: 2048, diskGiB: 20, mac: '52:54:00:00:00:01', uuid: '00000000-0000-4000-8000-000000000000', technique: 'hardware-assist',
  state: 'running', since: 0, boot: [], currentSnapshot: null, faultText: null, console: '', hasDisk: true, hasNic: true, monitor: 'automatic', stalled: [],
})

const container = (at: number): ContainerRecord => ({
  id: `container:${at}`, type: 'container', engine: 'engine:1', containerId: at.toString(16).padStart(64, '0'), name: `container-${at}`, image: 'nginx', imageDigest: `sha256:${'0'.repeat(64)}`,
  command: ['nginx', '-g', 'daemon off;'], state: 'running', exitCode: null, pid: at, createdAt: 0, startedAt: 0, finishedAt: null, ports: [], ipAddress: '172.17.0.2', writableBytes: 0, oomKilled: false, labels: {},
})
