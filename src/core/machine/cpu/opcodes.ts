import { codeParts, type Opcode } from './opcode.ts'
import { CONTROL_OPCODES } from './opcodes-control.ts'
import { INTEGER_OPCODES } from './opcodes-integer.ts'
import { MOVE_OPCODES } from './opcodes-moves.ts'
import { VMX_OPCODES } from './opcodes-vmx.ts'

/** The instruction set: the one table from which decoder, interpreter and lessons (and later disassembler and assembler) are fed. */
export const OPCODES: readonly Opcode[] = [...INTEGER_OPCODES, ...MOVE_OPCODES, ...CONTROL_OPCODES, ...VMX_OPCODES]

/** Where the codes behind 0f and behind 0f38 begin in the decoder's index. */
export const TWO_BYTE = 256
export const THREE_BYTE = 512
/** Place of a code in the decoder's index: first byte, or the last one behind an escape; eight places each for the reg field. */
const PLACES = 768 * 8

/** Table row at each place, -1: no such instruction. */
const ROW_AT: Int16Array = new Int16Array(PLACES).fill(-1)

/** Rows that also ask for a mandatory prefix or the whole modrm byte, by place. */
interface Variant { readonly row: number; readonly prefix: number; readonly modrm: number }
const VARIANTS = new Map<number, Variant[]>()

/** Whether a modrm byte follows, by place / 8. */
export const HAS_MODRM: boolean[] = Array.from({ length: PLACES / 8 }, () => false)

OPCODES.forEach(({ code, mnemonic, operands }, row) => {
  const { prefix, bare, bytes, group, modrm } = codeParts(code)
  const place = bytes.at(-1)! + (bytes.length - 1) * TWO_BYTE
  if (group >= 0 || operands.split(' ').some((word) => /^[EGMRSCD][bwdvs]$/.test(word))) HAS_MODRM[place] = true
  for (const reg of group < 0 ? [0, 1, 2, 3, 4, 5, 6, 7] : [group]) {
    const at = place * 8 + reg
    if (prefix !== 0 || bare || modrm >= 0) VARIANTS.set(at, [...(VARIANTS.get(at) ?? []), { row, prefix, modrm }])
    else if (ROW_AT[at] !== -1) throw new Error(`Two instructions claim ${code}: ${mnemonic} is the second.`)
    else ROW_AT[at] = row
  }
})

/** Row of the instruction; -1: there is none. `prefix`: 0xf3, 0xf2 or else 0x66 where it has been read. `modrm` -1: none. */
export function rowAt(place: number, modrm: number, prefix: number): number {
  const at = place * 8 + ((modrm >> 3) & 7)
  const variant = VARIANTS.get(at)?.find((one) => (one.modrm >= 0 ? one.modrm === modrm && prefix < 0xf0 : one.prefix === prefix))
  return variant ? variant.row : ROW_AT[at]!
}
