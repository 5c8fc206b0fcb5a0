import type { Cpu } from './cpu.ts'
import { DE, raise } from './fault.ts'
import { carry, setAdd, setCarry, setLogic, setOverflowAdjust, setResult, setSub, signExtend } from './flags.ts'
import type { Handler } from './handler.ts'
import { CARRY_A, CARRY_B, EAX, EDX, R_FORM, R_IMM, R_REG, R_RM, FORM_RM_IMM } from './layout.ts'
import { destination, firstOperand, loadDestination, putDestination, readOperand, register, setRegister, sizeOf, source, storeDestination } from './operands.ts'

const add: Handler = (c, p) => {
  const size = sizeOf(c, p)
  const b = source(c, p, size)
  const a = destination(c, p, size)
  const result = (a + b) | 0
  putDestination(c, p, result, size)
  setAdd(c.s, a, b, result, size)
}

const sub: Handler = (c, p) => {
  const size = sizeOf(c, p)
  const b = source(c, p, size)
  const a = destination(c, p, size)
  const result = (a - b) | 0
  putDestination(c, p, result, size)
  setSub(c.s, a, b, result, size)
}

const adc: Handler = (c, p) => {
  const size = sizeOf(c, p)
  const b = source(c, p, size)
  const a = destination(c, p, size)
  const result = (a + b + carry(c.s)) | 0
  putDestination(c, p, result, size)
  setAdd(c.s, a, b, result, size)
  setCarry(c.s, (((a & b) | ((a | b) & ~result)) >>> (8 * size - 1)) & 1)
}

const sbb: Handler = (c, p) => {
  const size = sizeOf(c, p)
  const b = source(c, p, size)
  const a = destination(c, p, size)
  const result = (a - b - carry(c.s)) | 0
  putDestination(c, p, result, size)
  setSub(c.s, a, b, result, size)
  setCarry(c.s, (((~a & b) | (~(a ^ b) & result)) >>> (8 * size - 1)) & 1)
}

const cmp: Handler = (c, p) => {
  const size = sizeOf(c, p)
  const b = source(c, p, size)
  const a = firstOperand(c, p, size)
  setSub(c.s, a, b, (a - b) | 0, size)
}

const logic = (operation: (a: number, b: number) => number): Handler => (c, p) => {
  const size = sizeOf(c, p)
  const b = source(c, p, size)
  const result = operation(destination(c, p, size), b)
  putDestination(c, p, result, size)
  setLogic(c.s, result, size)
}

const test: Handler = (c, p) => {
  const size = sizeOf(c, p)
  const b = source(c, p, size)
  setLogic(c.s, firstOperand(c, p, size) & b, size)
}

/** `inc` and `dec` leave CF alone. */
const step = (by: 1 | -1): Handler => (c, p) => {
  const size = sizeOf(c, p)
  const a = loadDestination(c, p, size)
  const result = (a + by) | 0
  storeDestination(c, p, result, size)
  const carryA = c.s[CARRY_A]!
  const carryB = c.s[CARRY_B]!
  if (by === 1) setAdd(c.s, a, 1, result, size)
  else setSub(c.s, a, 1, result, size)
  c.s[CARRY_A] = carryA
  c.s[CARRY_B] = carryB
}

const neg: Handler = (c, p) => {
  const size = sizeOf(c, p)
  const a = loadDestination(c, p, size)
  storeDestination(c, p, -a, size)
  setSub(c.s, 0, a, -a | 0, size)
}

const not: Handler = (c, p) => {
  const size = sizeOf(c, p)
  storeDestination(c, p, ~loadDestination(c, p, size), size)
}

/** CF = OF = the product does not fit; the others, undefined by the manual, follow the low half. */
function multiplied(c: Cpu, low: number, overflow: boolean, size: number): void {
  setResult(c.s, low, size)
  setCarry(c.s, overflow ? 1 : 0)
  setOverflowAdjust(c.s, overflow ? 1 : 0, 0)
}

/** High 32 bits of the unsigned product. */
function highUnsigned(a: number, b: number): number {
  const [al, ah, bl, bh] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16]
  const middle = ah * bl + ((al * bl) >>> 16)
  return (ah * bh + Math.floor(middle / 0x1_0000) + (((middle & 0xffff) + al * bh) / 0x1_0000 | 0)) | 0
}

const highSigned = (a: number, b: number): number => (highUnsigned(a, b) - (a < 0 ? b : 0) - (b < 0 ? a : 0)) | 0

function setProduct(c: Cpu, low: number, high: number, size: number): void {
  if (size === 1) c.r16[EAX * 2] = low
  else {
    setRegister(c, EAX, low, size)
    setRegister(c, EDX, high, size)
  }
}

const mul: Handler = (c, p) => {
  const size = sizeOf(c, p)
  const [a, b] = [register(c, EAX, size), readOperand(c, p, size)]
  const low = Math.imul(a, b)
  const high = size === 4 ? highUnsigned(a, b) : low >>> (8 * size)
  setProduct(c, low, high, size)
  multiplied(c, low, high !== 0, size)
}

const imul1: Handler = (c, p) => {
  const size = sizeOf(c, p)
  const [a, b] = [signExtend(register(c, EAX, size), size), signExtend(readOperand(c, p, size), size)]
  const low = Math.imul(a, b)
  const high = size === 4 ? highSigned(a, b) : low >> (8 * size)
  setProduct(c, low, high, size)
  multiplied(c, low, fitsNot(a, b, low, size), size)
}

const fitsNot = (a: number, b: number, low: number, size: number): boolean => (size === 4 ? highSigned(a, b) !== low >> 31 : signExtend(low, size) !== low)

/** Two operands (reg × r/m) and three (r/m × immediate). */
const imul: Handler = (c, p) => {
  const size = sizeOf(c, p)
  const a = signExtend(readOperand(c, p, size), size)
  const destinationRegister = c.records[p + R_REG]!
  const three = c.records[p + R_FORM] === FORM_RM_IMM
  const b = signExtend(three ? c.records[p + R_IMM]! : register(c, destinationRegister, size), size)
  const low = Math.imul(a, b)
  setRegister(c, destinationRegister, low, size)
  multiplied(c, low, fitsNot(a, b, low, size), size)
}

/** Below this high half a dividend has at most 52 bits, which floating-point division rounds down correctly. */
const NARROW = 1 << 20

const div: Handler = (c, p) => {
  const size = sizeOf(c, p)
  const divisor = readOperand(c, p, size)
  if (divisor === 0) raise(c.s, DE)
  if (size === 4 && c.s[EDX]! >>> 0 < NARROW) {
    const low = c.s[EDX]! * 0x1_0000_0000 + (c.s[EAX]! >>> 0)
    const quotient = Math.floor(low / (divisor >>> 0))
    if (quotient > 0xffff_ffff) raise(c.s, DE)
    return setQuotient(c, quotient | 0, low % (divisor >>> 0) | 0, 4)
  }
  if (size === 4) return divideWide(c, (BigInt(c.s[EDX]! >>> 0) << 32n) | BigInt(c.s[EAX]! >>> 0), BigInt(divisor >>> 0), 0n, 0xffff_ffffn)
  const dividend = size === 1 ? c.r16[EAX * 2]! : ((c.r16[EDX * 2]! << 16) | c.r16[EAX * 2]!) >>> 0
  const quotient = Math.floor(dividend / divisor)
  if (quotient > (size === 1 ? 0xff : 0xffff)) raise(c.s, DE)
  setQuotient(c, quotient, dividend % divisor, size)
}

const idiv: Handler = (c, p) => {
  const size = sizeOf(c, p)
  const divisor = signExtend(readOperand(c, p, size), size)
  if (divisor === 0) raise(c.s, DE)
  if (size === 4 && c.s[EDX] === c.s[EAX]! >> 31 && c.s[EAX] !== -0x8000_0000) {
    return setQuotient(c, Math.trunc(c.s[EAX]! / divisor), c.s[EAX]! % divisor, 4)
  }
  if (size === 4) {
    const dividend = (BigInt(c.s[EDX]!) << 32n) | BigInt(c.s[EAX]! >>> 0)
    return divideWide(c, dividend, BigInt(divisor), -0x8000_0000n, 0x7fff_ffffn)
  }
  const dividend = size === 1 ? signExtend(c.r16[EAX * 2]!, 2) : (c.r16[EDX * 2]! << 16) | c.r16[EAX * 2]!
  const quotient = Math.trunc(dividend / divisor)
  if (quotient !== signExtend(quotient, size)) raise(c.s, DE)
  setQuotient(c, quotient, dividend % divisor, size)
}

/** Dividends of more than 52 bits are rare. */
function divideWide(c: Cpu, dividend: bigint, divisor: bigint, least: bigint, most: bigint): void {
  const quotient = dividend / divisor
  if (quotient < least || quotient > most) raise(c.s, DE)
  setQuotient(c, Number(BigInt.asIntN(32, quotient)), Number(BigInt.asIntN(32, dividend % divisor)), 4)
}

function setQuotient(c: Cpu, quotient: number, remainder: number, size: number): void {
  if (size === 1) c.r16[EAX * 2] = (quotient & 0xff) | (remainder << 8)
  else {
    setRegister(c, EAX, quotient, size)
    setRegister(c, EDX, remainder, size)
  }
}

const xadd: Handler = (c, p) => {
  const size = sizeOf(c, p)
  const number = c.records[p + R_REG]!
  const b = register(c, number, size)
  const a = loadDestination(c, p, size)
  const result = (a + b) | 0
  if (c.records[p + R_RM]! >= 0) {
    setRegister(c, number, a, size)
    storeDestination(c, p, result, size)
  } else {
    storeDestination(c, p, result, size)
    setRegister(c, number, a, size)
  }
  setAdd(c.s, a, b, result, size)
}

/** Writes the destination also when the comparison fails, with what it held. */
const cmpxchg: Handler = (c, p) => {
  const size = sizeOf(c, p)
  const accumulator = register(c, EAX, size)
  const a = loadDestination(c, p, size)
  const equal = accumulator === a
  storeDestination(c, p, equal ? register(c, c.records[p + R_REG]!, size) : a, size)
  if (!equal) setRegister(c, EAX, a, size)
  setSub(c.s, accumulator, a, (accumulator - a) | 0, size)
}

const bswap: Handler = (c, p) => {
  const number = c.records[p + R_RM]!
  const v = c.s[number]!
  // With 16-bit operands the manual leaves the result open; processors clear the register's low half.
  if (sizeOf(c, p) === 2) c.r16[number * 2] = 0
  else c.s[number] = (v << 24) | ((v & 0xff00) << 8) | ((v >>> 8) & 0xff00) | (v >>> 24)
}

/** cbw, cwde: the accumulator's lower half sign-extended into the whole. */
const cbw: Handler = (c, p) => {
  const size = sizeOf(c, p)
  setRegister(c, EAX, signExtend(register(c, EAX, size >> 1), size >> 1), size)
}

/** cwd, cdq */
const cwd: Handler = (c, p) => {
  const size = sizeOf(c, p)
  setRegister(c, EDX, signExtend(register(c, EAX, size), size) >> 31, size)
}

export const ARITHMETIC_HANDLERS: Readonly<Record<string, Handler>> = {
  add, adc, sub, sbb, cmp, test, neg, not, mul, imul1, imul, div, idiv, xadd, cmpxchg, bswap, cbw, cwd,
  and: logic((a, b) => a & b), or: logic((a, b) => a | b), xor: logic((a, b) => a ^ b), inc: step(1), dec: step(-1),
}
