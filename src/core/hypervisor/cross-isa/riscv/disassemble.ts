import { type Decoded, decode } from './decode.ts'
import { REGISTER_NAMES } from './registers.ts'

/** A word at an address, as its bare instruction: `addi a0,a0,1`, branches with the address they lead to; `.word 0x…` where it is none. */
export function disassembleWord(word: number, pc: number): string {
  const decoded = decode(word)
  return decoded ? textOf(decoded, pc) : `.word 0x${(word >>> 0).toString(16).padStart(8, '0')}`
}

function textOf({ instruction: { mnemonic, syntax }, rd, rs1, rs2, imm }: Decoded, pc: number): string {
  const name = (register: number): string => REGISTER_NAMES[register]!
  const target = `0x${((pc + imm) >>> 0).toString(16)}`
  switch (syntax) {
    case 'rd,rs1,rs2': return `${mnemonic} ${name(rd)},${name(rs1)},${name(rs2)}`
    case 'rd,rs1,imm': return `${mnemonic} ${name(rd)},${name(rs1)},${imm}`
    case 'rd,imm(rs1)': return `${mnemonic} ${name(rd)},${imm}(${name(rs1)})`
    case 'rs2,imm(rs1)': return `${mnemonic} ${name(rs2)},${imm}(${name(rs1)})`
    case 'rs1,rs2,target': return `${mnemonic} ${name(rs1)},${name(rs2)},${target}`
    case 'rd,upper': return `${mnemonic} ${name(rd)},0x${(imm >>> 12).toString(16)}`
    case 'rd,target': return `${mnemonic} ${name(rd)},${target}`
    case 'none': return mnemonic
  }
}
