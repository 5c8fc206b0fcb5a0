import { ADJUST, CARRY_A, CARRY_B, FLAGS, OVERFLOW, PARITY, SIGN, ZERO } from './layout.ts'

/**
 * The arithmetic flags without computing them: an operation leaves the words from which each flag follows.
 * CF = CARRY_A <u CARRY_B, ZF = ZERO == 0, SF = SIGN < 0, PF = parity of PARITY's low byte, OF = OVERFLOW < 0, AF = bit 4 of ADJUST.
 * Values of 8 and 16 bits are zero-extended; results are sign-extended before they land in ZERO, SIGN and PARITY.
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

export function setCarry(s: Int32Array, bit: number): void {
  s[CARRY_A] = 0
  s[CARRY_B] = bit
}

/** Bit 0 of `bit` becomes OF. */
export function setOverflow(s: Int32Array, bit: number): void {
  s[OVERFLOW] = bit << 31
}

export function setResult(s: Int32Array, result: number, size: number): void {
  s[ZERO] = s[SIGN] = s[PARITY] = signExtend(result, size)
}

/** After `a + b = result`. */
export function setAdd(s: Int32Array, a: number, b: number, result: number, size: number): void {
  setResult(s, result, size)
  s[CARRY_A] = zeroExtend(result, size)
  s[CARRY_B] = a
  s[OVERFLOW] = ((a ^ result) & (b ^ result)) << (32 - 8 * size)
  s[ADJUST] = a ^ b ^ result
}

/** After `a - b = result`. */
export function setSub(s: Int32Array, a: number, b: number, result: number, size: number): void {
  setResult(s, result, size)
  s[CARRY_A] = a
  s[CARRY_B] = b
  s[OVERFLOW] = ((a ^ b) & (a ^ result)) << (32 - 8 * size)
  s[ADJUST] = a ^ b ^ result
}

/** After `and`, `or`, `xor`, `test`: CF = OF = 0. */
export function setLogic(s: Int32Array, result: number, size: number): void {
  setResult(s, result, size)
  s[CARRY_A] = s[CARRY_B] = s[OVERFLOW] = s[ADJUST] = 0
}

/** The whole EFLAGS word as `pushf` shows it. */
export function eflags(s: Int32Array): number {
  return s[FLAGS]! | 2 | carry(s) | (parity(s[PARITY]! & 0xff) << 2) | (s[ADJUST]! & AF)
    | (s[ZERO] === 0 ? ZF : 0) | (s[SIGN]! < 0 ? SF : 0) | (s[OVERFLOW]! < 0 ? OF : 0)
}

/** Sets the six arithmetic flags from an EFLAGS word. */
export function setArithmetic(s: Int32Array, word: number): void {
  setCarry(s, word & CF)
  s[PARITY] = word & PF ? 0 : 1
  s[ADJUST] = word & AF
  s[ZERO] = word & ZF ? 0 : 1
  s[SIGN] = word & SF ? -1 : 0
  s[OVERFLOW] = word & OF ? -1 : 0
}

/** Whether condition `code` (the low four bits of jcc, setcc, cmovcc) holds. */
export function condition(s: Int32Array, code: number): boolean {
  const negate = (code & 1) !== 0
  switch (code >> 1) {
    case 0: return (s[OVERFLOW]! < 0) !== negate
    case 1: return (carry(s) !== 0) !== negate
    case 2: return (s[ZERO] === 0) !== negate
    case 3: return (carry(s) !== 0 || s[ZERO] === 0) !== negate
    case 4: return (s[SIGN]! < 0) !== negate
    case 5: return (parity(s[PARITY]! & 0xff) !== 0) !== negate
    case 6: return ((s[SIGN]! ^ s[OVERFLOW]!) < 0) !== negate
    default: return (s[ZERO] === 0 || (s[SIGN]! ^ s[OVERFLOW]!) < 0) !== negate
  }
}
