import { addressRegisters, type ImmediateOperand, type MemoryOperand, type Operand, type RegisterClass } from './operand.ts'
import type { Slot, Template } from './templates.ts'
import { isScalar } from './value.ts'

/** How far operands go with a template; the larger, the nearer they were. */
export const NO_MATCH = 0
const SIZE_MISSING = 1
const SIZE_MISMATCH = 2
export const MATCH = 3

/** What the choice depends on, beside the operands. */
export interface MatchContext {
  readonly bits: 16 | 32
  /** Operand size in bytes where operands say none: the segment's, or that of a prefix `o16`, `o32`. */
  readonly ownSize: 2 | 4
  /** Whether a jump with this template reaches its target. */
  shortJumpReaches(template: Template, target: ImmediateOperand): boolean
}

const CLASS_SIZE: Readonly<Record<RegisterClass, number>> = { b: 1, w: 2, d: 4, segment: 0, control: 0, debug: 0 }

/** Whether the value fits a byte that is sign-extended to the operand size. Values to come are hoped to; addresses never do. */
function fitsByte({ value, strict }: ImmediateOperand, size: number): boolean {
  if (strict) return false
  if (value.unknown) return true
  if (value.terms.size > 0) return false
  return BigInt.asUintN(size * 8, value.n + 128n) <= 255n
}

function matchRegister(slot: Slot, template: Template, of: RegisterClass, number: number): number {
  const size = CLASS_SIZE[of]
  const kind = slot.word.charAt(0)
  const general = size > 0
  switch (slot.word) {
    case 'CL': return of === 'b' && number === 1 ? MATCH : NO_MATCH
    case 'DX': return of === 'w' && number === 2 ? MATCH : NO_MATCH
    case 'CX': return of === 'w' && number === 1 ? MATCH : NO_MATCH
    case 'ECX': return of === 'd' && number === 1 ? MATCH : NO_MATCH
    case 'es': case 'cs': case 'ss': case 'ds': case 'fs': case 'gs': return of === 'segment' && ['es', 'cs', 'ss', 'ds', 'fs', 'gs'][number] === slot.word ? MATCH : NO_MATCH
  }
  if (kind === 'S') return of === 'segment' && number < 6 ? MATCH : NO_MATCH
  if (kind === 'C') return of === 'control' ? MATCH : NO_MATCH
  if (kind === 'D') return of === 'debug' ? MATCH : NO_MATCH
  if (!general || !'EGRZA'.includes(kind)) return NO_MATCH
  if (kind === 'A' && number !== 0) return NO_MATCH
  if (kind === 'Z' && (template.form.bytes.at(-1)! & 7) !== number) return NO_MATCH
  return size === slot.size ? MATCH : NO_MATCH
}

function matchMemory(slot: Slot, template: Template, operand: MemoryOperand, context: MatchContext): number {
  const kind = slot.word.charAt(0)
  const { handler } = template.form.opcode
  if (kind === 'O' ? addressRegisters(operand.value).length > 0 || operand.addressSize === 1 : kind !== 'E' && kind !== 'M') return NO_MATCH
  const far = /FarIndirect$/.test(handler)
  if ((operand.distance === 'far') !== far) return NO_MATCH
  if (operand.size === 0) {
    if (template.ownSize) return template.operandSize === context.ownSize ? MATCH : NO_MATCH
    return template.freeMemory ? MATCH : SIZE_MISSING
  }
  if (slot.size === 0 || (kind === 'M' && !far && slot.word !== 'Mb' && slot.word !== 'Mw')) return MATCH
  return operand.size === slot.size ? MATCH : SIZE_MISMATCH
}

function matchImmediate(slot: Slot, template: Template, operand: ImmediateOperand, context: MatchContext): number {
  const kind = slot.word.charAt(0)
  const { value, size, distance } = operand
  if (kind === 'P') {
    if (operand.selector === null || distance === 'near' || distance === 'short') return NO_MATCH
    return (size === 0 ? context.ownSize : size) === template.operandSize ? MATCH : NO_MATCH
  }
  if (operand.selector !== null || distance === 'far') return NO_MATCH
  if (kind === '1') return (value.unknown || (isScalar(value) && value.n === 1n)) && size === 0 ? MATCH : NO_MATCH
  if (kind === 'J') return matchJump(slot, template, operand, context)
  if (kind !== 'I') return NO_MATCH
  if (slot.word === 'Is') {
    if (template.ownSize && size !== 1 && (size === 0 ? context.ownSize : size) !== template.operandSize) return NO_MATCH
    if (size === 1) return template.ownSize ? NO_MATCH : MATCH
    return (size === 0 || size === slot.size) && fitsByte(operand, slot.size) ? MATCH : NO_MATCH
  }
  if (template.ownSize && (size === 0 ? context.ownSize : size) !== template.operandSize) return NO_MATCH
  if (slot.word === 'Ib' && template.form.opcode.code === '6a') return size === 1 ? MATCH : NO_MATCH
  return size === 0 || size === slot.size ? MATCH : SIZE_MISMATCH
}

function matchJump(slot: Slot, template: Template, operand: ImmediateOperand, context: MatchContext): number {
  const { handler } = template.form.opcode
  if (slot.word === 'Jb') {
    if (handler !== 'jcc' && handler !== 'jmp') return operand.size === 0 ? MATCH : NO_MATCH
    if (operand.distance === 'short') return MATCH
    if (operand.distance === 'near' || operand.size !== 0 || operand.strict) return NO_MATCH
    return context.shortJumpReaches(template, operand) ? MATCH : NO_MATCH
  }
  if (operand.distance === 'short') return NO_MATCH
  return (operand.size === 0 ? context.ownSize : operand.size) === template.operandSize ? MATCH : NO_MATCH
}

/** A size that another operand of the instruction gives to one that has none: `add [x], byte 5`. */
function borrowedSize(operands: readonly Operand[], template: Template): number {
  const [first, second] = operands
  if (operands.length !== 2 || first!.kind !== 'memory' || second!.kind !== 'immediate') return 0
  return /^(?:ro[lr]|rc[lr]|sh[lr]|sar|bt[src]?)$/.test(template.form.opcode.mnemonic) ? 0 : second!.size
}

/** How well the operands fit the template. */
export function match(template: Template, operands: readonly Operand[], context: MatchContext): number {
  if (template.slots.length !== operands.length) return NO_MATCH
  let worst = MATCH
  const borrowed = borrowedSize(operands, template)
  for (const [n, operand] of operands.entries()) {
    const slot = template.slots[n]!
    const sized = operand.kind === 'memory' && operand.size === 0 && borrowed > 0 && slot.size > 0 ? { ...operand, size: borrowed } : operand
    const result = sized.kind === 'register' ? matchRegister(slot, template, sized.class, sized.number)
      : sized.kind === 'memory' ? matchMemory(slot, template, sized, context) : matchImmediate(slot, template, sized, context)
    worst = Math.min(worst, result)
    if (worst === NO_MATCH) return NO_MATCH
  }
  return worst
}

/** NASM's words for the nearest miss. */
export const missText = (best: number): string =>
  best === SIZE_MISSING ? 'operation size not specified' : best === SIZE_MISMATCH ? 'mismatch in operand sizes' : 'invalid combination of opcode and operands'
