import { ADDEND, CARRY_A, CARRY_B, FLAGS, SIGN_PARITY, SUM, ZERO } from './layout.ts'

/**
 * The arithmetic flags without computing them: an operation leaves six words from which each flag follows.
 * CF = CARRY_A <u CARRY_B, ZF = ZERO == 0, SF = SIGN_PARITY < 0, PF = parity of its low byte. OF and AF are those of the addition
 * (SUM − ADDEND) + ADDEND = SUM; a subtraction is the same equation read backwards. Values of 8 and 16 bits are zero-extended; results
 * are sign-extended before they land in ZERO and SIGN_PARITY. Different words can mean the same flags: compare `eflags`.
 */
export const CF = 1
export const PF = 4
export const AF = 0x10
export const ZF = 0x40
export const SF = 0x80
export const OF = 0x800

export const signExtend = (value: number, size: number): number => (size === 4 ? value | 0 : size === 2 ? (value << 16) >> 16 : (value << 24) >> 24)
export const zeroExtend = (value: number, size: number): number => (size === 4 ? value | 0 : size === 2 ? value & 0xffff : value & 0xff)

export const carry = (s: Int32Array): number => (s[CARRY_A]! >>> 0 < s[CARRY_B]! >>> 0 ? 1 : 0)
const parity = (value: number): number => (0x9669 >>> ((value ^ (value >>> 4)) & 15)) & 1
/** Negative: OF = 1. */
export const overflow = (s: Int32Array): number => ((s[SUM]! - s[ADDEND]!) ^ s[SUM]!) & (s[ADDEND]! ^ s[SUM]!)
/** 0 or 1. */
export const adjust = (s: Int32Array): number => (((s[SUM]! - s[ADDEND]!) ^ s[ADDEND]! ^ s[SUM]!) >> 4) & 1

export function setCarry(s: Int32Array, bit: number): void {
  s[CARRY_A] = 0
  s[CARRY_B] = bit
}

/** From 0 or 1 each: an addition that overflows in bit 31, one that carries out of bit 3, or both. */
export function setOverflowAdjust(s: Int32Array, overflowBit: number, adjustBit: number): void {
  s[SUM] = (overflowBit << 31) | (adjustBit << 4)
  s[ADDEND] = (overflowBit << 30) | adjustBit
}

/** Bit 0 of `bit` becomes OF; AF stays. */
export function setOverflow(s: Int32Array, bit: number): void {
  setOverflowAdjust(s, bit & 1, adjust(s))
}

export function setResult(s: Int32Array, result: number, size: number): void {
  s[ZERO] = s[SIGN_PARITY] = signExtend(result, size)
}

/** After `a + b = result`, also with a carry in (CF is then the caller's). */
export function setAdd(s: Int32Array, a: number, b: number, result: number, size: number): void {
  setResult(s, result, size)
  s[CARRY_A] = zeroExtend(result, size)
  s[CARRY_B] = a
  setOverflowAdjust(s, (((a ^ result) & (b ^ result)) >>> (8 * size - 1)) & 1, ((a ^ b ^ result) >> 4) & 1)
}

/** After `a - b = result`, also with a borrow in (CF is then the caller's). */
export function setSub(s: Int32Array, a: number, b: number, result: number, size: number): void {
  setResult(s, result, size)
  s[CARRY_A] = a
  s[CARRY_B] = b
  setOverflowAdjust(s, (((a ^ b) & (a ^ result)) >>> (8 * size - 1)) & 1, ((a ^ b ^ result) >> 4) & 1)
}

/** After `and`, `or`, `xor`, `test`: CF = OF = 0. */
export function setLogic(s: Int32Array, result: number, size: number): void {
  setResult(s, result, size)
  s[CARRY_A] = s[CARRY_B] = s[SUM] = s[ADDEND] = 0
}

/** The whole EFLAGS word as `pushf` shows it. */
export function eflags(s: Int32Array): number {
  return s[FLAGS]! | 2 | carry(s) | (parity(s[SIGN_PARITY]! & 0xff) << 2) | (adjust(s) << 4)
    | (s[ZERO] === 0 ? ZF : 0) | (s[SIGN_PARITY]! < 0 ? SF : 0) | (overflow(s) < 0 ? OF : 0)
}

/** Sets the six arithmetic flags from an EFLAGS word. */
export function setArithmetic(s: Int32Array, word: number): void {
  setCarry(s, word & CF)
  s[ZERO] = word & ZF ? 0 : 1
  s[SIGN_PARITY] = (word & SF ? -0x8000_0000 : 0) | (word & PF ? 0 : 1)
  setOverflowAdjust(s, word & OF ? 1 : 0, word & AF ? 1 : 0)
}

/** Whether condition `code` (the low four bits of jcc, setcc, cmovcc) holds. */
export function condition(s: Int32Array, code: number): boolean {
  const negate = (code & 1) !== 0
  switch (code >> 1) {
    case 0: return (overflow(s) < 0) !== negate
    case 1: return (carry(s) !== 0) !== negate
    case 2: return (s[ZERO] === 0) !== negate
    case 3: return (carry(s) !== 0 || s[ZERO] === 0) !== negate
    case 4: return (s[SIGN_PARITY]! < 0) !== negate
    case 5: return (parity(s[SIGN_PARITY]! & 0xff) !== 0) !== negate
    case 6: return ((s[SIGN_PARITY]! ^ overflow(s)) < 0) !== negate
    default: return (s[ZERO] === 0 || (s[SIGN_PARITY]! ^ overflow(s)) < 0) !== negate
  }
}
