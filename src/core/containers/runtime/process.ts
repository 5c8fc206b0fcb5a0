import type { Disposable } from '../../base/emitter.ts'
import type { Simulation } from '../../simulation/simulation.ts'
import { MILLISECOND, type SimTime } from '../../simulation/units.ts'
import { FileError } from '../filesystem/file-system.ts'
import type { ExitStatus } from './kernel.ts'
import type { NamespaceState } from './namespace-state.ts'
import { FileReference, type OpenFile } from './open-file.ts'
import { defaultAction, type Signal } from './signals.ts'
import type { Terminal } from './terminal.ts'
import { WaitQueue } from './wait-queue.ts'

/** Unwinds the program of a process that is gone; programs never catch it. */
export class ProcessGone extends Error {
  override readonly name = 'ProcessGone'
}

/** A handled signal ended a `wait` or `sleep` early (EINTR). */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
  readonly signal: Signal

  constructor(signal: Signal) {
    super(`interrupted by SIG${signal}`)
    this.signal = signal
  }
}

export interface Credentials {
  readonly uid: number
  readonly gid: number
  readonly groups: readonly number[]
}

export interface ProcessLimits {
  readonly openFiles: number
  /** Virtual CPU time; null for none. */
  readonly cpuTime: SimTime | null
}

export type SignalHandler = ((signal: Signal) => void) | 'ignore'

export interface ProcessIdentity {
  readonly pid: number
  readonly namespacePid: number
  readonly parent: Process | null
  readonly state: NamespaceState
  readonly credentials: Credentials
  readonly limits: ProcessLimits
}

interface Descriptor {
  readonly reference: FileReference
  closeOnExec: boolean
}

/** CPU time is paid in slices: what a program used so far is slept off once it exceeds this. */
const CPU_SLICE = MILLISECOND
const FIRST_TERMINAL_FD = 0

/** One process: identity, descriptors, signals, and the blocking primitive every waiting call is made of. */
export class Process {
  readonly pid: number
  readonly namespacePid: number
  readonly state: NamespaceState
  readonly limits: ProcessLimits
  readonly children = new Set<Process>()
  readonly descriptors = new Map<number, Descriptor>()
  readonly handlers = new Map<Signal, SignalHandler>()
  /** Woken when a child changes state. */
  readonly childChanged = new WaitQueue()
  readonly startedAt: SimTime
  parent: Process | null
  group: number
  session: number
  credentials: Credentials
  env: Map<string, string>
  cwd = '/'
  umask = 0o022
  argv: readonly string[] = []
  residentBytes = 0
  cpuTime: SimTime = 0
  terminal: Terminal | undefined
  stopped = false
  /** A stop the parent has not been told of. */
  stopUnreported = false
  status: ExitStatus | undefined
  onExit: ((status: ExitStatus) => void) | undefined
  private owedCpu: SimTime = 0
  private blockedCalls = 0
  private readonly abort = new Set<(error: Error) => void>()
  private readonly interruptible = new Set<(error: Error) => void>()
  private readonly resumed = new WaitQueue()
  private readonly simulation: Simulation

  constructor(identity: ProcessIdentity, simulation: Simulation) {
    this.pid = identity.pid
    this.namespacePid = identity.namespacePid
    this.parent = identity.parent
    this.state = identity.state
    this.credentials = identity.credentials
    this.limits = identity.limits
    this.group = identity.namespacePid
    this.session = identity.namespacePid
    this.env = new Map()
    this.simulation = simulation
    this.startedAt = simulation.now
  }

  get command(): string {
    return this.argv.join(' ')
  }

  get runState(): 'running' | 'sleeping' | 'stopped' | 'zombie' {
    if (this.status) return 'zombie'
    if (this.stopped || this.state.frozen) return 'stopped'
    return this.blockedCalls > 0 ? 'sleeping' : 'running'
  }

  /** Throws when the process has ended: its program has nothing left to say. */
  checkAlive(): void {
    if (this.status) throw new ProcessGone(`process ${this.pid} has ended`)
  }

  /** Waits until the queue is woken. Rejects with `ProcessGone` at death and, if asked, with `Interrupted` on a handled signal. */
  async block(queue: WaitQueue, interruptible = false): Promise<void> {
    await this.park((wake) => queue.add(wake), interruptible)
    await this.runnable()
  }

  async sleep(delay: SimTime, interruptible = false): Promise<void> {
    let timer: Disposable | undefined
    try {
      await this.park((wake) => (timer = this.simulation.schedule(delay, wake)), interruptible)
    } finally {
      timer?.dispose()
    }
    await this.runnable()
  }

  /** Charges virtual CPU time; gives the world a turn once a slice is used up, so that no loop runs for ever in no time. */
  async use(time: SimTime): Promise<void> {
    this.checkAlive()
    this.cpuTime += time
    this.owedCpu += time
    if (this.limits.cpuTime !== null && this.cpuTime > this.limits.cpuTime) {
      this.deliver('XCPU')
      this.checkAlive()
    }
    if (this.owedCpu < CPU_SLICE) return this.runnable()
    const owed = this.owedCpu
    this.owedCpu = 0
    await this.sleep(owed)
    this.blockedCalls = 0
  }

  /** Acts on a signal at once, as its disposition says. PID 1 of a namespace only gets what it handles. */
  deliver(signal: Signal, fromOutside = false): void {
    if (this.status) return
    const always = signal === 'KILL' || signal === 'STOP'
    if (this.isInit && !(always && fromOutside) && !this.handlers.has(signal)) return
    if (signal === 'CONT' || signal === 'KILL') this.resume()
    const handler = always ? undefined : this.handlers.get(signal)
    if (handler === 'ignore') return
    if (handler) {
      handler(signal)
      for (const interrupt of [...this.interruptible]) interrupt(new Interrupted(signal))
      return
    }
    const action = defaultAction(signal)
    if (action === 'stop') this.stop()
    else if (action === 'terminate') this.state.kernel.endProcess(this, { signal })
  }

  get isInit(): boolean {
    return this.namespacePid === 1
  }

  /** The process has ended: descriptors go, pending calls unwind. Called by the kernel once. */
  release(): void {
    for (const fd of [...this.descriptors.keys()]) this.close(fd)
    this.stopped = false
    for (const reject of [...this.abort]) reject(new ProcessGone(`process ${this.pid} has ended`))
  }

  /** Wakes a process whose namespace was thawed. */
  wakeResumed(): void {
    this.resumed.wakeAll()
  }

  install(reference: FileReference, lowest = FIRST_TERMINAL_FD): number {
    let fd = lowest
    while (this.descriptors.has(fd)) fd++
    if (fd >= this.limits.openFiles) {
      reference.release()
      throw new FileError('EMFILE', reference.file.path)
    }
    this.descriptors.set(fd, { reference, closeOnExec: false })
    return fd
  }

  file(fd: number): OpenFile {
    return this.reference(fd).file
  }

  reference(fd: number): FileReference {
    const descriptor = this.descriptors.get(fd)
    if (!descriptor) throw new FileError('EBADF', String(fd))
    return descriptor.reference
  }

  /** dup2(2): `to` now means what `from` means. */
  duplicate(from: number, to: number): void {
    const { reference } = this.descriptors.get(from) ?? { reference: this.reference(from) }
    if (from === to) return
    const retained = reference.retain()
    this.close(to)
    this.descriptors.set(to, { reference: retained, closeOnExec: false })
  }

  setCloseOnExec(fd: number): void {
    const descriptor = this.descriptors.get(fd)
    if (descriptor) descriptor.closeOnExec = true
  }

  closeOnExec(): void {
    for (const [fd, descriptor] of [...this.descriptors]) if (descriptor.closeOnExec) this.close(fd)
  }

  close(fd: number): void {
    const descriptor = this.descriptors.get(fd)
    this.descriptors.delete(fd)
    descriptor?.reference.release()
  }

  private park(register: (wake: () => void) => void, interruptible: boolean): Promise<void> {
    this.checkAlive()
    this.blockedCalls++
    return new Promise<void>((resolve, reject) => {
      const done = (): void => {
        this.abort.delete(fail)
        this.interruptible.delete(fail)
        this.blockedCalls = Math.max(0, this.blockedCalls - 1)
      }
      const fail = (error: Error): void => {
        done()
        reject(error)
      }
      this.abort.add(fail)
      if (interruptible) this.interruptible.add(fail)
      register(() => {
        done()
        resolve()
      })
    })
  }

  private async runnable(): Promise<void> {
    while (this.stopped || this.state.frozen) await this.park((wake) => this.resumed.add(wake), false)
    this.checkAlive()
  }

  private stop(): void {
    this.stopped = true
    this.stopUnreported = true
    this.parent?.childChanged.wakeAll()
  }

  private resume(): void {
    if (!this.stopped) return
    this.stopped = false
    this.resumed.wakeAll()
  }
}
