/**
 * Operand words of the table, as in the manual's opcode map: first the place, then the size.
 * Places: E r/m · M r/m, memory only · R r/m, register only · G reg · I immediate · A accumulator · Z register in the opcode's low three bits ·
 * O memory at an absolute offset · J relative target · P far pointer in the instruction · S segment register · C, D control and debug register.
 * Sizes: b 1 · w 2 · d 4 · v operand size · s byte, sign-extended to the operand size. Words of their own: 1, CL, DX, es cs ss ds fs gs.
 */
export interface Opcode {
  /** Hexadecimal, with 0f where it is one; `/n` selects by the reg field. */
  readonly code: string
  readonly mnemonic: string
  readonly operands: string
  /** Name of what it does. */
  readonly handler: string
  /** Flags it changes, of odiszapc; those in `undefined` have no defined value afterwards. */
  readonly flags: string
  readonly undefined: string
  /** When it traps: always outside ring 0; where CPL > IOPL; where CR4.TSD says so; never. */
  readonly privileged: 'ring0' | 'iopl' | 'tsd' | 'never'
  /** Reads or changes machine state, or depends on the ring. Sensitive but never privileged: the classic obstacles. */
  readonly sensitive: boolean
  /** LOCK is allowed, with a memory destination. */
  readonly lock: boolean
  readonly cycles: number
}

type Extra = Partial<Omit<Opcode, 'code' | 'mnemonic' | 'operands'>>

/** A row with the usual values where nothing is said; the handler is named after the mnemonic. */
export function op(code: string, mnemonic: string, operands = '', extra: Extra = {}): Opcode {
  return { code, mnemonic, operands, handler: mnemonic, flags: '', undefined: '', privileged: 'never', sensitive: false, lock: false, cycles: 1, ...extra }
}

export const hex = (value: number): string => value.toString(16).padStart(2, '0')
