import { DE, raise } from './fault.ts'
import { adjust, carry, setCarry, setOverflowAdjust, setResult } from './flags.ts'
import type { Handler } from './handler.ts'
import { EAX, R_IMM } from './layout.ts'

/** Binary-coded decimal (SDM 2A). OF and other flags the manual leaves open become 0. */
const AL = EAX * 4
const AH = EAX * 4 + 1

const packed = (sign: 1 | -1): Handler => (c) => {
  const { s, r8 } = c
  const old = r8[AL]!
  const oldCarry = carry(s)
  let result = old
  let carryOut = 0
  const adjusts = (old & 15) > 9 || adjust(s) !== 0
  if (adjusts) {
    result += 6 * sign
    carryOut = oldCarry | (result > 0xff || result < 0 ? 1 : 0)
  }
  if (old > 0x99 || oldCarry !== 0) {
    result += 0x60 * sign
    carryOut = 1
  } else if (sign === 1) carryOut = 0
  r8[AL] = result
  setResult(s, result, 1)
  setCarry(s, carryOut)
  setOverflowAdjust(s, 0, adjusts ? 1 : 0)
}

const unpacked = (sign: 1 | -1): Handler => (c) => {
  const { s, r8, r16 } = c
  const adjusts = (r8[AL]! & 15) > 9 || adjust(s) !== 0
  if (adjusts) r16[EAX * 2]! += 0x106 * sign
  r8[AL]! &= 15
  setResult(s, r8[AL]!, 1)
  setCarry(s, adjusts ? 1 : 0)
  setOverflowAdjust(s, 0, adjusts ? 1 : 0)
}

const aam: Handler = (c, p) => {
  const { s, r8 } = c
  const base = c.records[p + R_IMM]! & 0xff
  if (base === 0) raise(s, DE)
  const value = r8[AL]!
  r8[AH] = Math.floor(value / base)
  r8[AL] = value % base
  afterBase(s, r8[AL])
}

const aad: Handler = (c, p) => {
  const { s, r8 } = c
  r8[AL] = r8[AL]! + r8[AH]! * (c.records[p + R_IMM]! & 0xff)
  r8[AH] = 0
  afterBase(s, r8[AL])
}

function afterBase(s: Int32Array, result: number): void {
  setResult(s, result, 1)
  setCarry(s, 0)
  setOverflowAdjust(s, 0, 0)
}

export const DECIMAL_HANDLERS: Readonly<Record<string, Handler>> = { daa: packed(1), das: packed(-1), aaa: unpacked(1), aas: unpacked(-1), aam, aad }
