import type { ComparisonRequestName, LockstepId, LockstepState } from '../protocol/comparison.ts'
import { Failure } from '../core/base/failure.ts'
import type { RealTime } from '../core/session/ports.ts'
import type { LockstepOrder } from './comparison-desk.ts'
import type { MachineSettings } from './machine-settings.ts'
import type { MachineThread } from './machine-thread.ts'
import { OpenMachine } from './open-machine.ts'

/** Each has a thread and up to four machines of its own. The oldest goes for a new one: a window that was reloaded has forgotten it. */
const MOST = 2
/** Milliseconds after which a piece of work that should have taken some ten is given up. */
const LIMIT = 20_000

interface ComparisonsOptions {
  readonly spawn: (settings: MachineSettings) => MachineThread
  readonly time: RealTime
  readonly log: (text: string) => void
}

/** The comparisons that are open, each in a thread of its own. */
export class Comparisons {
  readonly #options: ComparisonsOptions
  readonly #open = new Map<LockstepId, OpenMachine>()
  #count = 0

  constructor(options: ComparisonsOptions) {
    this.#options = options
  }

  /** Rejects with a `Failure`, also where there can be no such comparison. */
  async open(params: LockstepOrder): Promise<LockstepState> {
    const lockstep: LockstepId = `lockstep:${++this.#count}`
    for (const oldest of this.#open.keys()) if (this.#open.size >= MOST) this.close(oldest)
    const thread = new OpenMachine(this.#options.spawn({ machine: null, source: null }), this.#options, {
      state: () => undefined, serial: () => undefined, ended: () => this.#open.delete(lockstep),
    })
    this.#open.set(lockstep, thread)
    try {
      return await thread.ask('lockstep.open', { ...params, lockstep }, LIMIT) as LockstepState
    } catch (error) {
      this.close(lockstep)
      throw error
    }
  }

  ask(name: ComparisonRequestName, params: { readonly lockstep: LockstepId }): Promise<unknown> {
    const thread = this.#open.get(params.lockstep)
    if (!thread) throw new Failure('not-found', 'This comparison was closed.', 'Start it again.')
    return thread.ask(name, params, LIMIT)
  }

  close(lockstep: LockstepId): null {
    this.#open.get(lockstep)?.close()
    this.#open.delete(lockstep)
    return null
  }

  dispose(): void {
    for (const lockstep of [...this.#open.keys()]) this.close(lockstep)
  }
}
