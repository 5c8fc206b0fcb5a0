import { encodeUtf8 } from '../../base/bytes.ts'
import type { Simulation } from '../../simulation/simulation.ts'
import { KiB, SECOND } from '../../simulation/units.ts'
import type { Process } from './process.ts'
import type { VirtualNode, VirtualTree } from './virtual-node.ts'

export interface MachineFacts {
  readonly release: string
  readonly memoryBytes: number
  readonly cores: number
  readonly bootedAt: number
  /** Bytes of memory in use by all processes of the machine. */
  readonly usedBytes: () => number
}

type Text = (viewer: Process) => string

const STATE_LETTERS = { running: 'R (running)', sleeping: 'S (sleeping)', stopped: 'T (stopped)', zombie: 'Z (zombie)' }

/** `/proc`: the processes of the viewer's namespace and a few facts of the machine (proc(5)). */
export function makeProcTree(simulation: Simulation, facts: MachineFacts): VirtualTree {
  const files = machineFiles(simulation, facts)
  const directories: Readonly<Record<string, readonly string[]>> = { sys: ['kernel', 'net', 'vm'], 'sys/kernel': ['hostname', 'osrelease', 'ostype', 'pid_max'], 'sys/net': [], 'sys/vm': ['overcommit_memory'] }
  return {
    mountPoint: '/proc',
    find(parts, viewer): VirtualNode | undefined {
      const [first, ...rest] = parts
      if (first === undefined) {
        const pids = [...viewer.state.visible.keys()].sort((a, b) => a - b).map(String)
        return { kind: 'directory', names: [...pids, 'self', 'sys', ...Object.keys(files).filter((name) => !name.includes('/'))] }
      }
      if (first === 'self') return rest.length === 0 ? { kind: 'symlink', target: String(viewer.namespacePid) } : undefined
      if (first === 'mounts') return { kind: 'symlink', target: 'self/mounts' }
      const process = /^\d+$/.test(first) ? viewer.state.visible.get(Number(first)) : undefined
      if (process) return processNode(process, rest, viewer)
      const names = directories[parts.join('/')]
      if (names) return { kind: 'directory', names }
      return textNode(files[parts.join('/')]?.(viewer))
    },
  }
}

function machineFiles(simulation: Simulation, facts: MachineFacts): Readonly<Record<string, Text>> {
  const uptime = (): number => (simulation.now - facts.bootedAt) / SECOND
  return {
    cpuinfo: () => Array.from({ length: facts.cores }, (_, core) => cpuText(core, facts.cores)).join('\n'),
    filesystems: () => 'nodev\tproc\nnodev\ttmpfs\nnodev\toverlay\n\text4\n',
    loadavg: (viewer) => `0.00 0.01 0.05 1/${viewer.state.visible.size} ${viewer.state.nextPid - 1}\n`,
    meminfo: () => memoryText(facts),
    mounts: () => '',
    stat: () => `cpu  0 0 0 ${Math.round(uptime() * 100 * facts.cores)} 0 0 0 0 0 0\nbtime 0\n`,
    uptime: () => `${uptime().toFixed(2)} ${(uptime() * facts.cores).toFixed(2)}\n`,
    version: () => `Linux version ${facts.release} (builder@glasshouse) (gcc) #1 SMP\n`,
    'sys/kernel/hostname': (viewer) => `${viewer.state.namespace.hostname}\n`,
    'sys/kernel/osrelease': () => `${facts.release}\n`,
    'sys/kernel/ostype': () => 'Linux\n',
    'sys/kernel/pid_max': () => '4194304\n',
    'sys/vm/overcommit_memory': () => '0\n',
  }
}

function processNode(process: Process, rest: readonly string[], viewer: Process): VirtualNode | undefined {
  const [name, below] = rest
  if (name === 'fd') {
    if (below === undefined) return { kind: 'directory', names: [...process.descriptors.keys()].sort((a, b) => a - b).map(String) }
    const descriptor = process.descriptors.get(Number(below))
    return descriptor && { kind: 'descriptor', reference: descriptor.reference }
  }
  const files = processFiles(process, viewer)
  if (name === undefined) return { kind: 'directory', names: [...Object.keys(files), 'cwd', 'exe', 'fd'].sort() }
  if (below !== undefined) return undefined
  if (name === 'cwd') return { kind: 'symlink', target: process.cwd }
  if (name === 'exe') return { kind: 'symlink', target: process.argv[0] ?? '' }
  return textNode(files[name]?.(), name === 'environ' ? 0o400 : 0o444, process.credentials.uid)
}

function processFiles(process: Process, viewer: Process): Readonly<Record<string, () => string>> {
  const { credentials } = process
  const kib = Math.round(process.residentBytes / KiB)
  const pid = viewer.state.pidOf(process)
  const parent = process.parent ? viewer.state.pidOf(process.parent) : 0
  return {
    cgroup: () => '0::/\n',
    cmdline: () => process.argv.map((word) => `${word}\0`).join(''),
    comm: () => `${commandName(process)}\n`,
    environ: () => [...process.env].map(([key, value]) => `${key}=${value}\0`).join(''),
    mounts: () => 'overlay / overlay rw,relatime 0 0\nproc /proc proc rw,nosuid,nodev,noexec,relatime 0 0\ntmpfs /dev tmpfs rw,nosuid,size=65536k,mode=755 0 0\n',
    stat: () => `${pid} (${commandName(process)}) ${STATE_LETTERS[process.runState].charAt(0)} ${parent} ${process.group} ${process.session} 0 -1\n`,
    status: () => [
      `Name:\t${commandName(process)}`, `Umask:\t${process.umask.toString(8).padStart(4, '0')}`, `State:\t${STATE_LETTERS[process.runState]}`,
      `Tgid:\t${pid}`, `Pid:\t${pid}`, `PPid:\t${parent}`,
      `Uid:\t${fourTimes(credentials.uid)}`, `Gid:\t${fourTimes(credentials.gid)}`, `Groups:\t${credentials.groups.join(' ')}`,
      `VmRSS:\t${String(kib).padStart(8)} kB`, 'Threads:\t1', `NSpid:\t${[...new Set([pid, process.namespacePid])].join('\t')}`, '',
    ].join('\n'),
  }
}

/** The kernel's name of a process: the last part of its program's path, 15 characters at most. */
export function commandName(process: Process): string {
  return (process.argv[0] ?? '').replace(/^-/, '').split('/').at(-1)!.slice(0, 15)
}

const fourTimes = (id: number): string => Array.from({ length: 4 }, () => id).join('\t')

function textNode(text: string | undefined, mode = 0o444, uid = 0): VirtualNode | undefined {
  return text === undefined ? undefined : { kind: 'file', content: encodeUtf8(text), mode, uid }
}

function memoryText(facts: MachineFacts): string {
  const line = (name: string, bytes: number): string => `${`${name}:`.padEnd(16)}${String(Math.round(bytes / KiB)).padStart(8)} kB\n`
  const free = Math.max(0, facts.memoryBytes - facts.usedBytes())
  return line('MemTotal', facts.memoryBytes) + line('MemFree', free) + line('MemAvailable', free) + line('Buffers', 0) + line('Cached', 0) + line('SwapTotal', 0) + line('SwapFree', 0)
}

function cpuText(core: number, cores: number): string {
  return `processor\t: ${core}\nvendor_id\t: GenuineIntel\nmodel name\t: Glasshouse simulated CPU\ncpu MHz\t\t: 2400.000\nsiblings\t: ${cores}\ncpu cores\t: ${cores}\n`
}
