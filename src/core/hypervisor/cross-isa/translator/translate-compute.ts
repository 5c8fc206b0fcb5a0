import { EAX, ECX, EDX } from '../../../machine/cpu/layout.ts'
import type { Emitter } from '../host/emitter.ts'
import { CL } from '../host/operands.ts'
import type { Decoded } from '../riscv/decode.ts'
import type { Operation } from '../riscv/instructions.ts'
import { KEPT, placeOf } from './registers.ts'

type Compute = (e: Emitter, decoded: Decoded) => void

const hasImmediate = ({ instruction: { format } }: Decoded): boolean => format !== 'R'

/** Moves one guest register to another. */
function move(e: Emitter, rd: number, rs: number): void {
  if (rd === rs) return
  if (KEPT.has(rd) || KEPT.has(rs)) return e.mov(placeOf(rd), placeOf(rs))
  e.mov(EAX, placeOf(rs))
  e.mov(placeOf(rd), EAX)
}

/** The x86 register in which a result is made: its own, if no operand is lost by that. */
const targetOf = ({ rd, rs2 }: Decoded): number => (rd !== rs2 ? KEPT.get(rd) : undefined) ?? EAX

function load(e: Emitter, target: number, rs: number): void {
  if (KEPT.get(rs) !== target) e.mov(target, placeOf(rs))
}

function finish(e: Emitter, rd: number, target: number): void {
  if (KEPT.get(rd) !== target) e.mov(placeOf(rd), target)
}

/** Where the result is one of the operands. */
function accumulate(e: Emitter, operation: 'add' | 'sub' | 'and' | 'or' | 'xor', rd: number, rs: number): void {
  if (KEPT.has(rd) || KEPT.has(rs)) return e.arithmetic(operation, placeOf(rd), placeOf(rs))
  e.mov(EAX, placeOf(rs))
  e.arithmetic(operation, placeOf(rd), EAX)
}

const arithmetic = (operation: 'add' | 'sub' | 'and' | 'or' | 'xor'): Compute => (e, decoded) => {
  const { rd, rs1, rs2, imm } = decoded
  const immediate = hasImmediate(decoded)
  if (operation === 'add' && immediate && rs1 === 0) return e.movImmediate(placeOf(rd), imm)
  if (operation === 'add' && immediate && imm === 0) return move(e, rd, rs1)
  if (rd === rs1 && immediate) return e.arithmeticImmediate(operation, placeOf(rd), imm)
  if (rd === rs1) return accumulate(e, operation, rd, rs2)
  if (rd === rs2 && operation !== 'sub' && !immediate) return accumulate(e, operation, rd, rs1)
  const target = targetOf(decoded)
  load(e, target, rs1)
  if (immediate) e.arithmeticImmediate(operation, target, imm)
  else e.arithmetic(operation, target, placeOf(rs2))
  finish(e, rd, target)
}

const shift = (operation: 'shl' | 'shr' | 'sar'): Compute => (e, decoded) => {
  const { rd, rs1, rs2, imm } = decoded
  const immediate = hasImmediate(decoded)
  // Both processors look at the lowest five bits of the amount.
  if (!immediate) e.mov(ECX, placeOf(rs2))
  if (rd === rs1) return e.shift(operation, placeOf(rd), immediate ? imm : CL)
  const target = targetOf(decoded)
  e.mov(target, placeOf(rs1))
  e.shift(operation, target, immediate ? imm : CL)
  finish(e, rd, target)
}

const compare = (condition: 'l' | 'b'): Compute => (e, decoded) => {
  const { rd, rs1, rs2, imm } = decoded
  e.mov(ECX, placeOf(rs1))
  e.movImmediate(EAX, 0)
  if (hasImmediate(decoded)) e.arithmeticImmediate('cmp', ECX, imm)
  else e.arithmetic('cmp', ECX, placeOf(rs2))
  e.setcc(condition, EAX)
  finish(e, rd, EAX)
}

const multiply: Compute = (e, decoded) => {
  const target = targetOf(decoded)
  load(e, target, decoded.rs1)
  e.imul(target, placeOf(decoded.rs2))
  finish(e, decoded.rd, target)
}

const multiplyHigh = (operation: 'mul' | 'imul'): Compute => (e, { rd, rs1, rs2 }) => {
  e.mov(EAX, placeOf(rs1))
  e.unary(operation, placeOf(rs2))
  finish(e, rd, EDX)
}

/** Signed × unsigned: as unsigned × unsigned, less the second operand where the first is negative. */
const multiplyHighMixed: Compute = (e, { rd, rs1, rs2 }) => {
  e.mov(EAX, placeOf(rs1))
  e.unary('mul', placeOf(rs2))
  e.mov(ECX, placeOf(rs1))
  e.shift('sar', ECX, 31)
  e.arithmetic('and', ECX, placeOf(rs2))
  e.arithmetic('sub', EDX, ECX)
  finish(e, rd, EDX)
}

/** x86 faults where RISC-V has an answer: a divisor of zero, and for signed numbers a quotient that does not fit, which only -1 can make. */
const divide = (signed: boolean, result: 'quotient' | 'remainder'): Compute => (e, { rd, rs1, rs2 }) => {
  const quotient = result === 'quotient'
  e.mov(EAX, placeOf(rs1))
  e.mov(ECX, placeOf(rs2))
  // Division by zero leaves the dividend as remainder.
  if (!quotient) e.mov(EDX, EAX)
  e.test(ECX)
  const byZero = e.jumpShort('e')
  const done = quotient ? [] : [byZero]
  const byMinusOne = signed ? minusOne(e) : null
  if (signed) e.cdq()
  else e.movImmediate(EDX, 0)
  e.unary(signed ? 'idiv' : 'div', ECX)
  if (byMinusOne !== null) {
    done.push(e.jumpShort(null))
    e.landShort(byMinusOne)
    if (quotient) e.unary('neg', EAX)
    else e.movImmediate(EDX, 0)
  }
  if (quotient) {
    done.push(e.jumpShort(null))
    e.landShort(byZero)
    e.movImmediate(EAX, -1)
  }
  for (const jump of done) e.landShort(jump)
  finish(e, rd, quotient ? EAX : EDX)
}

function minusOne(e: Emitter): number {
  e.arithmeticImmediate('cmp', ECX, -1)
  return e.jumpShort('e')
}

const TRANSLATIONS: Readonly<Record<Operation, Compute>> = {
  add: arithmetic('add'), sub: arithmetic('sub'), and: arithmetic('and'), or: arithmetic('or'), xor: arithmetic('xor'),
  sll: shift('shl'), srl: shift('shr'), sra: shift('sar'), slt: compare('l'), sltu: compare('b'),
  mul: multiply, mulh: multiplyHigh('imul'), mulhu: multiplyHigh('mul'), mulhsu: multiplyHighMixed,
  div: divide(true, 'quotient'), divu: divide(false, 'quotient'), rem: divide(true, 'remainder'), remu: divide(false, 'remainder'),
}

/** A `compute` instruction; one whose result is thrown away becomes nothing. EAX, ECX and EDX may change. */
export function translateCompute(e: Emitter, operation: Operation, decoded: Decoded): void {
  if (decoded.rd !== 0) TRANSLATIONS[operation](e, decoded)
}
