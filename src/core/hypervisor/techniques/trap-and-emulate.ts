import type { Executor, MonitorPlan, MonitorView } from '../../machine/board/executor.ts'
import type { Cpu } from '../../machine/cpu/cpu.ts'
import type { Stop } from '../../machine/cpu/interpreter.ts'
import { CR0, CR0_PE } from '../../machine/cpu/layout.ts'
import type { PhysicalMemory } from '../../machine/memory/physical-memory.ts'
import { cpuState } from '../../machine/inspect/cpu-state.ts'
import { deprivilegedState } from '../cpu/actual-state.ts'
import type { ShadowKind } from '../memory/guest-translation.ts'
import { DirectExecution } from '../monitor/direct-execution.ts'
import { emulate } from '../monitor/emulate.ts'
import { Entries, type EntryCounts } from '../monitor/entries.ts'
import { HOST_INTERRUPT, MONITOR_BYTES } from '../monitor/layout.ts'
import { type GuestSteps, runGuest } from '../monitor/run-loop.ts'

export interface TrapAndEmulateOptions {
  /** Ring in which the guest's kernel runs: 1, apart from its programs, or 3, together with them. */
  readonly kernelRing: 1 | 3
  readonly memory?: ShadowKind
}

interface Snapshot { readonly execution: ReturnType<DirectExecution['save']>; readonly exits: EntryCounts }

/**
 * The classical monitor (Popek and Goldberg 1974): the guest runs deprivileged, and whatever traps is done for it on its virtual processor. That is enough where every
 * sensitive instruction traps. On this processor seventeen do not: they show and do what is true of the physical processor, not of the guest's.
 */
export class TrapAndEmulate implements Executor, GuestSteps {
  readonly #virtual: Cpu
  readonly #execution: DirectExecution
  readonly #entries: Entries
  readonly #kernelRing: 1 | 3

  constructor(virtual: Cpu, host: PhysicalMemory, { kernelRing, memory = 'virtual-tlb' }: TrapAndEmulateOptions) {
    this.#virtual = virtual
    this.#kernelRing = kernelRing
    this.#entries = new Entries(virtual, kernelRing)
    this.#execution = new DirectExecution(virtual, host, kernelRing, this.#entries, memory)
  }

  get physical(): Cpu {
    return this.#execution.physical
  }

  set onEntry(listener: Executor['onEntry']) {
    this.#entries.onEntry = listener
  }

  set onArrival(listener: Executor['onArrival']) {
    this.#entries.onArrival = listener
  }

  /** Entries of the monitor so far. */
  get exits(): EntryCounts {
    return this.#entries.counts
  }

  run(count: number): Stop {
    return runGuest(this.#virtual, count, this)
  }

  inspect(): MonitorView {
    const { physical } = this.#execution
    const isReal = (this.#virtual.s[CR0]! & CR0_PE) === 0
    const actual: MonitorView['actual'] = isReal ? { how: 'interpreted', cpu: cpuState(physical) } : { how: 'direct', cpu: deprivilegedState(this.#virtual, physical, this.#kernelRing) }
    return { actual, counts: this.#entries.list(), denials: [] }
  }

  save(): Snapshot {
    return { execution: this.#execution.save(), exits: this.#entries.save() }
  }

  load(snapshot: unknown): void {
    const { execution, exits } = snapshot as Snapshot
    this.#execution.load(execution)
    this.#entries.load(exits)
  }

  interrupted(): void {
    this.#entries.arrived()
    this.#entries.note('interrupt', HOST_INTERRUPT)
  }

  looked(raised: number, given: number): void {
    this.#entries.spentOnInterrupts(raised, given)
  }

  step(alone: boolean, most: number): boolean {
    // There are no rings before protected mode.
    if ((this.#virtual.s[CR0]! & CR0_PE) === 0) return emulate(this.#virtual, this.#entries, 'interpret') !== 'shutdown'
    const vector = this.#execution.execute(alone ? 1 : most)
    return vector === null || this.#execution.handle(vector)
  }
}

export const trapAndEmulate = (options: TrapAndEmulateOptions): MonitorPlan => ({
  hostBytes: (guestBytes) => guestBytes + MONITOR_BYTES,
  make: (cpu, host) => new TrapAndEmulate(cpu, host, options),
})
