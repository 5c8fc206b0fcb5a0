import type { Worker } from 'node:worker_threads'
import type { ErrorInfo } from '../protocol/errors.ts'
import type { MachineRequestName, MachineState } from '../protocol/machine.ts'
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
  /** Throws a `Failure` that says why not. */
  request(name: MachineRequestName, params: unknown): unknown
  /** Runs for a few milliseconds; false when it has stopped, or stands. */
  slice(): boolean
  state(): MachineState
}

/** Milliseconds between two states of a running machine: one animation frame. */
const FRAME = 16
const READING: ReadonlySet<MachineRequestName> = new Set(['machine.assemble', 'machine.disassemble', 'machine.memory', 'machine.walk', 'machine.events', 'machine.guests'])

/** The inside of a machine's thread: orders are taken between two slices, so that a running machine answers within a frame. */
export function serveMachine(served: Served, report: (report: MachineReport) => void): (order: MachineOrder) => void {
  let [planned, taken, toldAt] = [false, true, -Infinity]
  const tell = (): void => {
    taken = false
    toldAt = performance.now()
    report({ type: 'state', state: served.state() })
  }
  const plan = (): void => {
    if (planned) return
    planned = true
    setImmediate(() => {
      planned = false
      const running = served.slice()
      if (running) plan()
      if (!running || (taken && performance.now() - toldAt >= FRAME)) tell()
    })
  }
  return (order) => {
    if (order.type === 'taken') {
      taken = true
      return
    }
    const { id, name, params } = order
    try {
      report({ type: 'result', id, value: served.request(name, params) })
    } catch (error) {
      report({ type: 'error', id, error: errorInfo(error), bug: error instanceof Failure ? null : error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
    if (READING.has(name)) return
    if (served.running) plan()
    else tell()
  }
}

