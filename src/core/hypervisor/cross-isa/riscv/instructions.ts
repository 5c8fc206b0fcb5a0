/**
 * The instructions of RV32IM (The RISC-V Instruction Set Manual, volume I: chapters RV32I, "M", "Zifencei", and its listing of opcodes).
 * One table for decoder, disassembler, assembler, interpreter and translator.
 */

/** What two operands make: the second is a register or an immediate, as the format says. */
export type Operation =
  | 'add' | 'sub' | 'sll' | 'slt' | 'sltu' | 'xor' | 'srl' | 'sra' | 'or' | 'and'
  | 'mul' | 'mulh' | 'mulhsu' | 'mulhu' | 'div' | 'divu' | 'rem' | 'remu'

export type Condition = 'eq' | 'ne' | 'lt' | 'ge' | 'ltu' | 'geu'

export type Does =
  | { readonly kind: 'compute'; readonly operation: Operation }
  | { readonly kind: 'load'; readonly size: 1 | 2 | 4; readonly signed: boolean }
  | { readonly kind: 'store'; readonly size: 1 | 2 | 4 }
  | { readonly kind: 'branch'; readonly condition: Condition }
  | { readonly kind: 'lui' | 'auipc' | 'jal' | 'jalr' | 'fence' | 'fence.i' | 'ecall' | 'ebreak' }

/** How the 32 bits are cut; `shift` is I with a shift amount of 5 bits, `word` allows one word only. */
export type Format = 'R' | 'I' | 'shift' | 'S' | 'B' | 'U' | 'J' | 'fence' | 'word'

/** How the operands are written: `rd, rs1, rs2`, `rd, offset(rs1)` … */
export type Syntax = 'rd,rs1,rs2' | 'rd,rs1,imm' | 'rd,imm(rs1)' | 'rs2,imm(rs1)' | 'rs1,rs2,target' | 'rd,upper' | 'rd,target' | 'none'

export interface Instruction {
  readonly mnemonic: string
  readonly format: Format
  readonly syntax: Syntax
  /** The lowest seven bits. */
  readonly opcode: number
  /** Bits 14 to 12; -1 where the format has none. */
  readonly funct3: number
  /** Bits 31 to 25 where they select the instruction, else -1; for `word`, the whole word's bits 31 to 20. */
  readonly funct7: number
  readonly does: Does
}

const row = (mnemonic: string, format: Format, syntax: Syntax, opcode: number, funct3: number, funct7: number, does: Does): Instruction =>
  ({ mnemonic, format, syntax, opcode, funct3, funct7, does })
const registers = (operation: Operation, funct3: number, funct7: number): Instruction => row(operation, 'R', 'rd,rs1,rs2', 0x33, funct3, funct7, { kind: 'compute', operation })
const immediate = (mnemonic: string, operation: Operation, funct3: number): Instruction => row(mnemonic, 'I', 'rd,rs1,imm', 0x13, funct3, -1, { kind: 'compute', operation })
const shift = (mnemonic: string, operation: Operation, funct3: number, funct7: number): Instruction => row(mnemonic, 'shift', 'rd,rs1,imm', 0x13, funct3, funct7, { kind: 'compute', operation })
const load = (mnemonic: string, funct3: number, size: 1 | 2 | 4, signed: boolean): Instruction => row(mnemonic, 'I', 'rd,imm(rs1)', 0x03, funct3, -1, { kind: 'load', size, signed })
const store = (mnemonic: string, funct3: number, size: 1 | 2 | 4): Instruction => row(mnemonic, 'S', 'rs2,imm(rs1)', 0x23, funct3, -1, { kind: 'store', size })
const branch = (condition: Condition, funct3: number): Instruction => row(`b${condition}`, 'B', 'rs1,rs2,target', 0x63, funct3, -1, { kind: 'branch', condition })

export const INSTRUCTIONS: readonly Instruction[] = [
  row('lui', 'U', 'rd,upper', 0x37, -1, -1, { kind: 'lui' }),
  row('auipc', 'U', 'rd,upper', 0x17, -1, -1, { kind: 'auipc' }),
  row('jal', 'J', 'rd,target', 0x6f, -1, -1, { kind: 'jal' }),
  row('jalr', 'I', 'rd,imm(rs1)', 0x67, 0, -1, { kind: 'jalr' }),
  branch('eq', 0), branch('ne', 1), branch('lt', 4), branch('ge', 5), branch('ltu', 6), branch('geu', 7),
  load('lb', 0, 1, true), load('lh', 1, 2, true), load('lw', 2, 4, true), load('lbu', 4, 1, false), load('lhu', 5, 2, false),
  store('sb', 0, 1), store('sh', 1, 2), store('sw', 2, 4),
  immediate('addi', 'add', 0), immediate('slti', 'slt', 2), immediate('sltiu', 'sltu', 3), immediate('xori', 'xor', 4), immediate('ori', 'or', 6), immediate('andi', 'and', 7),
  shift('slli', 'sll', 1, 0), shift('srli', 'srl', 5, 0), shift('srai', 'sra', 5, 0x20),
  registers('add', 0, 0), registers('sub', 0, 0x20), registers('sll', 1, 0), registers('slt', 2, 0), registers('sltu', 3, 0),
  registers('xor', 4, 0), registers('srl', 5, 0), registers('sra', 5, 0x20), registers('or', 6, 0), registers('and', 7, 0),
  row('fence', 'fence', 'none', 0x0f, 0, -1, { kind: 'fence' }),
  row('fence.i', 'I', 'none', 0x0f, 1, -1, { kind: 'fence.i' }),
  row('ecall', 'word', 'none', 0x73, 0, 0, { kind: 'ecall' }),
  row('ebreak', 'word', 'none', 0x73, 0, 1, { kind: 'ebreak' }),
  registers('mul', 0, 1), registers('mulh', 1, 1), registers('mulhsu', 2, 1), registers('mulhu', 3, 1),
  registers('div', 4, 1), registers('divu', 5, 1), registers('rem', 6, 1), registers('remu', 7, 1),
]
