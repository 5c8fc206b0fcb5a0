import type { Cpu } from './cpu.ts'
import { FAULT } from './fault.ts'
import { FIRST_HANDLER, HANDLERS } from './handlers.ts'
import {
  ADDEND, ATTENTION, CARRY_A, CARRY_B, CPL, DONE, EAX, EBP, EDX, EIP, ESP, JUMPS, JUMPS_OF_CLASS, R_DISP, R_FAST, R_HANDLER, R_IMM, R_MEM, R_NEXT, R_SOURCE, R_TARGET, SIGN_PARITY,
  SPENT, START, SUM, ZERO,
} from './layout.ts'
import { book, lookUp } from './one.ts'

/** Roles of a memory operand as they stand in R_FAST. */
const ROLES = 0x180
const ROLE_SOURCE = 0x80
const ROLE_WRITE = 0x180
/** A page offset beyond this may cross into the next page with 4 bytes; an entry that is not direct has low bits that exceed it too. */
const LAST = 0xffc
/** Not a link: the next record must be looked for. */
const NO_LINK = -1

/**
 * Runs up to `most` instructions with flat 32-bit segments, until something needs attention; false: a fault, of the instruction at START.
 *
 * Registers, immediates and RAM lie in one buffer, so that an operand is a byte address in it: `d` of the destination, `x` of the source.
 * A memory operand becomes one by a look into the TLB; where that fails, and for everything that has no form here, the handler takes over.
 * The arithmetic flags are locals (flags.ts says what they mean): `ca` and `cb` for CF, `z` for ZF, `sp` for SF and PF, `sum` and `addend`
 * for OF and AF. Only handlers can fault or ask for attention. The case labels are the ids of fast-forms.ts, registers are written last.
 */
// eslint-disable-next-line max-lines-per-function -- the hot loop: its locals live in registers only within one function
export function slice(c: Cpu, most: number): boolean {
  const { s, records: m } = c
  const { host: v, hostBytes: u8 } = c.memory
  const { readTlb, writeTlb } = c
  const jumps = JUMPS + (s[CPL] === 3 ? JUMPS_OF_CLASS : 0)
  let ca = s[CARRY_A]!
  let cb = s[CARRY_B]!
  let z = s[ZERO]!
  let sp = s[SIGN_PARITY]!
  let sum = s[SUM]!
  let addend = s[ADDEND]!
  let eip = s[EIP]!
  let at = eip
  let done = 0
  let cycles = 0
  let p = 0
  let link = NO_LINK
  let going = true
  try {
    do {
      at = eip
      if (p === 0) {
        const slot = jumps + ((eip ^ (eip >>> 9)) & (JUMPS_OF_CLASS / 2 - 1)) * 2
        p = m[slot] === eip ? m[slot + 1]! : 0
        if (p === 0) {
          s[START] = s[EIP] = eip
          s[CARRY_A] = ca
          s[CARRY_B] = cb
          s[ZERO] = z
          s[SIGN_PARITY] = sp
          s[SUM] = sum
          s[ADDEND] = addend
          p = lookUp(c, eip)
          going = s[ATTENTION] === 0
        }
        if (link > 0 && going && p < c.freeRecord) m[link] = p
      }
      const w = m[p + R_FAST]!
      let d = (w >> 13) & 255
      let x = m[p + R_SOURCE]!
      const next = (eip + ((w >> 9) & 15)) | 0
      let form = w & 127
      if ((w & ROLES) !== 0) {
        const mem = m[p + R_MEM]!
        const linear = (m[mem & 15]! + (m[(mem >> 4) & 15]! << ((mem >> 8) & 3)) + m[p + R_DISP]!) | 0
        const role = w & ROLES
        const e = (role === ROLE_WRITE ? writeTlb : readTlb)[linear >>> 12]! ^ 0xfff
        if (((linear | e) & 0xfff) > LAST) form = 0
        else if (role === ROLE_SOURCE) x = (linear + e) | 0
        else d = (linear + e) | 0
      }
      link = p + R_NEXT
      eip = next
      switch (form) {
        case 1: v.setInt32(d, v.getInt32(x, true), true); break
        case 2: {
          const mem = m[p + R_MEM]!
          v.setInt32(d, (m[mem & 15]! + (m[(mem >> 4) & 15]! << ((mem >> 8) & 3)) + m[p + R_DISP]!) | 0, true)
          break
        }
        case 3: u8[d] = u8[x]!; break
        case 4: v.setInt32(d, u8[x]!, true); break
        case 5: v.setInt32(d, v.getUint16(x, true), true); break
        case 6: v.setInt32(d, (u8[x]! << 24) >> 24, true); break
        case 7: v.setInt32(d, v.getInt16(x, true), true); break
        case 8: {
          cb = addend = v.getInt32(d, true)
          ca = sum = z = sp = (cb + v.getInt32(x, true)) | 0
          v.setInt32(d, z, true)
          break
        }
        case 9: {
          const a = v.getInt32(d, true)
          const b = v.getInt32(x, true)
          z = sp = (a + b + (ca >>> 0 < cb >>> 0 ? 1 : 0)) | 0
          ca = 0
          cb = ((a & b) | ((a | b) & ~z)) >>> 31
          const overflow = ((a ^ z) & (b ^ z)) >>> 31
          const adjust = ((a ^ b ^ z) >> 4) & 1
          sum = (overflow << 31) | (adjust << 4)
          addend = (overflow << 30) | adjust
          v.setInt32(d, z, true)
          break
        }
        case 10: {
          ca = sum = v.getInt32(d, true)
          cb = addend = v.getInt32(x, true)
          z = sp = (ca - cb) | 0
          v.setInt32(d, z, true)
          break
        }
        case 11: {
          const a = v.getInt32(d, true)
          const b = v.getInt32(x, true)
          z = sp = (a - b - (ca >>> 0 < cb >>> 0 ? 1 : 0)) | 0
          ca = 0
          cb = ((~a & b) | (~(a ^ b) & z)) >>> 31
          const overflow = ((a ^ b) & (a ^ z)) >>> 31
          const adjust = ((a ^ b ^ z) >> 4) & 1
          sum = (overflow << 31) | (adjust << 4)
          addend = (overflow << 30) | adjust
          v.setInt32(d, z, true)
          break
        }
        case 12: v.setInt32(d, z = sp = v.getInt32(d, true) & v.getInt32(x, true), true); ca = cb = sum = addend = 0; break
        case 13: v.setInt32(d, z = sp = v.getInt32(d, true) | v.getInt32(x, true), true); ca = cb = sum = addend = 0; break
        case 14: v.setInt32(d, z = sp = v.getInt32(d, true) ^ v.getInt32(x, true), true); ca = cb = sum = addend = 0; break
        case 15:
          ca = sum = v.getInt32(d, true)
          cb = addend = v.getInt32(x, true)
          z = sp = (ca - cb) | 0
          break
        case 16: z = sp = v.getInt32(d, true) & v.getInt32(x, true); ca = cb = sum = addend = 0; break
        case 17: {
          // CF stays: OF and AF are those of 1 + a.
          const a = v.getInt32(d, true)
          addend = 1
          v.setInt32(d, sum = z = sp = (a + 1) | 0, true)
          break
        }
        case 18: {
          sum = v.getInt32(d, true)
          addend = 1
          v.setInt32(d, z = sp = (sum - 1) | 0, true)
          break
        }
        case 19: {
          ca = sum = 0
          cb = addend = v.getInt32(d, true)
          v.setInt32(d, z = sp = -cb | 0, true)
          break
        }
        case 20: v.setInt32(d, ~v.getInt32(d, true), true); break
        case 21: {
          const n = u8[x]! & 31
          if (n === 0) break
          const a = v.getInt32(d, true)
          v.setInt32(d, z = sp = a << n, true)
          ca = 0
          cb = (a >>> (32 - n)) & 1
          const overflow = (z >>> 31) ^ cb
          sum = overflow << 31
          addend = overflow << 30
          break
        }
        case 22: {
          const n = u8[x]! & 31
          if (n === 0) break
          const a = v.getInt32(d, true)
          v.setInt32(d, z = sp = (a >>> n) | 0, true)
          ca = 0
          cb = (a >>> (n - 1)) & 1
          const overflow = n === 1 ? a >>> 31 : 0
          sum = overflow << 31
          addend = overflow << 30
          break
        }
        case 23: {
          const n = u8[x]! & 31
          if (n === 0) break
          const a = v.getInt32(d, true)
          v.setInt32(d, z = sp = a >> n, true)
          ca = sum = addend = 0
          cb = (a >> (n - 1)) & 1
          break
        }
        case 24: {
          const n = u8[x]! & 31
          if (n === 0) break
          const a = v.getInt32(d, true)
          const turned = (a << n) | (a >>> (32 - n))
          ca = 0
          cb = turned & 1
          const overflow = (turned >>> 31) ^ cb
          const adjust = (((sum - addend) ^ sum ^ addend) >> 4) & 1
          sum = (overflow << 31) | (adjust << 4)
          addend = (overflow << 30) | adjust
          v.setInt32(d, turned, true)
          break
        }
        case 25: {
          const n = u8[x]! & 31
          if (n === 0) break
          const a = v.getInt32(d, true)
          const turned = (a >>> n) | (a << (32 - n))
          ca = 0
          cb = turned >>> 31
          const overflow = cb ^ ((turned >>> 30) & 1)
          const adjust = (((sum - addend) ^ sum ^ addend) >> 4) & 1
          sum = (overflow << 31) | (adjust << 4)
          addend = (overflow << 30) | adjust
          v.setInt32(d, turned, true)
          break
        }
        case 26:
        case 27: {
          const a = v.getInt32(x, true)
          const b = form === 26 ? v.getInt32(d, true) : m[p + R_IMM]!
          z = sp = Math.imul(a, b)
          // Exact up to 2^53; beyond, the rounded product is still far from 32 bits.
          const overflow = a * b === z ? 0 : 1
          ca = 0
          cb = overflow
          sum = overflow << 31
          addend = overflow << 30
          v.setInt32(d, z, true)
          break
        }
        case 28: {
          const a = u8[d]!
          cb = a
          ca = (a + u8[x]!) & 0xff
          u8[d] = ca
          z = sp = (ca << 24) >> 24
          // OF stands in bit 31, AF in bit 4; bit 8 stops the borrow of the lower part.
          sum = (ca << 24) | 0x100 | (ca & 15)
          addend = (a << 24) | (a & 15)
          break
        }
        case 29: {
          ca = u8[d]!
          cb = u8[x]!
          u8[d] = ca - cb
          z = sp = ((ca - cb) << 24) >> 24
          sum = (ca << 24) | 0x100 | (ca & 15)
          addend = (cb << 24) | (cb & 15)
          break
        }
        case 30: z = sp = ((u8[d]! & u8[x]!) << 24) >> 24; u8[d] = z; ca = cb = sum = addend = 0; break
        case 31: z = sp = ((u8[d]! | u8[x]!) << 24) >> 24; u8[d] = z; ca = cb = sum = addend = 0; break
        case 32: z = sp = ((u8[d]! ^ u8[x]!) << 24) >> 24; u8[d] = z; ca = cb = sum = addend = 0; break
        case 33: {
          ca = u8[d]!
          cb = u8[x]!
          z = sp = ((ca - cb) << 24) >> 24
          sum = (ca << 24) | 0x100 | (ca & 15)
          addend = (cb << 24) | (cb & 15)
          break
        }
        case 34: z = sp = ((u8[d]! & u8[x]!) << 24) >> 24; ca = cb = sum = addend = 0; break
        case 36: {
          const to = (m[ESP]! - 4) | 0
          const e = writeTlb[to >>> 12]! ^ 0xfff
          if (((to | e) & 0xfff) > LAST) { form = 0; break }
          v.setInt32((to + e) | 0, v.getInt32(x, true), true)
          m[ESP] = to
          break
        }
        case 37: {
          const from = m[ESP]!
          const e = readTlb[from >>> 12]! ^ 0xfff
          if (((from | e) & 0xfff) > LAST) { form = 0; break }
          m[ESP] = from + 4
          v.setInt32(d, v.getInt32((from + e) | 0, true), true)
          break
        }
        case 38: {
          const from = m[ESP]!
          const e = readTlb[from >>> 12]! ^ 0xfff
          if (((from | e) & 0xfff) > LAST) { form = 0; break }
          m[ESP] = from + 4 + m[p + R_IMM]!
          eip = v.getInt32((from + e) | 0, true)
          link = NO_LINK
          break
        }
        case 39: {
          const to = (m[ESP]! - 4) | 0
          const e = writeTlb[to >>> 12]! ^ 0xfff
          if (((to | e) & 0xfff) > LAST) { form = 0; break }
          v.setInt32((to + e) | 0, next, true)
          m[ESP] = to
          eip = (next + m[p + R_IMM]!) | 0
          link = p + R_TARGET
          break
        }
        case 40: eip = (next + m[p + R_IMM]!) | 0; link = p + R_TARGET; break
        case 41: {
          const target = v.getInt32(x, true)
          const to = (m[ESP]! - 4) | 0
          const e = writeTlb[to >>> 12]! ^ 0xfff
          if (((to | e) & 0xfff) > LAST) { form = 0; break }
          v.setInt32((to + e) | 0, next, true)
          m[ESP] = to
          eip = target
          link = NO_LINK
          break
        }
        case 42: eip = v.getInt32(x, true); link = NO_LINK; break
        case 43: {
          const from = m[EBP]!
          const e = readTlb[from >>> 12]! ^ 0xfff
          if (((from | e) & 0xfff) > LAST) { form = 0; break }
          m[ESP] = from + 4
          m[EBP] = v.getInt32((from + e) | 0, true)
          break
        }
        case 44: m[EDX] = m[EAX]! >> 31; break
        case 46: break
        case 47: v.setInt16(d, v.getInt16(x, true), true); break
        case 48: if ((((sum - addend) ^ sum) & (addend ^ sum)) < 0) { eip = (next + m[p + R_IMM]!) | 0; link = p + R_TARGET } break
        case 49: if ((((sum - addend) ^ sum) & (addend ^ sum)) >= 0) { eip = (next + m[p + R_IMM]!) | 0; link = p + R_TARGET } break
        case 50: if (ca >>> 0 < cb >>> 0) { eip = (next + m[p + R_IMM]!) | 0; link = p + R_TARGET } break
        case 51: if (ca >>> 0 >= cb >>> 0) { eip = (next + m[p + R_IMM]!) | 0; link = p + R_TARGET } break
        case 52: if (z === 0) { eip = (next + m[p + R_IMM]!) | 0; link = p + R_TARGET } break
        case 53: if (z !== 0) { eip = (next + m[p + R_IMM]!) | 0; link = p + R_TARGET } break
        case 54: if (z === 0 || ca >>> 0 < cb >>> 0) { eip = (next + m[p + R_IMM]!) | 0; link = p + R_TARGET } break
        case 55: if (z !== 0 && ca >>> 0 >= cb >>> 0) { eip = (next + m[p + R_IMM]!) | 0; link = p + R_TARGET } break
        case 56: if (sp < 0) { eip = (next + m[p + R_IMM]!) | 0; link = p + R_TARGET } break
        case 57: if (sp >= 0) { eip = (next + m[p + R_IMM]!) | 0; link = p + R_TARGET } break
        case 58: if (((0x9669 >>> ((sp ^ (sp >>> 4)) & 15)) & 1) !== 0) { eip = (next + m[p + R_IMM]!) | 0; link = p + R_TARGET } break
        case 59: if (((0x9669 >>> ((sp ^ (sp >>> 4)) & 15)) & 1) === 0) { eip = (next + m[p + R_IMM]!) | 0; link = p + R_TARGET } break
        case 60: if ((sp ^ (((sum - addend) ^ sum) & (addend ^ sum))) < 0) { eip = (next + m[p + R_IMM]!) | 0; link = p + R_TARGET } break
        case 61: if ((sp ^ (((sum - addend) ^ sum) & (addend ^ sum))) >= 0) { eip = (next + m[p + R_IMM]!) | 0; link = p + R_TARGET } break
        case 62: if (z === 0 || (sp ^ (((sum - addend) ^ sum) & (addend ^ sum))) < 0) { eip = (next + m[p + R_IMM]!) | 0; link = p + R_TARGET } break
        case 63: if (z !== 0 && (sp ^ (((sum - addend) ^ sum) & (addend ^ sum))) >= 0) { eip = (next + m[p + R_IMM]!) | 0; link = p + R_TARGET } break
        default: form = 0
      }
      if (form === 0) {
        s[START] = at
        s[EIP] = next
        s[DONE] = done
        s[SPENT] = cycles
        s[CARRY_A] = ca
        s[CARRY_B] = cb
        s[ZERO] = z
        s[SIGN_PARITY] = sp
        s[SUM] = sum
        s[ADDEND] = addend
        HANDLERS[m[p + R_HANDLER]! - FIRST_HANDLER]!(c, p)
        ca = s[CARRY_A]
        cb = s[CARRY_B]
        z = s[ZERO]
        sp = s[SIGN_PARITY]
        sum = s[SUM]
        addend = s[ADDEND]
        eip = s[EIP]
        link = eip === next ? p + R_NEXT : NO_LINK
        going = s[ATTENTION] === 0
      }
      cycles += w >>> 21
      done++
      // Records of one page are linked, as they are dropped together.
      if (((eip ^ at) & ~0xfff) !== 0 || p >= c.freeRecord) link = NO_LINK
      p = link > 0 ? m[link]! : 0
    } while (done < most && going)
    s[START] = at
    s[EIP] = eip
    s[CARRY_A] = ca
    s[CARRY_B] = cb
    s[ZERO] = z
    s[SIGN_PARITY] = sp
    s[SUM] = sum
    s[ADDEND] = addend
    book(c, done, cycles)
    return true
  } catch (error) {
    if (error !== FAULT) throw error
    book(c, done, cycles)
    return false
  }
}
