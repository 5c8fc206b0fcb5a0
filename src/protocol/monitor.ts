import * as v from 'valibot'
import { machineId as machine } from './machine-id.ts'
import type { CpuState, MachineEvent, MachineEventKind } from './machine.ts'

/**
 * What is seen of a monitor while it runs a guest. The guest believes in one processor, and its code runs on another; the monitor is entered whenever the two would
 * come to differ in a way that the guest must not see.
 */

export const MONITOR_EVENT_KINDS = ['trap', 'exit', 'hypercall', 'translate', 'inject'] as const
export type MonitorEventKind =
  /** The physical processor raised a fault, or was interrupted, and so came to the monitor. */
  | 'trap'
  /** A VM exit. */
  | 'exit'
  | 'hypercall'
  /** Translated code came to where no translation leads on. */
  | 'translate'
  /** The monitor gave the guest an interrupt. */
  | 'inject'

/** Why a trap came: an instruction that the monitor did in the guest's place; a page missing only in the shadow tables; a write to a page whose writes the monitor must see; an exception that is the guest's own; a device of the host's. */
export type TrapReason = 'emulated' | 'hidden fault' | 'traced write' | 'reflected' | 'interrupt'

/** What an event of a monitor's has beside what all events have. */
export interface MonitorEventParts {
  readonly reason?: TrapReason
  /** Basic exit reason (SDM 3D appendix C), AMD's exit code for the same, if it has one, and the exit qualification; the reason's name is `name`. */
  readonly exit?: { readonly number: number; readonly amd: string | null; readonly qualification: number }
  /** A hypercall's arguments and result, as unsigned words; why it was refused, or null. Its name is `name`. */
  readonly call?: { readonly args: readonly number[]; readonly result: number; readonly denial: string | null }
  /** How many guest instructions were translated for `target`; none: they were translated before. */
  readonly instructions?: number
}

/** The processor under a guest at the present moment, as the monitor makes it when the guest goes on. */
export interface ActualProcessor {
  /**
   * How the guest's next instruction is carried out: itself, in a ring of the monitor's choice; as its translation; in non-root operation; or by the monitor, on the
   * processor that the guest believes in, so that nothing of it is on the physical one.
   */
  readonly how: 'direct' | 'translated' | 'non-root' | 'interpreted'
  readonly cpu: CpuState
}

/** What a guest was refused. */
export interface Denial {
  readonly name: string
  readonly reason: string
  readonly eip: number
}

export interface MonitorAnswer {
  readonly believed: CpuState
  readonly actual: ActualProcessor
  /** A device's interrupt waits until the guest will take it. */
  readonly interruptWaits: boolean
  /** Entries so far and what else the technique counts, by name. */
  readonly counts: readonly { readonly name: string; readonly value: number }[]
  /** The latest last. */
  readonly denials: readonly Denial[]
}

export type VmcsGroup = 'guest state' | 'host state' | 'control' | 'exit information'

/** One field; values are unsigned, those of 64 bits two words, the low one first. */
export interface VmcsFieldRow {
  /** The field's number (SDM 3D appendix B). */
  readonly encoding: number
  readonly name: string
  readonly group: VmcsGroup
  readonly width: 16 | 32 | 64 | 'natural'
  readonly amd: string | null
  readonly value: readonly number[]
  /** Before the latest exit, if that changed it. */
  readonly was: readonly number[] | null
  /** As the exit left it, if the monitor has written it since. */
  readonly left: readonly number[] | null
}

export interface VmcsAnswer {
  /** The latest exit; null: there was none. */
  readonly exit: { readonly number: number; readonly name: string; readonly amd: string | null; readonly qualification: number } | null
  readonly fields: readonly VmcsFieldRow[]
}

/** One instruction as it lies in memory. */
export interface CodeLine {
  readonly address: number
  readonly bytes: readonly number[]
  readonly text: string
}

/** A guest instruction beside its translation. */
export interface TranslatedRow {
  readonly guest: CodeLine
  readonly kind: 'ident' | 'non-ident'
  /** The rule's name, or `adapted`: a copy that is a call-out now, because it trapped too often. */
  readonly how: string
  readonly translated: readonly CodeLine[]
}

/** A translation unit: at most twelve instructions up to the first transfer of control. */
export interface TranslatedBlock {
  readonly pc: number
  readonly symbol: string | null
  readonly cpl: number
  /** Guest-physical address of the code. */
  readonly physical: number
  /** Linear address of the translation. */
  readonly at: number
  readonly rows: readonly TranslatedRow[]
  /** Where it goes on without a look-up, and whether without the monitor. */
  readonly successors: readonly { readonly target: number; readonly chained: boolean }[]
}

export interface TranslationsAnswer {
  readonly total: number
  /** By their addresses. */
  readonly blocks: readonly TranslatedBlock[]
  /** Place of the first of them among all. */
  readonly from: number
  /** `pc` of the block in which the guest is now; null: nothing of it is translated. */
  readonly current: number | null
}

/** What somebody may say that happens next: something that a machine's run shows as an event, or nothing of the kind. */
export type Guess = MachineEventKind | 'none'

/** The machine stands before something, and does not tell what it is. */
export interface Ahead {
  readonly tick: number
  readonly eip: number
  /** The next instruction. */
  readonly text: string
  readonly options: readonly Guess[]
}

/** What somebody said, and what happened. */
export interface Prediction extends Ahead {
  readonly guess: Guess
  readonly right: boolean
  /** All that happened in this step, in order. */
  readonly happened: readonly MachineEvent[]
}

export const GUESSES = ['fault', 'interrupt', 'gate', 'return', 'io', 'control', 'halt', 'end', ...MONITOR_EVENT_KINDS, 'none'] as const

const place = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffff_ffff))

export const MONITOR_REQUESTS = {
  /** What the guest believes and what is true. Refused, as the three below, for a machine whose technique has no such thing. */
  'machine.monitor': v.object({ machine }),
  'machine.vmcs': v.object({ machine }),
  /** So many translated blocks, around the one at or before a guest address, or before the present one. */
  'machine.translations': v.object({ machine, around: v.optional(place), count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(200)) }),
  /** Asks what the next step will bring, where the machine stands: the state then has `ahead`. */
  'machine.ask': v.object({ machine }),
  /** Shows what comes, by one step; the prediction is kept. */
  'machine.reveal': v.object({ machine, guess: v.picklist(GUESSES) }),
} as const

export interface MonitorRequestResults {
  'machine.monitor': MonitorAnswer
  'machine.vmcs': VmcsAnswer
  'machine.translations': TranslationsAnswer
}
