import type { Way } from './rules.ts'

/** What an `int3` in the cache asks the monitor for. */
export type Service =
  /** Do the guest's instruction. */
  | 'call-out'
  /** Translate the target, and patch this place so that it is not asked again. */
  | 'link'
  /** Go on at the target, wherever that is now. */
  | 'continue'
  /** A hot trap: do the guest's instruction; it may become a copy again. */
  | 'adapted'

/** One physical instruction of the cache: what the guest's state is if its execution ends before it. */
export interface Point {
  readonly at: number
  /** The guest's instruction. */
  readonly pc: number
  /** Offset of the first physical instruction of the sequence. */
  readonly start: number
  /** Physical instructions executed since there, less those that the sequence has booked as extra. */
  readonly pending: number
  /** ECX is in the monitor's data. */
  readonly torn: boolean
  service: Service | null
  /** Index into the run's instructions; -1: a stub. */
  readonly instruction: number
  /** Where a stub leads to. */
  readonly target: number
  /** Copies: times that the instruction trapped, or as call-out did not have to. */
  heat: number
}

/** A jump that was patched, or can be. `site`: the `int3` that becomes a jump. `displacement`: of the conditional jump that leads to this stub, -1: none. */
export interface Link {
  readonly site: number
  readonly displacement: number
  readonly target: number
  /** Number of the run that it leads to; -1: not chained. */
  to: number
}

/** One guest instruction and what became of it. */
export interface TranslatedInstruction {
  readonly pc: number
  readonly length: number
  readonly at: number
  readonly end: number
  readonly how: Way
  readonly ident: boolean
  /** Target of a direct transfer. */
  readonly successor: number | null
  readonly mnemonic: string
}

/** At most twelve instructions, up to the first transfer of control. */
export interface Unit { readonly pc: number; readonly at: number; readonly first: number; readonly count: number }

/** Translation units that lie behind one another, in the guest's memory as in the cache: one page of the guest's at most. */
export interface Run {
  readonly id: number
  /** The guest's ring. */
  readonly cpl: number
  /** Guest-physical page. */
  readonly page: number
  /** Guest linear addresses of the first byte and of the first behind. */
  readonly pc: number
  readonly end: number
  readonly at: number
  readonly atEnd: number
  readonly units: readonly Unit[]
  readonly instructions: readonly TranslatedInstruction[]
  readonly points: readonly Point[]
  readonly links: readonly Link[]
}
