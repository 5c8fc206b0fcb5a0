import { concatBytes, decodeUtf8, encodeUtf8, type Bytes } from '../../base/bytes.ts'
import type { Random } from '../../simulation/random.ts'
import type { Simulation } from '../../simulation/simulation.ts'
import type { SimTime } from '../../simulation/units.ts'
import { FileError } from '../filesystem/file-system.ts'
import type { ExitStatus } from './kernel.ts'
import { FileReference } from './open-file.ts'
import { Pipe } from './pipe.ts'
import { ProcessGone, type Credentials, type Process, type SignalHandler } from './process.ts'
import type { OpenFlags, ProcessFiles } from './process-files.ts'
import type { MachineFacts } from './proc-tree.ts'
import { connectProcess, Listener } from './sockets.ts'
import type { Signal } from './signals.ts'
import type { Terminal } from './terminal.ts'

/** What a child starts with beside what it inherits. */
export interface ChildSpec {
  readonly argv: readonly string[]
  readonly env?: ReadonlyMap<string, string>
  /** Descriptors of the child by number: the parent's number each comes from. Inherits all when absent. */
  readonly descriptors?: ReadonlyMap<number, number>
  readonly credentials?: Credentials
  readonly cwd?: string
  /** Puts the child at the head of a process group of its own, or into the given one. */
  readonly group?: number | 'own'
  readonly newSession?: boolean
}

/** Why an execve(2) failed: exit code 127 or 126 and the kernel's error. */
export class ExecError extends Error {
  override readonly name = 'ExecError'
  readonly code: 'ENOENT' | 'EACCES' | 'ENOEXEC' | 'EISDIR'
  readonly path: string

  constructor(code: ExecError['code'], path: string) {
    super(`${code}: ${path}`)
    this.code = code
    this.path = path
  }
}

export interface ChildStatus {
  readonly pid: number
  readonly status: ExitStatus | 'stopped'
}

/** The kernel's calls that processes make through their context. */
export interface ContextKernel {
  readonly simulation: Simulation
  readonly random: Random
  readonly facts: MachineFacts
  universe(): string
  unixTime(): number
  fork(parent: Process, child: ChildSpec, main: (context: ProcessContext) => Promise<number>): Process
  /** Loads argv[0] (a path) into the process and runs it to its end. */
  execute(context: ProcessContext, path: string, argv: readonly string[]): Promise<number>
  reach(from: Process, host: string, port: number): Listener | 'unknown-host' | 'refused'
  nextInode(): number
}

/** A program's only door to the world: every method is a system call of its process. */
export class ProcessContext {
  readonly files: ProcessFiles
  readonly kernel: ContextKernel
  /** For the kernel and the shell's job control; programs use the methods. */
  readonly process: Process

  constructor(process: Process, files: ProcessFiles, kernel: ContextKernel) {
    this.process = process
    this.files = files
    this.kernel = kernel
  }

  get argv(): readonly string[] { return this.process.argv }
  get args(): readonly string[] { return this.process.argv.slice(1) }
  get env(): Map<string, string> { return this.process.env }
  get cwd(): string { return this.process.cwd }
  get pid(): number { return this.process.namespacePid }
  get parentPid(): number { return this.process.parent?.state === this.process.state ? this.process.parent.namespacePid : 0 }
  get uid(): number { return this.process.credentials.uid }
  get gid(): number { return this.process.credentials.gid }
  get groups(): readonly number[] { return this.process.credentials.groups }
  get hostname(): string { return this.process.state.namespace.hostname }
  get terminal(): Terminal | undefined { return this.process.terminal }

  isTerminal(fd: number): boolean {
    return this.process.descriptors.get(fd)?.reference.file.kind === 'terminal'
  }

  /** Writes text to standard output. */
  async print(text: string): Promise<void> {
    await this.write(1, encodeUtf8(text))
  }

  /** Writes text to standard error. */
  async warn(text: string): Promise<void> {
    await this.write(2, encodeUtf8(text))
  }

  async write(fd: number, bytes: Bytes): Promise<void> {
    this.process.checkAlive()
    if (bytes.length > 0) await this.process.file(fd).write(this.process, bytes)
  }

  async read(fd: number, max = 65_536): Promise<Bytes> {
    this.process.checkAlive()
    return this.process.file(fd).read(this.process, max)
  }

  async readAll(fd: number): Promise<Bytes> {
    const parts: Bytes[] = []
    for (;;) {
      const part = await this.read(fd)
      if (part.length === 0) return concatBytes(parts)
      parts.push(part)
    }
  }

  async readAllText(fd: number): Promise<string> {
    return decodeUtf8(await this.readAll(fd))
  }

  open(path: string, flags: OpenFlags, mode?: number): number {
    this.process.checkAlive()
    return this.process.install(this.files.open(path, flags, mode))
  }

  close(fd: number): void {
    this.process.close(fd)
  }

  /** An open file whose content comes from a function (a here-document); an empty answer is its end. */
  memoryFile(path: string, read: (max: number) => Bytes): FileReference {
    return new FileReference({ kind: 'pipe', path, read: async (_, max) => read(max), write: async () => undefined, close: () => undefined })
  }

  pipe(): { readonly read: number; readonly write: number } {
    const pipe = new Pipe(this.kernel.nextInode())
    const read = this.process.install(new FileReference(pipe.readEnd), 10)
    const write = this.process.install(new FileReference(pipe.writeEnd), 10)
    return { read, write }
  }

  chdir(path: string): void {
    const stat = this.files.stat(path)
    if (!stat) throw new FileError('ENOENT', path)
    if (stat.kind !== 'directory') throw new FileError('ENOTDIR', path)
    if (!this.files.may(path, 'execute')) throw new FileError('EACCES', path)
    this.process.cwd = this.files.realPath(path)
  }

  /** Starts a child that runs `main`: fork(2) without exec. */
  fork(spec: ChildSpec, main: (context: ProcessContext) => Promise<number>): number {
    this.process.checkAlive()
    return this.kernel.fork(this.process, spec, main).namespacePid
  }

  /** Starts a program by path in a child process. Throws `ExecError` before any child exists. */
  spawn(path: string, spec: ChildSpec): number {
    return this.fork(spec, (child) => child.execute(path, spec.argv))
  }

  /** execve(2): this process becomes the program at `path`; resolves with its exit code, which the caller must return at once. */
  execute(path: string, argv: readonly string[]): Promise<number> {
    this.process.checkAlive()
    return this.kernel.execute(this, path, argv)
  }

  /** Finds a command like execvp(3): through PATH unless it has a slash. */
  findProgram(command: string, searchPath = this.env.get('PATH') ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'): string | undefined {
    const candidates = command.includes('/') ? [command] : searchPath.split(':').map((directory) => `${directory || '.'}/${command}`)
    const isFile = (path: string): boolean => {
      const kind = this.stat(path)
      return kind === 'file'
    }
    return candidates.find((path) => isFile(path) && this.files.may(path, 'execute')) ?? candidates.find(isFile)
  }

  /** waitpid(2): for one child, or for any (-1). Undefined when there is no such child. Interruptible by handled signals. */
  async wait(pid: number, options: { readonly stops?: boolean } = {}): Promise<ChildStatus | undefined> {
    for (;;) {
      const found = this.pollChild(pid, options.stops ?? false)
      if (found !== 'none-yet') return found
      await this.process.block(this.process.childChanged, true)
    }
  }

  /** waitpid(2) with WNOHANG: 'none-yet' when children live on. */
  pollChild(pid: number, stops: boolean): ChildStatus | undefined | 'none-yet' {
    const children = [...this.process.children].filter((child) => pid === -1 || child.namespacePid === pid)
    if (children.length === 0) return undefined
    const ended = children.find((child) => child.status)
    if (ended) return { pid: ended.namespacePid, status: this.process.state.kernel.reap(ended) }
    const stopped = stops ? children.find((child) => child.stopUnreported && child.stopped) : undefined
    if (!stopped) return 'none-yet'
    stopped.stopUnreported = false
    return { pid: stopped.namespacePid, status: 'stopped' }
  }

  /** kill(2) with namespace PIDs: 0 for the own group, -1 for everyone, -N for a group. */
  kill(pid: number, signal: Signal | 'probe'): 'ok' | 'ESRCH' | 'EPERM' {
    const own = this.process
    const all = [...own.state.visible.values()].filter((candidate) => !candidate.status || pid > 0)
    const group = pid === 0 ? own.group : -pid
    const targets = pid > 0 ? all.filter((candidate) => own.state.pidOf(candidate) === pid)
      : pid === -1 ? all.filter((candidate) => candidate !== own && !candidate.isInit)
        : all.filter((candidate) => candidate.group === group)
    if (targets.length === 0) return 'ESRCH'
    const allowed = targets.filter((target) => this.uid === 0 || this.uid === target.credentials.uid)
    if (allowed.length === 0) return 'EPERM'
    if (signal !== 'probe') for (const target of allowed) target.deliver(signal)
    own.checkAlive()
    return 'ok'
  }

  /** Installs, ignores or (undefined) resets a signal's disposition. */
  onSignal(signal: Signal, handler: SignalHandler | undefined): void {
    if (handler) this.process.handlers.set(signal, handler)
    else this.process.handlers.delete(signal)
  }

  async sleep(delay: SimTime): Promise<void> {
    await this.process.sleep(delay, true)
  }

  /** Charges virtual CPU time. */
  async use(time: SimTime): Promise<void> {
    await this.process.use(time)
  }

  /** Sets the modelled resident memory, which may get the namespace over its limit (and this or another process killed). */
  setResident(bytes: number): void {
    this.process.residentBytes = bytes
    this.process.state.kernel.checkMemory(this.process.state)
    this.process.checkAlive()
  }

  /** listen(2) on a TCP port; undefined when it is taken. */
  listen(port: number): Listener | undefined {
    const { listeners } = this.process.state
    if (listeners.has(port)) return undefined
    if (port < 1024 && this.uid !== 0 && this.process.state.namespace.id === '') throw new FileError('EACCES', String(port))
    const listener = new Listener(port, this.process)
    listeners.set(port, listener)
    return listener
  }

  async accept(listener: Listener): Promise<number> {
    return this.process.install(new FileReference(await listener.accept(this.process)))
  }

  /** Opens a TCP connection; a descriptor, or why not. */
  connect(host: string, port: number): number | 'unknown-host' | 'refused' {
    const target = this.kernel.reach(this.process, host, port)
    return typeof target === 'string' ? target : this.process.install(new FileReference(connectProcess(target, this.kernel.nextInode())))
  }

  /** Runs work of a foreign async library: virtual time stands still meanwhile. */
  async external<T>(work: () => Promise<T>): Promise<T> {
    this.process.checkAlive()
    const result = await this.kernel.simulation.external(work)
    this.process.checkAlive()
    return result
  }

  private stat(path: string): string | undefined {
    try {
      return this.files.stat(path)?.kind
    } catch (error) {
      if (error instanceof ProcessGone) throw error
      return undefined
    }
  }
}
