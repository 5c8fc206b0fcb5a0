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
export interface Unit {
  readonly pc: number
  /** Guest linear address of the first byte behind it. */
  readonly end: number
  readonly at: number
  readonly first: number
  readonly count: number
}

/** Translation units of one guest page that lie behind one another in the cache, so that one falls through to the next, or calls it. */
export interface Run {
  readonly id: number
  /** The guest's ring. */
  readonly cpl: number
  /** Guest-physical page. */
  readonly page: number
  /** Guest linear address at which it begins. */
  readonly pc: number
  /** Where the last unit falls through to; null: nowhere. */
  readonly seam: number | null
  readonly at: number
  readonly atEnd: number
  readonly units: readonly Unit[]
  readonly instructions: readonly TranslatedInstruction[]
  readonly points: readonly Point[]
  readonly links: readonly Link[]
}
