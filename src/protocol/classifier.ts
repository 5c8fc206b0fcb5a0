import * as v from 'valibot'

/**
 * What is asked about the instruction set, and the answers: every instruction classified by what it did in every ring, and what the seventeen sensitive, unprivileged ones do to a
 * guest's kernel under each technique. Both come from runs; the same question has the same answer.
 */

/** Changes of the instruction set: which instructions trap outside ring 0 as well. */
export const MENDS = ['umip', 'flags', 'seventeen', 'kin'] as const
export type MendName = (typeof MENDS)[number]

/** `privileged`: traps outside ring 0 and not in it. `sensitive`: neither privileged nor innocuous, a violator. `unknown`: completed in no run, so nothing was seen. */
export type InstructionKind = 'innocuous' | 'privileged' | 'sensitive' | 'unknown'

/** What was seen, so that it can be repeated: the instruction, what it was given, in which runs, and what came out of each. */
export interface Evidence {
  /** As NASM writes it, and its bytes in hexadecimal. */
  readonly text: string
  readonly bytes: string
  /** What EAX, its memory operand or the stack held. */
  readonly given: string
  /** Two runs that differ; or one, before and after. */
  readonly runs: readonly string[]
  /** Register, flag, memory, or part of the configuration; and its two values in hexadecimal. */
  readonly what: string
  readonly values: readonly [string, string]
}

/** One row of the opcode table, as the runs showed it. */
export interface ClassifiedInstruction {
  /** Mnemonic and operand words of the table. */
  readonly name: string
  readonly encoding: string
  readonly kind: InstructionKind
  /** Outside ring 0: always; where CPL > IOPL; where CR4.TSD is set; not always; nor does it complete in ring 0. */
  readonly traps: 'ring0' | 'iopl' | 'tsd' | 'never' | 'everywhere'
  /** It changed the configuration of resources, or the mode. */
  readonly control: Evidence | null
  /** Its result depended on the ring. */
  readonly mode: Evidence | null
  /** Its result depended on what the machine's own registers and tables held, or on time. */
  readonly location: Evidence | null
  /** Control- or location-sensitive in ring 3. */
  readonly user: Evidence | null
  /** `runs`, `differs` (from ring 0), a fault, or `runs or #GP`: on some operands, where ring 0 runs, a fault. */
  readonly byRing: readonly string[]
  /** The entry of Robin and Irvine's list that it belongs to. */
  readonly entry: string | null
}

export interface TheoremResult {
  readonly holds: boolean
  /** Encodings of the rows that break it. */
  readonly violators: readonly string[]
  /** Their entries of Robin and Irvine's list, in its order, and the names of those that are not on it. */
  readonly entries: readonly string[]
  readonly unlisted: readonly string[]
}

export interface Classification {
  readonly mends: readonly MendName[]
  readonly rows: readonly ClassifiedInstruction[]
  /** Popek and Goldberg's theorem 1: sensitive ⊆ privileged; theorem 3 (hybrid monitor): user-sensitive ⊆ privileged. */
  readonly theorem1: TheoremResult
  readonly theorem3: TheoremResult
}

/** Where a kernel can be run; trap and emulate puts it into ring 1 or into ring 3. */
export const PLACES = ['native', 'trap-and-emulate-1', 'trap-and-emulate-3', 'binary-translation', 'hardware-assist', 'paravirtual'] as const
export type PlaceName = (typeof PLACES)[number]

/** A guest of a few lines that uses one of the seventeen as kernels do, in ring 0. */
export interface SensitiveGuest {
  /** Also the entry of Robin and Irvine's list. */
  readonly key: string
  readonly instruction: string
  /** What a kernel wants to know or do. */
  readonly title: string
  /** NASM source. */
  readonly source: string
  /** What goes wrong where the kernel has been moved out of ring 0. */
  readonly says: string
}

/** One thing that a guest looked at; hexadecimal. `expected` is what bare metal gives. */
export interface FailureCheck {
  readonly what: string
  readonly got: string
  readonly expected: string
}

/** What a guest found in one place. */
export interface FailureCell {
  readonly place: PlaceName
  /** All as on bare metal; a value that is not; a fault (or an end) that bare metal does not have. */
  readonly outcome: 'right' | 'wrong' | 'fault'
  /** In the order of the run. */
  readonly checks: readonly FailureCheck[]
  /** What ended it; null: it ran to its end. */
  readonly fault: string | null
}

export interface FailureRow {
  readonly key: string
  /** In the order of PLACES. */
  readonly cells: readonly FailureCell[]
}

export const CLASSIFIER_REQUESTS = {
  /** Takes about a second; what was asked before, of the same mends, is answered at once. */
  'classifier.classify': v.object({ mends: v.pipe(v.array(v.picklist(MENDS)), v.maxLength(MENDS.length)) }),
  /** The guests, without running them. */
  'classifier.guests': v.object({}),
  /** Runs one of them in each place. */
  'classifier.failures': v.object({ key: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,40}$/)) }),
  /** What is under way is not wanted any more: it is refused as cancelled. */
  'classifier.cancel': v.object({}),
} as const

export interface ClassifierRequestResults {
  'classifier.classify': Classification
  'classifier.guests': { readonly guests: readonly SensitiveGuest[] }
  'classifier.failures': FailureRow
  'classifier.cancel': null
}
