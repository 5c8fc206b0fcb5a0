import type { Executor, MonitorPlan } from '../../machine/board/executor.ts'
import type { Cpu } from '../../machine/cpu/cpu.ts'
import { interpret, lookAround, type Stop } from '../../machine/cpu/interpreter.ts'
import { ATTENTION, CPL, CR0, CR0_PE, HALTED, INTR, START } from '../../machine/cpu/layout.ts'
import type { PhysicalMemory } from '../../machine/memory/physical-memory.ts'
import { DirectExecution } from '../monitor/direct-execution.ts'
import { type ExitCounts, type ExitReason, type MonitorExit, noExits } from '../monitor/exit.ts'
import { HOST_INTERRUPT, MONITOR_BYTES } from '../monitor/layout.ts'

export interface TrapAndEmulateOptions {
  /** Ring in which the guest's kernel runs: 1, apart from its programs, or 3, together with them. */
  readonly kernelRing: 1 | 3
  /** Is told every entry of the monitor. */
  readonly onExit?: (exit: MonitorExit) => void
}

interface Snapshot { readonly execution: ReturnType<DirectExecution['save']>; readonly exits: ExitCounts }

/**
 * The classical monitor (Popek and Goldberg 1974): the guest runs deprivileged, and whatever traps is done for it on its virtual processor. That is enough where every
 * sensitive instruction traps. On this processor seventeen do not: they show and do what is true of the physical processor, not of the guest's.
 */
export class TrapAndEmulate implements Executor {
  readonly #virtual: Cpu
  readonly #execution: DirectExecution
  readonly #onExit: ((exit: MonitorExit) => void) | undefined
  #exits = noExits()

  constructor(virtual: Cpu, host: PhysicalMemory, { kernelRing, onExit }: TrapAndEmulateOptions) {
    this.#virtual = virtual
    this.#onExit = onExit
    this.#execution = new DirectExecution(virtual, host, kernelRing, (reason, vector) => this.#note(reason, vector))
  }

  /** Entries of the monitor so far. */
  get exits(): ExitCounts {
    return this.#exits
  }

  run(count: number): Stop {
    const virtual = this.#virtual
    virtual.stopAt = virtual.moment + count
    while (virtual.moment < virtual.stopAt) {
      if (virtual.s[ATTENTION] !== 0) {
        if (virtual.s[INTR] !== 0) this.#note('interrupt', HOST_INTERRUPT)
        const stop = lookAround(virtual)
        if (stop) return stop
        if (virtual.moment >= virtual.stopAt) break
      }
      // Who looks at each instruction gets each alone.
      const each = virtual.observer?.each
      if (each) {
        each()
        if (virtual.moment >= virtual.stopAt) break
      }
      const alone = virtual.s[ATTENTION] !== 0 || each
      if (!this.#step(alone ? 1 : virtual.stopAt - virtual.moment)) return 'shutdown'
    }
    return virtual.s[HALTED] === 0 ? 'limit' : 'halt'
  }

  save(): Snapshot {
    return { execution: this.#execution.save(), exits: { ...this.#exits } }
  }

  load(snapshot: unknown): void {
    const { execution, exits } = snapshot as Snapshot
    this.#execution.load(execution)
    this.#exits = { ...exits }
  }

  /** The guest runs until it comes back, or for so many instructions; false: its processor shut down. */
  #step(most: number): boolean {
    // There are no rings before protected mode.
    if ((this.#virtual.s[CR0]! & CR0_PE) === 0) return interpret(this.#virtual) !== 'shutdown'
    const vector = this.#execution.execute(most)
    return vector === null || this.#execution.handle(vector)
  }

  #note(reason: ExitReason, vector: number): void {
    this.#exits[reason]++
    const { s } = this.#virtual
    this.#onExit?.({ reason, vector, eip: s[START]! >>> 0, cpl: s[CPL]! })
  }
}

export const trapAndEmulate = (options: TrapAndEmulateOptions): MonitorPlan => ({
  hostBytes: (guestBytes) => guestBytes + MONITOR_BYTES,
  make: (cpu, host) => new TrapAndEmulate(cpu, host, options),
})
