import type { Opcode } from '../../machine/cpu/opcode.ts'
import { entryOf } from './seventeen-entries.ts'

/** A change of the instruction set: these instructions raise #GP(0) outside ring 0. */
export interface Mend {
  readonly name: MendName
  readonly title: string
  readonly traps: (row: Opcode) => boolean
}

export type MendName = 'umip' | 'flags' | 'seventeen' | 'kin'

const handlers = (...names: readonly string[]) => ({ handler }: Opcode): boolean => names.includes(handler)

export const MENDS: readonly Mend[] = [
  // CR4.UMIP of later processors (SDM 3A 2.5).
  { name: 'umip', title: 'SGDT, SIDT, SLDT, SMSW and STR trap, as with CR4.UMIP', traps: handlers('sgdt', 'sidt', 'sldt', 'smsw', 'str') },
  { name: 'flags', title: 'PUSHF and POPF trap', traps: handlers('pushf', 'popf') },
  { name: 'seventeen', title: 'all seventeen entries trap', traps: (row) => entryOf(row) !== null },
  // Not on the list: LDS and its like load segment registers as MOV does; SYSENTER is younger than the Pentium.
  { name: 'kin', title: 'LDS, LES, LFS, LGS, LSS and SYSENTER trap', traps: handlers('loadFar', 'sysenter') },
]
