import type { ErrorInfo } from '../protocol/errors.ts'
import type { MachineRequestName } from '../protocol/machine.ts'
import type { Disposable } from '../core/base/emitter.ts'
import type { RealTime } from '../core/session/ports.ts'
import type { MachineSettings } from './machine-settings.ts'
import type { MachineThread } from './machine-thread.ts'
import { OpenMachine } from './open-machine.ts'

/** Milliseconds for which a thread that has nothing to do is kept for the next time. */
const IDLE = 30_000
const CANCELLED: ErrorInfo = { code: 'cancelled', message: 'That was cancelled.', hint: '' }

interface HelperOptions {
  readonly spawn: (settings: MachineSettings) => MachineThread
  readonly time: RealTime
  readonly log: (text: string) => void
}

/** A thread without a machine: it is started when it is asked something, and ends when nobody has asked for a while. */
export class HelperThread {
  readonly #options: HelperOptions
  #thread: OpenMachine | undefined
  #idle: Disposable | undefined

  constructor(options: HelperOptions) {
    this.#options = options
  }

  /** Rejects with a `Failure`; what takes longer than `limit` milliseconds ends the thread. */
  async ask(name: MachineRequestName, params: unknown, limit: number): Promise<unknown> {
    this.#idle?.dispose()
    const thread = this.#thread ??= new OpenMachine(this.#options.spawn({ machine: null, source: null }), this.#options, {
      state: () => undefined,
      serial: () => undefined,
      ended: () => this.#forget(thread),
    })
    try {
      return await thread.ask(name, params, limit)
    } finally {
      if (thread === this.#thread) {
        this.#idle?.dispose()
        this.#idle = this.#options.time.after(IDLE, () => this.cancel())
      }
    }
  }

  /** Ends the thread; what it was asked is refused as cancelled. */
  cancel(): void {
    const thread = this.#thread
    this.#forget(thread)
    thread?.close(CANCELLED)
  }

  #forget(thread: OpenMachine | undefined): void {
    if (thread !== this.#thread) return
    this.#idle?.dispose()
    this.#thread = undefined
  }
}
