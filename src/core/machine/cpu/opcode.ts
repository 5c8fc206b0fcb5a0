import type { CostClass } from './costs/counters.ts'

/**
 * Operand words of the table, as in the manual's opcode map: first the place, then the size.
 * Places: E r/m · M r/m, memory only · R r/m, register only · G reg · I immediate · A accumulator · Z register in the opcode's low three bits ·
 * O memory at an absolute offset · J relative target · P far pointer in the instruction · S segment register · C, D control and debug register.
 * Sizes: b 1 · w 2 · d 4 · v operand size · s byte, sign-extended to the operand size. Words of their own: 1, CL, DX, es cs ss ds fs gs.
 */
export interface Opcode {
  /** Hexadecimal, with 0f or 0f38 where it is one; a mandatory prefix (66, f3; np: no prefix may be there) in front; `/n` selects by the reg field; a third byte behind 0fXX is the whole modrm byte. */
  readonly code: string
  readonly mnemonic: string
  readonly operands: string
  /** Name of what it does. */
  readonly handler: string
  /** Flags it changes, of odiszapc; those in `undefined` have no defined value afterwards. */
  readonly flags: string
  readonly undefined: string
  /** When it traps: always outside ring 0; where CPL > IOPL; where CR4.TSD says so; outside VMX operation, and in it outside ring 0; never. */
  readonly privileged: 'ring0' | 'iopl' | 'tsd' | 'vmx' | 'never'
  /** Reads or changes machine state, or depends on the ring. Sensitive but never privileged: the classic obstacles. */
  readonly sensitive: boolean
  /** LOCK is allowed, with a memory destination. */
  readonly lock: boolean
  /** What it is counted as. */
  readonly cost: CostClass
}

type Extra = Partial<Omit<Opcode, 'code' | 'mnemonic' | 'operands'>>

/** A row with the usual values where nothing is said; the handler is named after the mnemonic. */
export function op(code: string, mnemonic: string, operands = '', extra: Extra = {}): Opcode {
  return { code, mnemonic, operands, handler: mnemonic, flags: '', undefined: '', privileged: 'never', sensitive: false, lock: false, cost: 'plain', ...extra }
}

export const hex = (value: number): string => value.toString(16).padStart(2, '0')

/** What the code of a row says, taken apart. */
export interface CodeParts {
  /** Mandatory prefix, 0: none. */
  readonly prefix: number
  /** With 66, f2 or f3 it would be another instruction. */
  readonly bare: boolean
  /** The opcode with its escape bytes. */
  readonly bytes: readonly number[]
  /** Value of the reg field that selects the row, -1: the field is an operand, or there is no modrm byte. */
  readonly group: number
  /** The whole modrm byte, -1: not fixed. */
  readonly modrm: number
}

export function codeParts(code: string): CodeParts {
  const [, prefix = '', digits = '', group] = /^(66(?=0f)|f3(?=0f)|np)?((?:[0-9a-f]{2})+)(?:\/(.))?$/.exec(code) ?? []
  const all = Array.from(digits.matchAll(/../g), ([byte]) => parseInt(byte, 16))
  const opcodeBytes = all[0] !== 0x0f ? 1 : all[1] === 0x38 ? 3 : 2
  const modrm = all[opcodeBytes] ?? -1
  return { prefix: parseInt(prefix, 16) || 0, bare: prefix === 'np', bytes: all.slice(0, opcodeBytes), group: group === undefined ? (modrm < 0 ? -1 : (modrm >> 3) & 7) : Number(group), modrm }
}
