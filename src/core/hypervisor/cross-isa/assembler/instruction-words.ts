import { encode, type Fields } from '../riscv/encode.ts'
import { INSTRUCTIONS, type Instruction } from '../riscv/instructions.ts'
import { registerNumber, X_RA } from '../riscv/registers.ts'
import { evaluate, lowerPart, type Resolve, upperPart } from './expression.ts'
import { expand, pseudoCount, type Written } from './pseudo.ts'
import { type Operand, Problem, type Token } from './tokens.ts'

const BY_NAME: ReadonlyMap<string, Instruction> = new Map(INSTRUCTIONS.map((row) => [row.mnemonic, row]))
const row = (mnemonic: string): Instruction => BY_NAME.get(mnemonic)!
const X_T1 = 6

/** Pseudo-instructions that stand for two instructions, or for one or two. */
const LONG: Readonly<Record<string, number>> = { li: 2, la: 2, lla: 2, call: 1, tail: 1 }

export const isInstruction = (mnemonic: string): boolean => BY_NAME.has(mnemonic) || pseudoCount(mnemonic) !== null || Object.hasOwn(LONG, mnemonic)

const isRegister = ([token, ...rest]: Operand): boolean => rest.length === 0 && token?.kind === 'name' && registerNumber(token.text) !== undefined

/** Where an instruction is assembled: its address, its name's token for complaints, and whether every symbol has to be known by now. */
export interface Place { readonly pc: number; readonly name: Token; readonly final: boolean; readonly resolve: Resolve }

/** The words of an instruction or a pseudo-instruction. As long in every pass as in the first; where symbols are not known yet, only the number of words counts. Throws a `Problem`. */
export function instructionWords(written: Written, place: Place): number[] {
  const count = LONG[written.mnemonic]
  if (count !== undefined && Object.hasOwn(LONG, written.mnemonic)) {
    demandCount(written, count, place)
    return longWords(written, place)
  }
  const { mnemonic, operands } = expand(written, isRegister)
  const instruction = BY_NAME.get(mnemonic)
  if (!instruction) throw new Problem(`"${written.mnemonic}" takes ${pseudoCount(written.mnemonic)} operands`, place.name.at)
  return [encode(instruction, fieldsOf(instruction, { mnemonic: written.mnemonic, operands }, place))]
}

function demandCount({ mnemonic, operands }: Written, count: number, { name }: Place): void {
  if (operands.length !== count) throw new Problem(`"${mnemonic}" takes ${count === 0 ? 'no operands' : count === 1 ? 'one operand' : `${count} operands`}, not ${operands.length}`, name.at)
}

function longWords({ mnemonic, operands }: Written, place: Place): number[] {
  if (mnemonic === 'li') return loadImmediate(register(operands[0]!, place), known(operands[1]!, place))
  const [to, link] = mnemonic === 'call' ? [X_RA, X_RA] : mnemonic === 'tail' ? [X_T1, 0] : [register(operands[0]!, place), -1]
  const distance = (value(operands.at(-1)!, place) - place.pc) | 0
  const first = encode(row('auipc'), { rd: to, imm: upperPart(distance)! << 12 })
  const imm = lowerPart(distance)!
  return [first, link === -1 ? encode(row('addi'), { rd: to, rs1: to, imm }) : encode(row('jalr'), { rd: link, rs1: to, imm })]
}

function loadImmediate(rd: number, constant: number): number[] {
  const imm = constant | 0
  if (imm >= -2048 && imm < 2048) return [encode(row('addi'), { rd, imm })]
  const low = lowerPart(imm)!
  const upper = encode(row('lui'), { rd, imm: upperPart(imm)! << 12 })
  return low === 0 ? [upper] : [upper, encode(row('addi'), { rd, rs1: rd, imm: low })]
}

const OPERANDS = { 'rd,rs1,rs2': 3, 'rd,rs1,imm': 3, 'rd,imm(rs1)': 2, 'rs2,imm(rs1)': 2, 'rs1,rs2,target': 3, 'rd,upper': 2, 'rd,target': 2, 'none': 0 } as const

function fieldsOf(instruction: Instruction, written: Written, place: Place): Fields {
  const { syntax, format, does } = instruction
  const { operands } = written
  // `jalr rd, rs1, imm` and `jalr rd, rs1` are other ways to write it.
  if (does.kind === 'jalr' && (operands.length === 3 || isRegister(operands[1] ?? []))) {
    return { rd: register(operands[0]!, place), rs1: register(operands[1]!, place), imm: operands[2] ? within(operands[2], place, -2048, 2047) : 0 }
  }
  if (does.kind === 'fence' && operands.length === 2) throw new Problem('"fence" is known here without operands only', place.name.at)
  demandCount(written, OPERANDS[syntax], place)
  const [first, second, third] = operands
  switch (syntax) {
    case 'rd,rs1,rs2': return { rd: register(first!, place), rs1: register(second!, place), rs2: register(third!, place) }
    case 'rd,rs1,imm': return { rd: register(first!, place), rs1: register(second!, place), imm: format === 'shift' ? within(third!, place, 0, 31) : within(third!, place, -2048, 2047) }
    case 'rd,imm(rs1)': return { rd: register(first!, place), ...memory(second!, place) }
    case 'rs2,imm(rs1)': return { rs2: register(first!, place), ...memory(second!, place) }
    case 'rs1,rs2,target': return { rs1: register(first!, place), rs2: register(second!, place), imm: distance(third!, place, 0x1000) }
    case 'rd,upper': return { rd: register(first!, place), imm: within(second!, place, 0, 0xf_ffff) << 12 }
    case 'rd,target': return { rd: register(first!, place), imm: distance(second!, place, 0x10_0000) }
    case 'none': return {}
  }
}

const columnOf = (operand: Operand, place: Place): number => operand[0]?.at ?? place.name.at

function register(operand: Operand, place: Place): number {
  if (!isRegister(operand)) throw new Problem(`"${operand.map(({ text }) => text).join('')}" is not a register`, columnOf(operand, place))
  return registerNumber(operand[0]!.text)!
}

/** Value of an expression; while symbols are not known yet, 0. */
function value(operand: Operand, place: Place): number {
  return evaluate(operand, place.resolve) ?? 0
}

function known(operand: Operand, place: Place): number {
  const result = evaluate(operand, place.resolve)
  if (result === undefined) throw new Problem('this value must be known here: it decides how many instructions there are', columnOf(operand, place))
  return result
}

function within(operand: Operand, place: Place, least: number, most: number): number {
  const result = value(operand, place)
  // Immediates of 12 bits may also be written as the unsigned 32-bit number that they are extended to.
  const signed = result >= 0x8000_0000 && least < 0 ? result | 0 : result
  if (place.final && (signed < least || signed > most)) throw new Problem(`${result} is not between ${least} and ${most}`, columnOf(operand, place))
  return signed
}

/** `imm(rs1)`, `(rs1)`. */
function memory(operand: Operand, place: Place): Fields {
  const [open, base, close] = operand.slice(-3)
  if (operand.length < 3 || open!.text !== '(' || close!.text !== ')') throw new Problem('a place in memory is written offset(register)', columnOf(operand, place))
  const offset = operand.slice(0, -3)
  return { rs1: register([base!], place), imm: offset.length === 0 ? 0 : within(offset, place, -2048, 2047) }
}

/** How far it is to a label, within `most` bytes back and less than that forward. */
function distance(operand: Operand, place: Place, most: number): number {
  const target = evaluate(operand, place.resolve)
  if (target === undefined) return 0
  const bytes = (target - place.pc) | 0
  if (place.final && (bytes < -most || bytes >= most)) throw new Problem(`the jump of ${bytes} bytes is too long for this instruction`, columnOf(operand, place))
  if (place.final && (bytes & 1) !== 0) throw new Problem('the target is not at an even address', columnOf(operand, place))
  return bytes
}
