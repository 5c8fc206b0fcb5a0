import { codeParts, type Opcode } from '../cpu/opcode.ts'
import { OPCODES } from '../cpu/opcodes.ts'

/** A row of the opcode table, read for writing and printing: what its code and operand words say, taken apart. */
export interface Form {
  readonly row: number
  readonly opcode: Opcode
  /** One byte, or 0x0f and one, or 0x0f38 and one; a modrm byte that is fixed as a whole counts as one of them. */
  readonly bytes: readonly number[]
  /** Mandatory prefix; 0: none. */
  readonly prefix: number
  /** Value of the reg field that selects this row; -1: the field is an operand. */
  readonly group: number
  readonly operands: readonly string[]
  readonly modrm: boolean
  /** The operand size (0x66) changes what it means. */
  readonly sized: boolean
}

/** Rows whose words do not name the operand size though they depend on it. */
const SIZED_NAMES = new Set(['pusha', 'popa', 'pushf', 'popf', 'iret', 'ret', 'retf'])

export const FORMS: readonly Form[] = OPCODES.map((opcode, row) => {
  const { prefix, bytes, group, modrm } = codeParts(opcode.code)
  const operands = opcode.operands === '' ? [] : opcode.operands.split(' ')
  return {
    row, opcode, operands, prefix, group: modrm < 0 ? group : -1,
    bytes: modrm < 0 ? bytes : [...bytes, modrm],
    modrm: modrm < 0 && group >= 0 || operands.some((word) => /^[EGMRSCD][bwdvs]$/.test(word)),
    sized: operands.some((word) => /v$/.test(word)) || operands.includes('Is') || SIZED_NAMES.has(opcode.mnemonic),
  }
})

const WORDS = ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di']

/** Registers by their number in an encoding. */
export const REGISTERS = {
  b: ['al', 'cl', 'dl', 'bl', 'ah', 'ch', 'dh', 'bh'],
  w: WORDS,
  d: WORDS.map((name) => `e${name}`),
  segment: ['es', 'cs', 'ss', 'ds', 'fs', 'gs'],
} as const

/** Base and index of the 16-bit addresses, by the r/m field (SDM 2A table 2-1). */
export const PAIRS = ['bx+si', 'bx+di', 'bp+si', 'bp+di', 'si', 'di', 'bp', 'bx'] as const

/** The first of NASM's names for a condition, where it is not the table's. */
export const NASM_CONDITION: Readonly<Record<string, string>> = { b: 'c', ae: 'nc', e: 'z', ne: 'nz', be: 'na', p: 'pe', np: 'po', ge: 'nl', le: 'ng' }

/** Encodings that the processor knows under another row as well: NASM writes the other one. */
export function isTwin({ code, mnemonic }: Opcode): boolean {
  return code.startsWith('82/') || code === 'f6/1' || code === 'f7/1' || (code.endsWith('/6') && mnemonic === 'shl') || code === '0f0d' || mnemonic === 'fpu'
}
