import type { Instruction } from './instructions.ts'

/** Fields of an instruction; what its format has not is left out of the word. */
export interface Fields { readonly rd?: number; readonly rs1?: number; readonly rs2?: number; readonly imm?: number }

/** All kinds of fence before and after: what `fence` alone means. */
const FENCE_IORW = 0x0ff0_0000

/** The word of an instruction, unsigned. An immediate that does not fit is cut: the assembler has looked before. */
export function encode({ format, opcode, funct3, funct7 }: Instruction, { rd = 0, rs1 = 0, rs2 = 0, imm = 0 }: Fields): number {
  const low = opcode | (Math.max(funct3, 0) << 12)
  const [to, first, second] = [rd << 7, rs1 << 15, rs2 << 20]
  switch (format) {
    case 'R': return (low | to | first | second | (funct7 << 25)) >>> 0
    case 'I': return (low | to | first | (imm << 20)) >>> 0
    case 'shift': return (low | to | first | ((imm & 31) << 20) | (funct7 << 25)) >>> 0
    case 'S': return (low | ((imm & 31) << 7) | first | second | ((imm >> 5) << 25)) >>> 0
    case 'B': return (low | ((imm & 0x1e) << 7) | ((imm & 0x800) >>> 4) | first | second | ((imm & 0x7e0) << 20) | ((imm >> 12) << 31)) >>> 0
    case 'U': return (opcode | to | (imm & ~0xfff)) >>> 0
    case 'J': return (opcode | to | (imm & 0xf_f000) | ((imm & 0x800) << 9) | ((imm & 0x7fe) << 20) | ((imm >> 20) << 31)) >>> 0
    case 'fence': return (low | FENCE_IORW) >>> 0
    case 'word': return (low | (funct7 << 20)) >>> 0
  }
}
