import type { Opcode } from './opcode.ts'
import { CONTROL_OPCODES } from './opcodes-control.ts'
import { INTEGER_OPCODES } from './opcodes-integer.ts'
import { MOVE_OPCODES } from './opcodes-moves.ts'

/** The instruction set: the one table from which decoder, interpreter and lessons (and later disassembler and assembler) are fed. */
export const OPCODES: readonly Opcode[] = [...INTEGER_OPCODES, ...MOVE_OPCODES, ...CONTROL_OPCODES]

/** Place of a code in the decoder's index: 0 to 255, two-byte codes 256 higher; eight places each for the reg field. */
export const PLACES = 512 * 8

/** Table row at each place, -1: no such instruction. */
export const ROW_AT: Int16Array = new Int16Array(PLACES).fill(-1)

OPCODES.forEach(({ code, mnemonic }, row) => {
  const [bytes, group] = code.split('/') as [string, string | undefined]
  const place = (bytes.length === 4 ? 256 : 0) + parseInt(bytes.slice(-2), 16)
  for (const reg of group === undefined ? [0, 1, 2, 3, 4, 5, 6, 7] : [Number(group)]) {
    if (ROW_AT[place * 8 + reg] !== -1) throw new Error(`Two instructions claim ${code}: ${mnemonic} is the second.`)
    ROW_AT[place * 8 + reg] = row
  }
})

