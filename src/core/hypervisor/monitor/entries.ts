import type { EntryReason, MonitorEntry, VmExit } from '../../machine/board/monitor-entry.ts'
import type { Cpu } from '../../machine/cpu/cpu.ts'
import { CPL, START } from '../../machine/cpu/layout.ts'

/** Entries of the monitor so far, by reason. */
export type EntryCounts = Readonly<Record<EntryReason, number>>

/** A monitor's entries: counted, and told to whoever listens. */
export class Entries {
  /** Is told every entry, when it is clear what it was for. */
  listener: ((entry: MonitorEntry) => void) | null = null
  readonly #virtual: Cpu
  #counts: Record<EntryReason, number> = { emulated: 0, 'hidden fault': 0, reflected: 0, interrupt: 0, hypercall: 0, translated: 0 }
  /** Of the latest entry. */
  last: EntryReason = 'emulated'
  #eip = 0
  #cpl = 0

  constructor(virtual: Cpu) {
    this.#virtual = virtual
  }

  get counts(): EntryCounts {
    return this.#counts
  }

  /** The guest has been left, and its state is in the virtual processor; nothing has been done for it yet. */
  arrived(): void {
    const { s } = this.#virtual
    this.#eip = s[START]! >>> 0
    this.#cpl = s[CPL]!
  }

  /** What the latest arrival was for. @param vector the physical processor's, or -1. */
  note(reason: EntryReason, vector: number, vmExit?: VmExit): void {
    this.#counts[reason]++
    this.last = reason
    this.listener?.({ reason, vector, eip: this.#eip, cpl: this.#cpl, ...(vmExit && { vmExit }) })
  }

  save(): EntryCounts {
    return { ...this.#counts }
  }

  load(counts: EntryCounts): void {
    this.#counts = { ...counts }
  }
}
