import type { MendName } from '../../../protocol/classifier.ts'
import type { Opcode } from '../../machine/cpu/opcode.ts'
import { entryOf } from './seventeen-entries.ts'

/** A change of the instruction set: these instructions raise #GP(0) outside ring 0. */
export interface Mend {
  readonly name: MendName
  readonly traps: (row: Opcode) => boolean
}

const handlers = (...names: readonly string[]) => ({ handler }: Opcode): boolean => names.includes(handler)

export const MENDS: readonly Mend[] = [
  // CR4.UMIP of later processors (SDM 3A 2.5).
  { name: 'umip', traps: handlers('sgdt', 'sidt', 'sldt', 'smsw', 'str') },
  { name: 'flags', traps: handlers('pushf', 'popf') },
  { name: 'seventeen', traps: (row) => entryOf(row) !== null },
  // Not on the list: LDS and its like load segment registers as MOV does; SYSENTER is younger than the Pentium.
  { name: 'kin', traps: handlers('loadFar', 'sysenter') },
]
