import type { Worker } from 'node:worker_threads'
import type { ErrorInfo } from '../protocol/errors.ts'
import type { MachineRequestName, MachineRequestParams, MachineState } from '../protocol/machine.ts'
import { Failure } from '../core/base/failure.ts'
import { errorInfo } from '../core/session/commands.ts'

/** The id under which a machine that cannot start says so: its first state is awaited like an answer. */
export const START = 0

/** What a thread is asked. */
export type MachineOrder =
  | { readonly type: 'request'; readonly id: number; readonly name: MachineRequestName; readonly params: unknown }
  /** The latest state is on its way to a window: a running machine may tell the next. */
  | { readonly type: 'taken' }

export type MachineReport =
  | { readonly type: 'result'; readonly id: number; readonly value: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: ErrorInfo; readonly bug: string | null }
  | { readonly type: 'state'; readonly state: MachineState }
  /** What the serial line carries from character `offset` on; what was there before is not so any more. */
  | { readonly type: 'serial'; readonly offset: number; readonly text: string }

/** A thread in which a machine lives: a worker, or for tests something like one. */
export interface MachineThread {
  post(order: MachineOrder): void
  onReport(listener: (report: MachineReport) => void): void
  onExit(listener: (reason: string) => void): void
  terminate(): void
}

/** A Node worker as the thread of a machine. */
export function threadOfMachine(worker: Worker): MachineThread {
  let reason = 'its thread ended'
  worker.on('error', (error: Error) => (reason = error.message))
  return {
    post: (order) => worker.postMessage(order),
    onReport: (listener) => void worker.on('message', (report: MachineReport) => listener(report)),
    onExit: (listener) => void worker.on('exit', () => listener(reason)),
    terminate: () => void worker.terminate(),
  }
}

/** What a thread answers with and runs. */
export interface Served {
  /** Something is still to be run, if only when an input has come. */
  readonly running: boolean
  /** The machine's own time. */
  readonly seconds: number
  /** Throws a `Failure` that says why not. */
  request(name: MachineRequestName, params: unknown): unknown
  /** Runs for a few milliseconds; false when it has stopped, or stands. */
  slice(): boolean
  state(): MachineState
}

/** Milliseconds between two states of a running machine: one animation frame. */
const FRAME = 16
/** Milliseconds by which a machine that runs freely may be ahead of real time, and behind it without catching up. */
const [MOST_AHEAD, MOST_BEHIND] = [5, 50]
const READING: ReadonlySet<MachineRequestName> = new Set(['machine.assemble', 'machine.disassemble', 'machine.memory', 'machine.walk', 'machine.events', 'machine.source', 'machine.marks', 'machine.monitor', 'machine.vmcs', 'machine.translations', 'machine.guests', 'classifier.classify', 'classifier.guests', 'classifier.failures', 'lockstep.open', 'lockstep.go', 'lockstep.on', 'scoreboard.run'])

/** The inside of a machine's thread: orders are taken between two slices, so that a running machine answers within a frame. */
export function serveMachine(served: Served, report: (report: MachineReport) => void): (order: MachineOrder) => void {
  const server = new Server(served, report)
  return (order) => server.obey(order)
}

class Server {
  private readonly served: Served
  private readonly report: (report: MachineReport) => void
  private next: (() => void) | undefined
  private taken = true
  private toldAt = -Infinity
  /** Where real time and the machine's were the same; undefined: as fast as it can, towards something. */
  private anchor: { readonly real: number; readonly machine: number } | undefined

  constructor(served: Served, report: (report: MachineReport) => void) {
    this.served = served
    this.report = report
  }

  obey(order: MachineOrder): void {
    if (order.type === 'taken') {
      this.taken = true
      return
    }
    const { id, name, params } = order
    try {
      this.report({ type: 'result', id, value: this.served.request(name, params) })
    } catch (error) {
      this.report({ type: 'error', id, error: errorInfo(error), bug: error instanceof Failure ? null : error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
    if (name === 'machine.run') this.anchor = runsFreely(params) ? this.here() : undefined
    if (READING.has(name)) return
    if (this.served.running) this.plan(0)
    else this.tell()
  }

  private here(): { readonly real: number; readonly machine: number } {
    return { real: performance.now(), machine: this.served.seconds * 1000 }
  }

  /** Lets messages in first, at least. */
  private plan(milliseconds: number): void {
    this.next?.()
    if (milliseconds > 0) {
      const timer = setTimeout(() => this.slice(), milliseconds)
      this.next = () => clearTimeout(timer)
    } else {
      const immediate = setImmediate(() => this.slice())
      this.next = () => clearImmediate(immediate)
    }
  }

  private slice(): void {
    this.next = undefined
    const goesOn = this.served.slice()
    if (goesOn) this.plan(this.ahead())
    if (!goesOn || (this.taken && performance.now() - this.toldAt >= FRAME)) this.tell()
  }

  /** Milliseconds until real time has come as far as the machine: an operating system that waits for its timer would otherwise keep a processor busy with waiting. */
  private ahead(): number {
    if (!this.anchor) return 0
    const now = this.here()
    const ahead = now.machine - this.anchor.machine - (now.real - this.anchor.real)
    if (ahead < -MOST_BEHIND) this.anchor = now
    return ahead > MOST_AHEAD ? Math.min(ahead, FRAME) : 0
  }

  private tell(): void {
    this.taken = false
    this.toldAt = performance.now()
    this.report({ type: 'state', state: this.served.state() })
  }
}

function runsFreely(params: unknown): boolean {
  return (params as MachineRequestParams<'machine.run'>).until.kind === 'pause'
}
