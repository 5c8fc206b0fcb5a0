import type { Condition, Operation } from './instructions.ts'

const LEAST = -0x8000_0000
const high = (a: bigint, b: bigint): number => Number(BigInt.asIntN(32, (a * b) >> 32n))
const unsigned = (a: number): bigint => BigInt(a >>> 0)

/** What each operation makes of two int32: an int32. Division by zero gives all ones and leaves the dividend as remainder; the one overflow gives the dividend and 0 (chapter "M"). */
export const OPERATIONS: Readonly<Record<Operation, (a: number, b: number) => number>> = {
  add: (a, b) => (a + b) | 0,
  sub: (a, b) => (a - b) | 0,
  sll: (a, b) => a << b,
  slt: (a, b) => (a < b ? 1 : 0),
  sltu: (a, b) => (a >>> 0 < b >>> 0 ? 1 : 0),
  xor: (a, b) => a ^ b,
  srl: (a, b) => (a >>> b) | 0,
  sra: (a, b) => a >> b,
  or: (a, b) => a | b,
  and: (a, b) => a & b,
  mul: (a, b) => Math.imul(a, b),
  mulh: (a, b) => high(BigInt(a), BigInt(b)),
  mulhsu: (a, b) => high(BigInt(a), unsigned(b)),
  mulhu: (a, b) => high(unsigned(a), unsigned(b)),
  div: (a, b) => (b === 0 ? -1 : a === LEAST && b === -1 ? LEAST : (a / b) | 0),
  divu: (a, b) => (b === 0 ? -1 : ((a >>> 0) / (b >>> 0)) | 0),
  rem: (a, b) => (b === 0 ? a : b === -1 ? 0 : a % b | 0),
  remu: (a, b) => (b === 0 ? a : (a >>> 0) % (b >>> 0) | 0),
}

export const CONDITIONS: Readonly<Record<Condition, (a: number, b: number) => boolean>> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => a < b,
  ge: (a, b) => a >= b,
  ltu: (a, b) => a >>> 0 < b >>> 0,
  geu: (a, b) => a >>> 0 >= b >>> 0,
}
