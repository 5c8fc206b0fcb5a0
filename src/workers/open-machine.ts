import type { ErrorInfo } from '../protocol/errors.ts'
import type { MachineRequestName, MachineState } from '../protocol/machine.ts'
import type { Disposable } from '../core/base/emitter.ts'
import { Failure } from '../core/base/failure.ts'
import type { RealTime } from '../core/session/ports.ts'
import { START, type MachineReport, type MachineThread } from './machine-thread.ts'

/** Requests that may wait for one thread. */
const MOST_WAITING = 1000
/** Milliseconds from the start of a thread to the machine's first state: a program may have to be assembled. */
const START_LIMIT = 20_000
const CLOSED: ErrorInfo = { code: 'cancelled', message: 'The machine was closed.', hint: '' }

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Failure) => void
  readonly limit: Disposable | undefined
}

interface Listener {
  state(): void
  serial(offset: number, text: string): void
  /** The thread is gone although nobody closed it. */
  ended(error: ErrorInfo): void
}

/** One machine's thread, from outside. */
export class OpenMachine {
  state: MachineState | undefined
  private readonly thread: MachineThread
  private readonly ports: { readonly time: RealTime; readonly log: (text: string) => void }
  private readonly listener: Listener
  private readonly waiting = new Map<number, Waiting>()
  private nextId = 1
  private closed = false

  constructor(thread: MachineThread, ports: { readonly time: RealTime; readonly log: (text: string) => void }, listener: Listener) {
    this.thread = thread
    this.ports = ports
    this.listener = listener
    thread.onReport((report) => this.hear(report))
    thread.onExit((reason) => {
      if (this.closed) return
      ports.log(`a machine's thread stopped: ${reason}`)
      this.end({ code: 'internal', message: `The machine stopped: ${reason}.`, hint: 'Open it again: what was done in it is lost.' })
    })
  }

  /** The machine's first state. Rejects with why there is none. */
  start(): Promise<MachineState> {
    return new Promise((resolve, reject) => {
      const limit = this.ports.time.after(START_LIMIT, () => this.end({ code: 'limit', message: 'The machine did not start in time.', hint: 'Does the program assemble?' }))
      this.waiting.set(START, { resolve: (state) => resolve(state as MachineState), reject, limit })
    })
  }

  /** Rejects with a `Failure`; a request that takes longer than `limit` milliseconds ends the thread. */
  ask(name: MachineRequestName, params: unknown, limit?: number): Promise<unknown> {
    if (this.waiting.size >= MOST_WAITING) throw new Failure('limit', 'The machine has too many requests to answer.', 'Wait for its answers.')
    const id = this.nextId++
    return new Promise((resolve, reject) => {
      const late = limit === undefined ? undefined : this.ports.time.after(limit, () => this.end({ code: 'limit', message: `${name} took too long.`, hint: name === 'machine.assemble' ? 'Is there a macro or a repetition without an end?' : 'Try it again.' }))
      this.waiting.set(id, { resolve, reject, limit: late })
      this.thread.post({ type: 'request', id, name, params })
    })
  }

  /** The state for a window; a running machine may tell the next one now. */
  take(): MachineState | undefined {
    if (this.state) this.thread.post({ type: 'taken' })
    return this.state
  }

  /** @param reason what waiting requests are refused with. */
  close(reason: ErrorInfo = CLOSED): void {
    if (this.closed) return
    this.closed = true
    this.thread.terminate()
    this.refuse(reason)
  }

  private end(error: ErrorInfo): void {
    if (this.closed) return
    this.closed = true
    this.thread.terminate()
    this.refuse(error)
    this.listener.ended(error)
  }

  private refuse({ code, message, hint }: ErrorInfo): void {
    for (const id of [...this.waiting.keys()]) this.settle(id)?.reject(new Failure(code, message, hint))
  }

  private hear(report: MachineReport): void {
    if (this.closed) return
    switch (report.type) {
      case 'result': return this.settle(report.id)?.resolve(report.value)
      case 'error': {
        if (report.bug !== null) this.ports.log(report.bug)
        const { code, message, hint } = report.error
        // Without its first state there is no machine.
        if (report.id === START) return this.end(report.error)
        return this.settle(report.id)?.reject(new Failure(code, message, hint))
      }
      case 'state':
        this.state = report.state
        this.settle(START)?.resolve(report.state)
        return this.listener.state()
      case 'serial': return this.listener.serial(report.offset, report.text)
    }
  }

  private settle(id: number): Waiting | undefined {
    const waiting = this.waiting.get(id)
    this.waiting.delete(id)
    waiting?.limit?.dispose()
    return waiting
  }
}
