import type { AnyRecord, CpuSpec, HypervisorRecord, RecordId } from '../../protocol/records.ts'
import { ROOM_ID } from '../../protocol/records.ts'
import { makeContainer, makeEngine, makeHost, makeVm } from './generate-room.ts'

/** The room of the drawing language: KVM, Xen and a laptop, each with every kind of thing that can stand on it. */

const GIB = 1024
const RACK: RecordId<'rack'> = 'rack:1'
const LAN: RecordId<'network'> = 'network:lan'
const nic = (name: string, network: RecordId<'network'> | null) => ({ name, model: 'ixgbe', mac: '02:00:00:00:00:02', network })
const cpu = (cores: number): CpuSpec => ({ model: 'Xeon-like', vendor: 'intel', year: 2016, cores, ghz: 2.4, flags: ['vmx', 'ept'] })

function hypervisor(id: string, host: RecordId<'host'>, fields: Partial<HypervisorRecord>): HypervisorRecord {
  return {
    id: `hypervisor:${id}`, type: 'hypervisor', host, product: 'kvm', name: 'KVM', year: 2007, kind: 'bare-metal', structure: 'monolithic',
    state: 'running', driversIn: 'the Linux kernel', ...fields,
  }
}

function charminar(): AnyRecord[] {
  const host = makeHost(1, RACK, { name: 'charminar', osName: 'Ubuntu 22.04' })
  const kvm = hypervisor('1', host.id, {})
  const web = makeVm('web', host.id, kvm.id, { name: 'web-1', vcpus: 4, memoryMiB: 8 * GIB, order: 0 })
  const hadoop = makeVm('hadoop', host.id, kvm.id, { name: 'hadoop', osName: 'Ubuntu 12.04', kernel: '3.2.0-126-generic', order: 1 })
  const db = makeVm('db', host.id, kvm.id, { name: 'db-1', osName: 'Debian 12', kernel: '6.1.0-18-amd64', state: 'fault', faultText: 'Triple fault: no handler for the page fault at 0xC0101A3C', order: 2 })
  const engine = makeEngine('web', web.id)
  return [
    host, kvm, web, hadoop, db, engine,
    { id: 'snapshot:1', type: 'snapshot', vm: hadoop.id, parent: null, name: 'before', at: 0, withMemory: false, sizeMiB: 40 },
    makeContainer('shop', engine.id, 'shop', 'nginx:1.27', 'running', 0), makeContainer('api', engine.id, 'api', 'node:22', 'running', 1),
    makeContainer('cache', engine.id, 'cache', 'redis:7', 'running', 2), makeContainer('jobs', engine.id, 'jobs', 'node:22', 'paused', 3),
    { id: 'process:1', type: 'process', container: 'container:shop', pid: 412, nsPid: 1, parentPid: 0, user: 'root', command: 'nginx: master process', startedAt: 0 },
    { id: 'process:2', type: 'process', container: 'container:shop', pid: 431, nsPid: 7, parentPid: 1, user: 'nginx', command: 'nginx: worker process', startedAt: 0 },
  ]
}

function golconda(): AnyRecord[] {
  const host = makeHost(2, RACK, { name: 'golconda', os: null, osName: null, kernel: null, cpu: cpu(8), memoryMiB: 32 * GIB, memoryUsedMiB: 22 * GIB, vcpusUsed: 6 })
  const xen = hypervisor('2', host.id, { product: 'xen', name: 'Xen 4.17', structure: 'microkernelized', driversIn: 'Domain-0' })
  return [
    host, xen,
    makeVm('mail', host.id, xen.id, { name: 'mail', osName: 'Debian 12', kernel: '6.1.0-18-amd64', technique: 'paravirtualization', order: 1 }),
    makeVm('erp', host.id, xen.id, { name: 'erp', osName: 'Windows Server 2019', kernel: 'NT 10.0', vcpus: 4, state: 'off', order: 2 }),
    makeVm('dom0', host.id, xen.id, { name: 'Domain-0', role: 'privileged-domain', osName: 'Debian 12', kernel: '6.1.0-18-amd64', order: 0, technique: 'none' }),
  ]
}

function macbook(): AnyRecord[] {
  const host = makeHost(3, RACK, {
    name: 'asha-macbook', formFactor: 'laptop', os: 'macos-13', osName: 'macOS 13', kernel: 'Darwin 22', cpu: cpu(8), memoryMiB: 16 * GIB, memoryUsedMiB: 11 * GIB, vcpusUsed: 4,
    nics: [nic('en0', LAN)],
  })
  const vbox = hypervisor('3', host.id, { product: 'virtualbox-7', name: 'VirtualBox 7', kind: 'hosted', structure: 'hybrid', driversIn: 'the host OS' })
  const hidden = makeVm('linuxkit', host.id, null, { name: 'linuxkit', role: 'hidden', osName: 'LinuxKit', kernel: '6.6.16-linuxkit', order: 1 })
  const engine = makeEngine('mac', hidden.id)
  return [
    host, vbox, hidden, engine, makeVm('fedora', host.id, vbox.id, { name: 'fedora', osName: 'Fedora 40', kernel: '6.8.5-301.fc40', state: 'paused', order: 0 }),
    makeContainer('site', engine.id, 'site', 'caddy:2', 'exited', 0), makeContainer('notes', engine.id, 'notes', 'postgres:16', 'running', 1),
  ]
}

export function teachingRoom(): AnyRecord[] {
  return [
    { id: ROOM_ID, type: 'room', name: 'Teaching room' }, { id: RACK, type: 'rack', room: ROOM_ID, name: 'Rack 1', order: 0 },
    { id: LAN, type: 'network', room: ROOM_ID, name: 'Lab LAN', cidr: '192.168.56.0/24' }, ...charminar(), ...golconda(), ...macbook(),
  ]
}

/** An empty server, a Linux host with its own engine, and a booting VM beside a network nobody uses. */
export function growingRoom(): AnyRecord[] {
  const docker = makeHost(2, RACK, { name: 'docker-host' })
  const engine = makeEngine('host', docker.id)
  const kvm = hypervisor('9', 'host:3', {})
  return [
    { id: ROOM_ID, type: 'room', name: 'Room' }, { id: RACK, type: 'rack', room: ROOM_ID, name: 'Rack 1', order: 0 },
    { id: LAN, type: 'network', room: ROOM_ID, name: 'Lab LAN', cidr: '192.168.56.0/24' }, { id: 'network:spare', type: 'network', room: ROOM_ID, name: 'Storage', cidr: '10.0.0.0/24' },
    makeHost(1, RACK, { name: 'bare', os: null, osName: null, kernel: null, state: 'empty', vcpusUsed: 0, memoryUsedMiB: 0, nics: [nic('nic0', null)] }),
    docker, engine, makeContainer('java', engine.id, 'java7', 'course:latest', 'running', 0), makeContainer('broken', engine.id, 'eager_hopper', 'alpine:3.20', 'dead', 1),
    makeHost(3, RACK, { name: 'lab', vcpusUsed: 2 }), kvm,
    makeVm('boot', 'host:3', kvm.id, { name: 'fresh', state: 'booting', boot: [{ name: 'kernel', startedAt: 0, endsAt: 10 }, { name: 'services', startedAt: 10, endsAt: 20 }] }),
  ]
}
