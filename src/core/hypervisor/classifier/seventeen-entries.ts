import type { Opcode } from '../../machine/cpu/opcode.ts'

/** One entry of Robin and Irvine's list (USENIX Security 2000): sensitive instructions of the Pentium that do not trap outside ring 0. */
export interface Entry {
  readonly key: string
  readonly title: string
  /** Handlers of the opcode table's rows that it means. */
  readonly handlers: readonly string[]
}

/** All seventeen in the usual order; VERR and VERW are one, IRET stands beside the far return, and INT 3, INTO and INT1 beside INT n. */
export const ENTRIES: readonly Entry[] = [
  { key: 'sgdt', title: 'SGDT', handlers: ['sgdt'] },
  { key: 'sidt', title: 'SIDT', handlers: ['sidt'] },
  { key: 'sldt', title: 'SLDT', handlers: ['sldt'] },
  { key: 'smsw', title: 'SMSW', handlers: ['smsw'] },
  { key: 'pushf', title: 'PUSHF', handlers: ['pushf'] },
  { key: 'popf', title: 'POPF', handlers: ['popf'] },
  { key: 'lar', title: 'LAR', handlers: ['lar'] },
  { key: 'lsl', title: 'LSL', handlers: ['lsl'] },
  { key: 'verr-verw', title: 'VERR, VERW', handlers: ['verr', 'verw'] },
  { key: 'pop-seg', title: 'POP seg', handlers: ['popSegment'] },
  { key: 'push-seg', title: 'PUSH seg', handlers: ['pushSegment'] },
  { key: 'call-far', title: 'CALL far', handlers: ['callFar', 'callFarIndirect'] },
  { key: 'jmp-far', title: 'JMP far', handlers: ['jmpFar', 'jmpFarIndirect'] },
  { key: 'int-n', title: 'INT n', handlers: ['int', 'int3', 'into', 'int1'] },
  { key: 'ret-far', title: 'RET far, IRET', handlers: ['retFar', 'iret'] },
  { key: 'str', title: 'STR', handlers: ['str'] },
  { key: 'mov-seg', title: 'MOV seg', handlers: ['movFromSegment', 'movToSegment'] },
]

/** The entry that a row of the opcode table belongs to, or null. */
export function entryOf({ handler }: Opcode): string | null {
  return ENTRIES.find(({ handlers }) => handlers.includes(handler))?.key ?? null
}
