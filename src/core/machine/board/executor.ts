import type { MonitorAnswer, TranslatedBlock, TranslationsAnswer, VmcsAnswer } from '../../../protocol/monitor.ts'
import type { Cpu } from '../cpu/cpu.ts'
import { run, type Stop } from '../cpu/interpreter.ts'
import type { PhysicalMemory } from '../memory/physical-memory.ts'
import type { Boot } from './config.ts'
import type { MonitorEntry } from './monitor-entry.ts'

/**
 * What carries out a machine's instructions. Without a monitor the processor does; with one the machine's processor is what the guest believes it to
 * be, and its code runs elsewhere. Either way `cpu` shows the guest's state and counts its instructions and deliveries.
 */
export interface Executor {
  /** The processor that really executes: what the run cost was counted there. */
  readonly physical: Cpu
  /** Is told every entry of the monitor; null: nobody. Bare metal has none. */
  onEntry: ((entry: MonitorEntry) => void) | null
  /** Is told when the guest has been left, before anything is done for it; `onEntry` follows. `ahead`: 1 where the step of the guest's that it belongs to is still to be counted. `eip`: the instruction. */
  onArrival: ((ahead: 0 | 1, eip: number) => void) | null
  /** The machine's image is in place, the processor stands before its first instruction. Throws a `Failure` where this guest cannot run here. */
  begin?(boot: Boot): void
  /** As `run` of cpu/interpreter.ts, by what the guest sees: a monitor's own work counts as nothing. */
  run(count: number): Stop
  /** What is true where the guest believes something else. Looking changes nothing. Bare metal: nothing is. */
  inspect?(): MonitorView
  /** Where the processor helps: its control structure. */
  vmcs?(): VmcsAnswer
  /** Where the guest's kernel is translated: so many blocks around the one at a guest address; null: the present one. */
  translations?(around: number | null, count: number): Translations
  /** All that neither `cpu` nor memory holds. Plain data. */
  save(): unknown
  /** After `cpu` and memory have been restored. */
  load(snapshot: unknown): void
}

export type MonitorView = Pick<MonitorAnswer, 'actual' | 'counts' | 'denials'>

/** Names of addresses are added by whoever knows them. */
export type Translations = Omit<TranslationsAnswer, 'blocks'> & { readonly blocks: readonly Omit<TranslatedBlock, 'symbol'>[] }

/** Puts a monitor between a machine's processor and its hardware. */
export interface MonitorPlan {
  /** Bytes of a host's memory for a guest that has so many: the guest's lie at their beginning. */
  hostBytes(guestBytes: number): number
  /** @param cpu the processor that the guest believes in; it has a head of its own and is only ever interpreted. @param host all of the host's memory. */
  make(cpu: Cpu, host: PhysicalMemory): Executor
}

/** The processor itself. */
export const bareMetal = (cpu: Cpu): Executor => ({ physical: cpu, onEntry: null, onArrival: null, run: (count) => run(cpu, count), save: () => null, load: () => undefined })
