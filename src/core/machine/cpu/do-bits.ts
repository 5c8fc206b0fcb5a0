import { readForUpdate, readLinear, linearForRead, linearForWrite, writeLinear } from './access.ts'
import type { Cpu } from './cpu.ts'
import { carry, setCarry, setOverflow, setOverflowAdjust, setResult, signExtend, zeroExtend } from './flags.ts'
import type { Handler } from './handler.ts'
import { ECX, FORM_RM_REG, R_FORM, R_IMM, R_REG, R_RM, ZERO } from './layout.ts'
import { loadDestination, offsetOf, readOperand, register, segmentOf, setRegister, sizeOf, source, storeDestination } from './operands.ts'

/** Shifts set SF, ZF, PF, CF and OF; AF, undefined, becomes 0. A count of 0 leaves all flags, but the destination is still written. */
function shifted(c: Cpu, p: number, result: number, carryBit: number, overflowBit: number, size: number): void {
  storeDestination(c, p, result, size)
  setResult(c.s, result, size)
  setCarry(c.s, carryBit & 1)
  setOverflowAdjust(c.s, overflowBit & 1, 0)
}

const count = (c: Cpu, p: number): number => source(c, p, 1) & 31

const shl: Handler = (c, p) => {
  const [size, n] = [sizeOf(c, p), count(c, p)]
  const a = loadDestination(c, p, size)
  if (n === 0) return storeDestination(c, p, a, size)
  const bits = 8 * size
  const carryBit = n > bits ? 0 : a >>> (bits - n)
  const result = a << n
  shifted(c, p, result, carryBit, (result >>> (bits - 1)) ^ carryBit, size)
}

const shr: Handler = (c, p) => {
  const [size, n] = [sizeOf(c, p), count(c, p)]
  const a = loadDestination(c, p, size)
  if (n === 0) return storeDestination(c, p, a, size)
  shifted(c, p, a >>> n, a >>> (n - 1), n === 1 ? a >>> (8 * size - 1) : 0, size)
}

const sar: Handler = (c, p) => {
  const [size, n] = [sizeOf(c, p), count(c, p)]
  const a = loadDestination(c, p, size)
  if (n === 0) return storeDestination(c, p, a, size)
  const wide = signExtend(a, size)
  shifted(c, p, wide >> n, wide >> (n - 1), 0, size)
}

/** Rotates change only CF and OF. */
function rotated(c: Cpu, p: number, result: number, carryBit: number, overflowBit: number, size: number): void {
  storeDestination(c, p, result, size)
  setCarry(c.s, carryBit & 1)
  setOverflow(c.s, overflowBit & 1)
}

const rol: Handler = (c, p) => {
  const [size, n] = [sizeOf(c, p), count(c, p)]
  const a = loadDestination(c, p, size)
  if (n === 0) return storeDestination(c, p, a, size)
  const bits = 8 * size
  const by = n & (bits - 1)
  const result = by === 0 ? a : (a << by) | (a >>> (bits - by))
  rotated(c, p, result, result, (result >>> (bits - 1)) ^ result, size)
}

const ror: Handler = (c, p) => {
  const [size, n] = [sizeOf(c, p), count(c, p)]
  const a = loadDestination(c, p, size)
  if (n === 0) return storeDestination(c, p, a, size)
  const bits = 8 * size
  const by = n & (bits - 1)
  const result = by === 0 ? a : (a >>> by) | (a << (bits - by))
  rotated(c, p, result, result >>> (bits - 1), (result >>> (bits - 1)) ^ (result >>> (bits - 2)), size)
}

/** Through carry: the count is taken modulo 9 or 17 for bytes and words. */
const throughCarry = (left: boolean): Handler => (c, p) => {
  const size = sizeOf(c, p)
  const bits = 8 * size
  let n = count(c, p)
  if (size < 4) n %= bits + 1
  let a = loadDestination(c, p, size)
  if (n === 0) return storeDestination(c, p, a, size)
  let bit = carry(c.s)
  const before = a
  for (let i = 0; i < n; i++) {
    const out = left ? (a >>> (bits - 1)) & 1 : a & 1
    a = zeroExtend(left ? (a << 1) | bit : (a >>> 1) | (bit << (bits - 1)), size)
    bit = out
  }
  // OF of the right rotate comes from the top two bits of the result, as on the hardware also for counts above 1.
  const overflow = left ? (a >>> (bits - 1)) ^ bit : (a >>> (bits - 1)) ^ (a >>> (bits - 2))
  rotated(c, p, a, bit, n === 1 && !left ? (before >>> (bits - 1)) ^ carry(c.s) : overflow, size)
}

/** Double shifts; counts beyond 16 with 16-bit operands are undefined and shift the pair on, as processors do. */
const doubleShift = (left: boolean): Handler => (c, p) => {
  const size = sizeOf(c, p)
  const n = (c.records[p + R_FORM] === FORM_RM_REG ? c.records[p + R_IMM]! : c.r8[ECX * 4]!) & 31
  const b = register(c, c.records[p + R_REG]!, size)
  const a = loadDestination(c, p, size)
  if (n === 0) return storeDestination(c, p, a, size)
  const bits = 8 * size
  let result: number
  let carryBit: number
  if (size === 4) {
    result = left ? (a << n) | (b >>> (32 - n)) : (a >>> n) | (b << (32 - n))
    carryBit = left ? a >>> (32 - n) : a >>> (n - 1)
  } else {
    const pair = left ? (a << 16) | b : (b << 16) | a
    const by = n & 31
    result = left ? (by > 16 ? (pair << by) | (a << (by - 16)) : pair << by) >>> 16 : by > 16 ? (pair >>> by) | (a << (32 - by)) : pair >>> by
    carryBit = left ? (by > 16 ? b >>> (32 - by) : a >>> (16 - by)) : pair >>> (by - 1)
  }
  const sign = (value: number): number => (value >>> (bits - 1)) & 1
  shifted(c, p, result, carryBit, sign(result) ^ sign(a), size)
}

/** A memory operand is a bit string: the register's bit offset is signed and reaches beyond the addressed word. */
const bitTest = (change: (word: number, mask: number) => number, writes: boolean): Handler => (c, p) => {
  const size = sizeOf(c, p)
  const offset = source(c, p, size)
  const mask = 1 << (offset & (8 * size - 1))
  const inMemory = c.records[p + R_RM]! < 0
  if (!inMemory) {
    const word = register(c, c.records[p + R_RM]!, size)
    if (writes) setRegister(c, c.records[p + R_RM]!, change(word, mask), size)
    return setCarry(c.s, (word & mask) === 0 ? 0 : 1)
  }
  const beyond = c.records[p + R_FORM] === FORM_RM_REG ? (signExtend(offset, size) >> (size === 4 ? 5 : 4)) * size : 0
  const at = (offsetOf(c, p) + beyond) | 0
  const linear = writes ? linearForWrite(c, segmentOf(c, p), at, size) : linearForRead(c, segmentOf(c, p), at, size)
  const word = writes ? readForUpdate(c, linear, size) : readLinear(c, linear, size)
  if (writes) writeLinear(c, linear, change(word, mask), size)
  setCarry(c.s, (word & mask) === 0 ? 0 : 1)
}

/** Of zero: ZF = 1 and the destination stays. */
const scan = (find: (value: number) => number): Handler => (c, p) => {
  const size = sizeOf(c, p)
  const value = readOperand(c, p, size)
  c.s[ZERO] = value
  if (value !== 0) setRegister(c, c.records[p + R_REG]!, find(value), size)
}

export const BIT_HANDLERS: Readonly<Record<string, Handler>> = {
  shl, shr, sar, rol, ror, rcl: throughCarry(true), rcr: throughCarry(false), shld: doubleShift(true), shrd: doubleShift(false),
  bt: bitTest((word) => word, false), bts: bitTest((word, mask) => word | mask, true),
  btr: bitTest((word, mask) => word & ~mask, true), btc: bitTest((word, mask) => word ^ mask, true),
  bsf: scan((value) => 31 - Math.clz32(value & -value)), bsr: scan((value) => 31 - Math.clz32(value)),
}
