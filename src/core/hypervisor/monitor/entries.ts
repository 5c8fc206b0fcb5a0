import type { EntryDetail, EntryReason, MonitorEntry } from '../../machine/board/monitor-entry.ts'
import { counterOf, type MonitorEvent } from '../../machine/cpu/costs/counters.ts'
import type { Cpu } from '../../machine/cpu/cpu.ts'
import { CPL, START } from '../../machine/cpu/layout.ts'

/** Entries of the monitor so far, by reason. */
export type EntryCounts = Readonly<Record<EntryReason, number>>

/** A monitor's entries: counted, and told to whoever listens. */
export class Entries {
  /** Is told every entry, when it is clear what it was for. */
  onEntry: ((entry: MonitorEntry) => void) | null = null
  /** Is told every arrival. */
  onArrival: ((ahead: 0 | 1, eip: number) => void) | null = null
  /** Where its work is booked: the processor that it runs on. */
  processor: Cpu | null = null
  readonly #virtual: Cpu
  #counts: Record<EntryReason, number> = { emulated: 0, 'hidden fault': 0, 'traced write': 0, reflected: 0, interrupt: 0, hypercall: 0, translated: 0 }
  /** Of the latest entry. */
  last: EntryReason = 'emulated'
  readonly #kernelRing: number
  #eip = 0
  #cpl = 0

  /** @param kernelRing the ring of the physical processor in which the guest's ring 0 runs. */
  constructor(virtual: Cpu, kernelRing: 0 | 1 | 3) {
    this.#virtual = virtual
    this.#kernelRing = kernelRing
  }

  get counts(): EntryCounts {
    return this.#counts
  }

  /**
   * The guest has been left, and its state is in the virtual processor; nothing has been done for it yet. @param ahead 0: the instruction at which it was left is done and counted.
   * @param eip that instruction.
   */
  arrived(ahead: 0 | 1 = 1, eip = this.#virtual.s[START]!): void {
    this.#eip = eip >>> 0
    this.#cpl = this.#virtual.s[CPL]!
    this.onArrival?.(ahead, this.#eip)
  }

  /** What the latest arrival was for. @param vector the physical processor's, or -1. */
  note(reason: EntryReason, vector: number, detail: EntryDetail | null = null): void {
    this.#counts[reason]++
    this.last = reason
    this.tell(reason, vector, detail)
  }

  /** Books work of the monitor's: what it costs stands in the table of costs. */
  spend(work: MonitorEvent, times = 1): void {
    this.processor!.counts[counterOf(work)]! += times
  }

  /** The same for what is counted elsewhere: so many in all. */
  spent(work: MonitorEvent, total: number): void {
    this.processor!.counts[counterOf(work)] = total
  }

  /** The host's devices have interrupted so often in all, and so many interrupts were given to the guest now. */
  spentOnInterrupts(raised: number, given: number): void {
    this.spent('hostInterrupt', raised)
    this.spent('interruptWork', raised)
    this.spend('reflect', given)
  }

  /** What is worth telling and no entry of its own. */
  tell(reason: EntryReason, vector: number, detail: EntryDetail | null): void {
    this.onEntry?.({ reason, vector, eip: this.#eip, cpl: this.#cpl, ring: Math.max(this.#cpl, this.#kernelRing), detail })
  }

  /** By name, without those that never came. */
  list(): { readonly name: string; readonly value: number }[] {
    return Object.entries(this.#counts).filter(([, value]) => value > 0).map(([name, value]) => ({ name, value }))
  }

  save(): EntryCounts {
    return { ...this.#counts }
  }

  load(counts: EntryCounts): void {
    this.#counts = { ...counts }
  }
}
