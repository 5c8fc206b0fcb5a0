import type { Random } from '../../simulation/random.ts'
import type { Simulation } from '../../simulation/simulation.ts'
import { MICROSECOND, MiB, SECOND } from '../../simulation/units.ts'
import { FileError } from '../filesystem/file-system.ts'
import { makeDeviceTree } from './device-tree.ts'
import { DEFAULT_LIMITS, type KernelLimits, type KernelOptions, type World } from './kernel-options.ts'
import type { ExitStatus, Kernel, Namespace, ProcessInfo, SocketConnection, SpawnResult, SpawnSpec } from './kernel.ts'
import { loadProgram } from './load-program.ts'
import { makeInit } from './host-init.ts'
import { relieveMemory, residentBytes } from './memory.ts'
import { NamespaceState, type ProcessOwner } from './namespace-state.ts'
import { notModelled } from './not-modelled.ts'
import { makeProcTree, type MachineFacts } from './proc-tree.ts'
import { ProcessContext, type ChildSpec, type ContextKernel } from './process-context.ts'
import { ProcessFiles, type FileServices } from './process-files.ts'
import { Process, ProcessGone, type Credentials } from './process.ts'
import type { ProgramTable } from './program.ts'
import type { RegularFile } from './regular-file.ts'
import { parseSignal, SIGNAL_NUMBERS, type Signal } from './signals.ts'
import { connectOutside, type Listener } from './sockets.ts'
import { connectStreams } from './standard-streams.ts'
import { diagnose, startRefusal } from './start-failures.ts'
import { userName } from './user-name.ts'
import { VirtualFileSystem } from './virtual-file-system.ts'
import type { VirtualTree } from './virtual-node.ts'

const HOST_FIRST_PID = 412
const DEFAULT_RESIDENT = 1.5 * MiB
/** Loading a program: measured fork+exec on Linux is 0.5 to 1 ms. */
const EXEC_TIME = 600 * MICROSECOND
const FORK_TIME = 120 * MICROSECOND
const EXIT_TIME = 100 * MICROSECOND

export class LinuxKernel implements Kernel, ProcessOwner, ContextKernel {
  readonly release: string
  readonly hostname: string
  readonly memoryBytes: number
  readonly simulation: Simulation
  readonly random: Random
  readonly facts: MachineFacts
  private readonly programs: ProgramTable
  private readonly world: World
  private readonly limits: KernelLimits
  private readonly onChange: NonNullable<KernelOptions['onChange']>
  private readonly table = new Map<number, Process>()
  private readonly namespaces = new Map<string, NamespaceState>()
  private readonly services: FileServices
  private readonly trees: readonly VirtualTree[]
  private nextPid = HOST_FIRST_PID
  private inode = 10_000

  constructor(options: KernelOptions) {
    this.simulation = options.simulation
    this.release = options.release
    this.hostname = options.hostname
    this.memoryBytes = options.memoryBytes
    this.programs = options.programs
    this.world = options.world
    this.limits = { ...DEFAULT_LIMITS, ...options.limits }
    this.onChange = options.onChange ?? (() => undefined)
    this.random = options.simulation.random.fork(`kernel/${options.hostname}`)
    this.facts = { release: options.release, memoryBytes: options.memoryBytes, cores: options.cores, bootedAt: options.simulation.now, usedBytes: () => residentBytes(this.table) }
    this.trees = [makeProcTree(options.simulation, this.facts), makeDeviceTree(this.random.fork('urandom'))]
    this.services = this.makeFileServices()
  }

  universe(): string {
    return this.world.universe()
  }

  unixTime(): number {
    return Date.parse(`${this.world.universe()}T09:00:00Z`) / 1000 + Math.floor(this.simulation.now / SECOND)
  }

  nextInode(): number {
    return this.inode += 2
  }

  spawn(spec: SpawnSpec): SpawnResult {
    const state = this.stateOf(spec.namespace)
    const parent = spec.namespace.id === '' ? (state.processes.get(1) ?? null) : null
    const process = this.makeProcess(state, parent, { uid: spec.uid, gid: spec.gid, groups: spec.groups ?? [spec.gid] })
    process.env = new Map(Object.entries(spec.env))
    process.cwd = spec.cwd
    process.onExit = spec.onExit
    const context = this.contextOf(process)
    const refusal = startRefusal(context, spec.argv)
    if (refusal) {
      this.forget(process)
      return refusal
    }
    process.argv = spec.argv
    const handle = connectStreams(process, spec, {
      outputBytes: this.limits.outputBytes, nextInode: () => this.nextInode(), stop: (stopped) => this.endProcess(stopped, { signal: 'KILL' }),
    })
    this.run(context, () => this.execute(context, context.findProgram(spec.argv[0]!)!, spec.argv))
    return { ok: true, process: handle }
  }

  signal(pid: number, signal: string): boolean {
    const process = this.table.get(pid)
    const parsed = parseSignal(signal)
    if (!process || process.status || !parsed) return false
    process.deliver(parsed, true)
    return true
  }

  setFrozen(namespace: Namespace, frozen: boolean): void {
    const state = this.namespaces.get(namespace.id)
    if (!state) return
    state.frozen = frozen
    if (!frozen) for (const process of state.processes.values()) process.wakeResumed()
  }

  destroyNamespace(namespace: Namespace): void {
    const state = this.namespaces.get(namespace.id)
    if (!state) return
    for (const process of [...state.processes.values()]) this.endProcess(process, { signal: 'KILL' })
    this.namespaces.delete(namespace.id)
  }

  processes(namespace?: Namespace): readonly ProcessInfo[] {
    const chosen = namespace ? [...(this.namespaces.get(namespace.id)?.processes.values() ?? [])] : [...this.table.values()]
    return chosen.sort((a, b) => a.pid - b.pid).map((process) => ({
      pid: process.pid, namespacePid: process.namespacePid, parentPid: process.parent?.pid ?? 0, namespaceId: process.state.namespace.id,
      uid: process.credentials.uid, user: userName(process.state.namespace.root, process.credentials.uid), command: process.command,
      state: process.runState, startedAt: process.startedAt, residentBytes: process.status ? 0 : process.residentBytes, cpuTime: process.cpuTime,
    }))
  }

  connect(namespace: Namespace, port: number): SocketConnection | undefined {
    const listener = this.namespaces.get(namespace.id)?.listeners.get(port)
    return listener && connectOutside(listener, this.nextInode())
  }

  powerOff(): void {
    for (const process of this.table.values()) process.onExit = undefined
    for (const process of [...this.table.values()]) this.endProcess(process, { signal: 'KILL' })
    this.table.clear()
    this.namespaces.clear()
  }

  fork(parent: Process, child: ChildSpec, main: (context: ProcessContext) => Promise<number>): Process {
    const { state } = parent
    if (state.processes.size >= this.limits.processes) throw new FileError('EAGAIN', 'fork')
    const process = this.makeProcess(state, parent, child.credentials ?? parent.credentials)
    process.env = new Map(child.env ?? parent.env)
    process.cwd = child.cwd ?? parent.cwd
    process.umask = parent.umask
    process.argv = child.argv
    process.terminal = parent.terminal
    process.session = child.newSession ? process.namespacePid : parent.session
    process.group = child.group === 'own' || child.newSession ? process.namespacePid : (child.group ?? parent.group)
    process.residentBytes = parent.residentBytes
    for (const [signal, handler] of parent.handlers) if (handler === 'ignore') process.handlers.set(signal, handler)
    const numbers = child.descriptors ?? new Map([...parent.descriptors.keys()].map((fd) => [fd, fd]))
    for (const [fd, source] of numbers) process.descriptors.set(fd, { reference: parent.reference(source).retain(), closeOnExec: parent.descriptors.get(source)!.closeOnExec })
    const context = this.contextOf(process)
    this.run(context, async () => {
      await process.use(FORK_TIME)
      return main(context)
    })
    return process
  }

  async execute(context: ProcessContext, path: string, argv: readonly string[]): Promise<number> {
    const { process } = context
    const loaded = loadProgram(process, path, argv)
    process.argv = loaded.argv
    this.onChange(process.state.namespace.id, 'processes')
    process.closeOnExec()
    for (const [signal, handler] of [...process.handlers]) if (handler !== 'ignore') process.handlers.delete(signal)
    const program = this.programs.get(loaded.program) ?? notModelled(loaded.program)
    await process.use(EXEC_TIME)
    context.setResident(program.residentBytes ?? DEFAULT_RESIDENT)
    return program.main(context)
  }

  reach(from: Process, host: string, port: number): Listener | 'unknown-host' | 'refused' {
    const { namespace } = from.state
    const own = ['localhost', '127.0.0.1', '::1', '0.0.0.0', namespace.hostname, namespace.ipAddress]
    const isOwn = own.includes(host)
    const listener = isOwn ? from.state.listeners.get(port) : undefined
    // On the machine itself, a port that no process of its own holds may be a container's, published.
    if (listener || (isOwn && namespace.id !== '')) return listener ?? 'refused'
    const target = this.world.route?.(namespace, isOwn ? 'localhost' : host, port) ?? (isOwn ? 'refused' : 'unknown-host')
    if (typeof target === 'string') return target
    return this.namespaces.get(target.namespace.id)?.listeners.get(target.port) ?? 'refused'
  }

  endProcess(process: Process, how: { readonly signal: Signal; readonly oomKilled?: boolean } | { readonly code: number }): void {
    if (process.status) return
    const status: ExitStatus = 'code' in how ? { code: how.code & 255, signal: null, oomKilled: false }
      : { code: 128 + SIGNAL_NUMBERS[how.signal], signal: how.signal, oomKilled: how.oomKilled ?? false }
    process.status = status
    process.release()
    const { state, onExit } = process
    for (const [port, listener] of [...state.listeners]) if (listener.owner === process) state.listeners.delete(port)
    if (process.isInit && state.namespace.id !== '') for (const other of [...state.processes.values()]) if (other !== process) this.endProcess(other, { signal: 'KILL' })
    this.orphanChildren(process)
    if (onExit) this.simulation.schedule(EXIT_TIME, () => process.onExit?.(status))
    if (!process.parent || onExit) this.forget(process)
    else {
      process.parent.deliver('CHLD')
      process.parent.childChanged.wakeAll()
    }
  }

  reap(process: Process): ExitStatus {
    this.forget(process)
    return process.status ?? { code: 0, signal: null, oomKilled: false }
  }

  checkMemory(state: NamespaceState): void {
    const kill = (process: Process): void => this.endProcess(process, { signal: 'KILL', oomKilled: true })
    if (state.namespace.memoryLimit !== null) relieveMemory(state.processes, state.namespace.memoryLimit, kill)
    relieveMemory(this.table, this.memoryBytes, kill)
  }

  private stateOf(namespace: Namespace): NamespaceState {
    const known = this.namespaces.get(namespace.id)
    if (known && (known.processes.size > 0 || known.namespace === namespace)) return known
    const host = namespace.id === ''
    const files = new VirtualFileSystem(namespace.root, this.trees)
    const state = new NamespaceState(namespace, this, files, host ? HOST_FIRST_PID : 1, host ? this.table : undefined)
    this.namespaces.set(namespace.id, state)
    if (host) this.table.set(1, makeInit(state, this.limits, this.simulation, (child) => this.forget(child)))
    return state
  }

  private makeProcess(state: NamespaceState, parent: Process | null, credentials: Credentials): Process {
    const pid = this.nextPid++
    const namespacePid = state.namespace.id === '' ? pid : state.nextPid++
    const process = new Process({ pid, namespacePid, parent, state, credentials, limits: this.limits }, this.simulation)
    state.processes.set(namespacePid, process)
    this.table.set(pid, process)
    parent?.children.add(process)
    this.onChange(state.namespace.id, 'processes')
    return process
  }

  private contextOf(process: Process): ProcessContext {
    return new ProcessContext(process, new ProcessFiles(process, this.services), this)
  }

  private run(context: ProcessContext, main: () => Promise<number>): void {
    const { process } = context
    this.simulation.activity(async () => {
      let code: number
      try {
        code = await main()
      } catch (error) {
        if (error instanceof ProcessGone || process.status) return
        code = await diagnose(context, error)
      }
      this.endProcess(process, { code })
    })
  }

  private orphanChildren(process: Process): void {
    const init = process.state.processes.get(1)
    for (const child of process.children) {
      child.parent = init && init !== process && !init.status ? init : null
      child.parent?.children.add(child)
      if (!child.status) continue
      if (child.parent && process.state.namespace.id !== '') child.parent.childChanged.wakeAll()
      else this.forget(child)
    }
    process.children.clear()
  }

  private forget(process: Process): void {
    process.parent?.children.delete(process)
    process.state.processes.delete(process.namespacePid)
    this.table.delete(process.pid)
    this.onChange(process.state.namespace.id, 'processes')
  }

  private makeFileServices(): FileServices {
    const openFiles = new Set<RegularFile>()
    return {
      unixTime: () => this.unixTime(),
      openFiles,
      opened: (file) => void openFiles.add(file),
      closed: (file) => void openFiles.delete(file),
      charge: (process, bytes) => {
        process.state.bytesWritten += bytes
        this.onChange(process.state.namespace.id, 'files')
        if (process.state.bytesWritten > this.limits.bytesWritten) throw new FileError('ENOSPC', 'write')
      },
    }
  }
}

export type { KernelChange, World } from './kernel-options.ts'

/** One kernel for one Linux system. */
export function createKernel(options: KernelOptions): LinuxKernel {
  return new LinuxKernel(options)
}
