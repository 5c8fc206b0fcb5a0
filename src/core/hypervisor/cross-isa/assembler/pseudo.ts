import type { Operand } from './tokens.ts'

/** An instruction as it was written, or as a pseudo-instruction stands for it. */
export interface Written { readonly mnemonic: string; readonly operands: readonly Operand[] }

const number = (value: number): Operand => [{ kind: 'number', text: String(value), value, at: 1 }]
const ZERO: Operand = [{ kind: 'name', text: 'zero', at: 1 }]
const RA: Operand = [{ kind: 'name', text: 'ra', at: 1 }]

type Expand = (first: Operand, second: Operand, third: Operand) => readonly [string, ...Operand[]]
const NONE: Operand = []

/** Pseudo-instructions that stand for one instruction (manual, chapter "RISC-V Assembly Programmer's Handbook"), with the number of their operands. */
const PSEUDO: Readonly<Record<string, readonly [number, Expand]>> = {
  'nop': [0, () => ['addi', ZERO, ZERO, number(0)]],
  'mv': [2, (d, s) => ['addi', d, s, number(0)]],
  'not': [2, (d, s) => ['xori', d, s, number(-1)]],
  'neg': [2, (d, s) => ['sub', d, ZERO, s]],
  'seqz': [2, (d, s) => ['sltiu', d, s, number(1)]],
  'snez': [2, (d, s) => ['sltu', d, ZERO, s]],
  'sltz': [2, (d, s) => ['slt', d, s, ZERO]],
  'sgtz': [2, (d, s) => ['slt', d, ZERO, s]],
  'beqz': [2, (s, to) => ['beq', s, ZERO, to]],
  'bnez': [2, (s, to) => ['bne', s, ZERO, to]],
  'blez': [2, (s, to) => ['bge', ZERO, s, to]],
  'bgez': [2, (s, to) => ['bge', s, ZERO, to]],
  'bltz': [2, (s, to) => ['blt', s, ZERO, to]],
  'bgtz': [2, (s, to) => ['blt', ZERO, s, to]],
  'bgt': [3, (a, b, to) => ['blt', b, a, to]],
  'ble': [3, (a, b, to) => ['bge', b, a, to]],
  'bgtu': [3, (a, b, to) => ['bltu', b, a, to]],
  'bleu': [3, (a, b, to) => ['bgeu', b, a, to]],
  'j': [1, (to) => ['jal', ZERO, to]],
  'jal': [1, (to) => ['jal', RA, to]],
  'jr': [1, (s) => ['jalr', ZERO, s, number(0)]],
  'ret': [0, () => ['jalr', ZERO, RA, number(0)]],
  'jalr': [1, (s) => ['jalr', RA, s, number(0)]],
}

/** Names of the instructions that take an immediate where these take a register: GNU as allows the shorter name. */
const IMMEDIATE: Readonly<Record<string, string>> = { add: 'addi', and: 'andi', or: 'ori', xor: 'xori', sll: 'slli', srl: 'srli', sra: 'srai', slt: 'slti', sltu: 'sltiu' }

/** The instruction that is meant. */
export function expand({ mnemonic, operands }: Written, isRegister: (operand: Operand) => boolean): Written {
  const last = operands[2]
  if (Object.hasOwn(IMMEDIATE, mnemonic) && last && !isRegister(last)) return { mnemonic: IMMEDIATE[mnemonic]!, operands }
  const form = Object.hasOwn(PSEUDO, mnemonic) ? PSEUDO[mnemonic]! : null
  if (form?.[0] !== operands.length) return { mnemonic, operands }
  const [name, ...rest] = form[1](operands[0] ?? NONE, operands[1] ?? NONE, operands[2] ?? NONE)
  return { mnemonic: name, operands: rest }
}

/** How many operands a pseudo-instruction takes; null: it is none. */
export const pseudoCount = (mnemonic: string): number | null => (Object.hasOwn(PSEUDO, mnemonic) ? PSEUDO[mnemonic]![0] : null)
