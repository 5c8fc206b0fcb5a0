import type { AnyRecord, ContainerRecord, CpuSpec, HostRecord, HypervisorRecord, RecordId, VmRecord } from '../../protocol/records.ts'

const S = 1e9

const cpu = (cores: number, flags: CpuSpec['flags']): CpuSpec => ({ model: 'Xeon E5-2640', vendor: 'intel', year: 2012, cores, ghz: 2.5, flags })

export function host(key: string, fields: Partial<HostRecord> = {}): HostRecord {
  return {
    id: `host:${key}`, type: 'host', rack: 'rack:1', name: key, order: 0, model: 'rack-server', formFactor: 'server', cpu: cpu(16, ['vmx', 'ept', 'lm']),
    memoryMiB: 65536, disks: [{ name: 'sda', sizeGiB: 960, kind: 'ssd' }], nics: [{ name: 'eth0', model: 'ixgbe', mac: '52:54:00:00:00:01', network: 'network:lan' }],
    state: 'running', os: 'debian-12', osName: 'Debian 12', kernel: 'Linux 6.1', since: 0, memoryUsedMiB: 41984, vcpusUsed: 8, failed: [], ...fields,
  }
}

export function hypervisor(key: string, on: RecordId<'host'>, fields: Partial<HypervisorRecord> = {}): HypervisorRecord {
  return {
    id: `hypervisor:${key}`, type: 'hypervisor', host: on, product: key, name: 'KVM', year: 2007, kind: 'bare-metal', structure: 'monolithic',
    state: 'running', driversIn: 'the Linux kernel', ...fields,
  }
}

export function vm(key: string, on: RecordId<'host'>, under: RecordId<'hypervisor'> | null, fields: Partial<VmRecord> = {}): VmRecord {
  return {
    id: `vm:${key}`, type: 'vm', host: on, hypervisor: under, name: key, order: 0, role: 'guest', template: 'ubuntu-22.04', osName: 'Ubuntu 22.04', kernel: 'Linux 5.15',
    vcpus: 4, memoryMiB: 8192, diskGiB: 40, mac: '52:54:00:00:00:10', uuid: '1b4e28ba-2fa1-11d2-883f-0016d3cca427', technique: 'hardware-assist', state: 'running',
    since: 2 * S, boot: [{ name: 'Firmware', startedAt: 0, endsAt: 1 * S }, { name: 'Boot loader', startedAt: 1 * S, endsAt: 2 * S }, { name: 'Kernel', startedAt: 2 * S, endsAt: 6 * S }, { name: 'Services', startedAt: 6 * S, endsAt: 11 * S }],
    currentSnapshot: null, faultText: null, console: '', hasDisk: true, hasNic: true, monitor: 'automatic', stalled: [], ...fields,
  }
}

export function container(key: string, engine: RecordId<'engine'>, fields: Partial<ContainerRecord> = {}): ContainerRecord {
  return {
    id: `container:${key}`, type: 'container', engine, containerId: 'ab12'.repeat(16), name: key, image: 'nginx:1.27', imageDigest: `sha256:${'3bd1'.repeat(16)}`,
    command: ['nginx', '-g', 'daemon off;'], state: 'running', exitCode: null, pid: 812, createdAt: 20 * S, startedAt: 21 * S, finishedAt: null,
    ports: [{ hostPort: 8080, containerPort: 80, protocol: 'tcp' }], ipAddress: '172.17.0.2', writableBytes: 12_288, oomKilled: false, labels: {}, ...fields,
  }
}

/** A small running room, one of each kind of thing and state. */
export function sampleRecords(): AnyRecord[] {
  return [
    { id: 'room:main', type: 'room', name: 'Room 204' },
    { id: 'clock:main', type: 'clock', playing: false, speed: 1, seed: '4711' },
    { id: 'project:main', type: 'project', name: 'Teaching room', undo: ['Create VM hadoop', 'Rename web-1'], redo: [], universe: '2014-06-01' },
    { id: 'rack:1', type: 'rack', room: 'room:main', name: 'Rack 1', order: 0 },
    { id: 'network:lan', type: 'network', room: 'room:main', name: 'Lab LAN', cidr: '192.168.56.0/24' },
    host('charminar'), hypervisor('kvm', 'host:charminar'),
    vm('web-1', 'host:charminar', 'hypervisor:kvm', { currentSnapshot: 'snapshot:2' }),
    vm('hadoop', 'host:charminar', 'hypervisor:kvm', { order: 1, osName: 'Ubuntu 12.04', kernel: 'Linux 3.2', vcpus: 2, memoryMiB: 4096 }),
    vm('db-1', 'host:charminar', 'hypervisor:kvm', { order: 2, state: 'fault', faultText: 'Triple fault: no handler for the page fault at 0xC0101A3C', vcpus: 2 }),
    { id: 'snapshot:1', type: 'snapshot', vm: 'vm:web-1', parent: null, name: 'Fresh install', at: 30 * S, withMemory: false, sizeMiB: 2300 },
    { id: 'snapshot:2', type: 'snapshot', vm: 'vm:web-1', parent: 'snapshot:1', name: 'Before the update', at: 90 * S, withMemory: true, sizeMiB: 8400 },
    { id: 'engine:web', type: 'engine', owner: 'vm:web-1', name: 'Docker Engine', version: '27.3.1', storageDriver: 'overlay2', state: 'running' },
    container('shop', 'engine:web'), container('api', 'engine:web', { image: 'node:22', ports: [], command: ['node', 'server.js'] }),
    container('cache', 'engine:web', { image: 'redis:7', ports: [] }), container('jobs', 'engine:web', { image: 'node:22', state: 'paused', ports: [] }),
    container('once', 'engine:web', { image: 'course/java7:latest', state: 'exited', exitCode: 1, pid: null, finishedAt: 60 * S, ports: [], command: ['java', '-version'] }),
    {
      id: 'image:1', type: 'image', engine: 'engine:web', digest: `sha256:${'7e41'.repeat(16)}`, tags: ['course/java7:latest'], created: '2014-06-01T10:00:00Z', size: 666_500_000, architecture: 'amd64',
      layers: [
        { diffId: `sha256:${'3bd1'.repeat(16)}`, size: 103_600_000, createdBy: 'FROM ubuntu:12.04', line: 1 },
        { diffId: `sha256:${'b207'.repeat(16)}`, size: 21_300_000, createdBy: 'RUN apt-get update', line: 3 },
        { diffId: `sha256:${'5a1c'.repeat(16)}`, size: 31_800_000, createdBy: 'RUN apt-get install -y python-software-properties', line: 6 },
        { diffId: `sha256:${'c77f'.repeat(16)}`, size: 487_200_000, createdBy: 'RUN apt-get -y install oracle-java7-installer', line: 13 },
      ],
      history: [], env: ['JAVA_HOME=/usr/lib/jvm/java-7-oracle', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], entrypoint: null, cmd: ['/bin/bash'], workingDir: '/', user: '', exposedPorts: [], labels: {},
    },
    { id: 'process:1', type: 'process', container: 'container:shop', pid: 812, nsPid: 1, parentPid: 700, user: 'root', command: 'nginx: master process nginx -g daemon off;', startedAt: 21 * S },
    { id: 'process:2', type: 'process', container: 'container:shop', pid: 840, nsPid: 7, parentPid: 812, user: 'nginx', command: 'nginx: worker process', startedAt: 21 * S },
    host('golconda', { order: 1, os: null, osName: null, kernel: null, cpu: cpu(8, ['vmx', 'ept']), memoryMiB: 32768, memoryUsedMiB: 22528, vcpusUsed: 4 }),
    hypervisor('xen', 'host:golconda', { name: 'Xen 4.17', year: 2022, structure: 'microkernelized', driversIn: 'Dom0' }),
    vm('Dom0', 'host:golconda', 'hypervisor:xen', { role: 'privileged-domain', osName: 'Debian 12', kernel: 'Linux 6.1', technique: 'paravirtualization' }),
    vm('mail', 'host:golconda', 'hypervisor:xen', { order: 1, osName: 'Debian 12', vcpus: 1, memoryMiB: 2048, technique: 'paravirtualization' }),
    vm('erp', 'host:golconda', 'hypervisor:xen', { order: 2, osName: 'Windows Server', state: 'off', boot: [] }),
    host('asha-macbook', { order: 2, formFactor: 'laptop', os: 'macos-13', osName: 'macOS 13', kernel: 'Darwin 22', cpu: cpu(8, ['vmx', 'ept']), memoryMiB: 16384, memoryUsedMiB: 11264, vcpusUsed: 4 }),
    hypervisor('vbox', 'host:asha-macbook', { name: 'VirtualBox 7.0', kind: 'hosted', year: 2022, driversIn: 'the host OS' }),
    vm('fedora', 'host:asha-macbook', 'hypervisor:vbox', { state: 'paused', osName: 'Fedora 40', kernel: 'Linux 6.8' }),
    vm('linuxkit', 'host:asha-macbook', null, { role: 'hidden', order: 1, osName: 'LinuxKit', kernel: 'Linux 6.6' }),
    { id: 'engine:mac', type: 'engine', owner: 'vm:linuxkit', name: 'Docker Desktop', version: '4.34', storageDriver: 'overlay2', state: 'running' },
    container('site', 'engine:mac', { image: 'caddy:2', state: 'created', pid: null, startedAt: null }), container('notes', 'engine:mac', { image: 'postgres:16', ports: [] }),
    host('spare', { order: 3, state: 'empty', os: null, osName: null, kernel: null, memoryUsedMiB: 0, vcpusUsed: 0 }),
    { id: 'task:1', type: 'task', kind: 'build', title: 'Build course/java7:latest', subject: 'image:1', state: 'running', startedAt: 100 * S, finishedAt: null, detail: 'line 13, 41 of 75 s', progress: 0.54, cancellable: true, error: null },
    { id: 'task:2', type: 'task', kind: 'boot', title: 'Boot web-1', subject: 'vm:web-1', state: 'done', startedAt: 0, finishedAt: 11 * S, detail: '', progress: 1, cancellable: false, error: null },
    { id: 'task:3', type: 'task', kind: 'pull', title: 'Pull redis:9', subject: 'engine:web', state: 'failed', startedAt: 12 * S, finishedAt: 13 * S, detail: '', progress: 0.1, cancellable: false, error: 'manifest for redis:9 not found' },
    { id: 'event:5', type: 'event', at: 252.381520 * S, kind: 'vm', subject: 'vm:web-1', subjectName: 'web-1', text: 'web-1 runs: its services have started', cost: 11 * S },
    { id: 'event:4', type: 'event', at: 252.380918 * S, kind: 'fault', subject: 'vm:db-1', subjectName: 'db-1', text: 'Triple fault: no handler for the page fault at 0xC0101A3C. The VM stopped', cost: null },
    { id: 'event:3', type: 'event', at: 240 * S, kind: 'container', subject: 'container:api', subjectName: 'api', text: 'Container api started from node:22', cost: 3e6 },
    { id: 'event:2', type: 'event', at: 230 * S, kind: 'edit', subject: 'vm:hadoop', subjectName: 'hadoop', text: 'VM hadoop was created', cost: null },
    { id: 'event:1', type: 'event', at: 220 * S, kind: 'host', subject: 'host:charminar', subjectName: 'charminar', text: 'charminar finished its boot', cost: 24 * S },
    { id: 'context:1', type: 'context', name: 'course', sample: 'course', files: { Dockerfile: 'FROM ubuntu:12.04\n' } },
  ]
}
