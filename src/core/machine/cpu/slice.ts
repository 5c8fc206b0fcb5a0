import { CALL, COMPLEX, INDIRECT, MUL, RET, SEGMENT } from './costs/counters.ts'
import type { Cpu } from './cpu.ts'
import { FAULT } from './fault.ts'
import { FLAT_BITS, FLAT_DATA, FLAT_LOW, RIGHTS_BITS } from './flat-crossings.ts'
import { FIRST_HANDLER, HANDLERS } from './handlers.ts'
import {
  ADDEND, ATTENTION, BASES, CARRY_A, CARRY_B, CHECKS, CLASS_SHIFT, CPL, CR0, CR0_PE, DONE, EAX, EBP, EBX, ECX, EDI, EDX, EIP, ESI, ESP, FLAGS, GDT_BASE, GDT_LIMIT, JUMPS, JUMPS_OF_CLASS, NO_LINK, R_DISP, R_FAST,
  R_HANDLER, R_IMM, R_MEM, R_NEXT, R_SOURCE, R_TARGET, RIGHTS, SELECTORS, SIGN_PARITY, START, SUM, TRANSLATIONS, ZERO,
} from './layout.ts'
import { book, lookUp } from './one.ts'
import { RING_WORDS } from './register-ring.ts'

/** Roles of a memory operand as they stand in R_FAST. */
const ROLES = 0x180
const ROLE_SOURCE = 0x80
const ROLE_WRITE = 0x180
const TABLE_WORDS = 1 << 20
const NO_RING = new Int32Array(RING_WORDS)

/**
 * Runs up to `most` instructions with flat 32-bit segments, until something needs attention; false: a fault, of the instruction at START.
 *
 * Registers, immediates, records, translations and RAM lie in one buffer (layout.ts), so that an operand is a place in it: `d` of the
 * destination, `x` of the source, in units of its size. A memory operand becomes one by a look into the TLB; where that fails or it is not
 * aligned, and for everything that has no form here, the handler takes over. The arithmetic flags are locals (flags.ts says what they
 * mean): `ca` and `cb` for CF, `z` for ZF, `sp` for SF and PF, `sum` and `addend` for OF and AF. The case labels are the ids of fast-forms.ts.
 *
 * With `each`, which is called before every instruction but the first, the inner loop does one at a time. It calls nothing: the compiler then keeps what it knows of the arrays. Only handlers and look-ups, in the outer one, can
 * fault or ask for attention. With a ring, the inner loop writes the registers before each instruction into it, and leaves segment registers to the handlers, after which the ring notes them.
 */
// eslint-disable-next-line max-lines-per-function -- the hot loop: its locals live in registers only within one function
export function slice(c: Cpu, most: number, each: (() => void) | null): boolean {
  const { s, counts } = c
  const { hostWords: m, hostBytes: u8, hostHalves: u16 } = c.memory
  let user = s[CPL] === 3
  let jumps = JUMPS + (user ? JUMPS_OF_CLASS : 0)
  let readTlb = TRANSLATIONS + (user ? 2 * TABLE_WORDS : 0)
  let writeTlb = readTlb + TABLE_WORDS
  let ca = s[CARRY_A]!
  let cb = s[CARRY_B]!
  let z = s[ZERO]!
  let sp = s[SIGN_PARITY]!
  let sum = s[SUM]!
  let addend = s[ADDEND]!
  let eip = s[EIP]!
  let at = eip
  let end = most
  let done = 0
  let side = c.side
  let p = 0
  let link = NO_LINK
  let form = 0
  const { ring } = c
  const tracing = ring !== null
  const entries = tracing ? ring.words : NO_RING
  const lastEntry = entries.length / RING_WORDS - 1
  const first = tracing ? ring.total & lastEntry : 0
  ring?.note(0)
  try {
    do {
      if (p <= 0 || each !== null) {
        s[START] = s[EIP] = at = eip
        s[CARRY_A] = ca
        s[CARRY_B] = cb
        s[ZERO] = z
        s[SIGN_PARITY] = sp
        s[SUM] = sum
        s[ADDEND] = addend
      }
      if (each !== null) {
        if (done > 0) {
          s[DONE] = done
          each()
          if (s[ATTENTION] !== 0 && c.moment >= c.stopAt) break
        }
        end = done + 1
      }
      if (p <= 0) {
        // A record that is not kept (over two pages) makes room for the next one, which must not become its own successor.
        if (link >= c.freeRecord) link = NO_LINK
        ring?.put(done)
        p = lookUp(c, eip)
        if (s[ATTENTION] !== 0) end = done + 1
        else if (m[link] === 0 && p < c.freeRecord) m[link] = p
      }
      do {
        at = eip
        if (tracing) {
          const entry = ((first + done) & lastEntry) * RING_WORDS
          entries[entry] = m[EAX]!; entries[entry + 1] = m[ECX]!; entries[entry + 2] = m[EDX]!; entries[entry + 3] = m[EBX]!
          entries[entry + 4] = m[ESP]!; entries[entry + 5] = m[EBP]!; entries[entry + 6] = m[ESI]!; entries[entry + 7] = m[EDI]!; entries[entry + 8] = eip; entries[entry + 9] = m[FLAGS]!
          entries[entry + 10] = ca; entries[entry + 11] = cb; entries[entry + 12] = z; entries[entry + 13] = sp; entries[entry + 14] = sum; entries[entry + 15] = addend
        }
        const w = m[p + R_FAST]!
        let d = (w >> 13) & 255
        let x = m[p + R_SOURCE]!
        const next = (eip + ((w >> 9) & 15)) | 0
        form = w & 127
        const role = w & ROLES
        if (role !== 0) {
          const mem = m[p + R_MEM]!
          const linear = (m[mem & 15]! + (m[(mem >> 4) & 15]! << ((mem >> 8) & 3)) + m[p + R_DISP]!) | 0
          const e = m[(role === ROLE_WRITE ? writeTlb : readTlb) + (linear >>> 12)]! ^ 0xfff
          const shift = (w >> 21) & 3
          if (((linear & ((1 << shift) - 1)) | (e & 0xfff)) !== 0) form = 0
          else if (role === ROLE_SOURCE) x = (linear + e) >>> shift
          else d = (linear + e) >>> shift
        }
        link = p + R_NEXT
        eip = next
        switch (form) {
          case 1: m[d] = m[x]!; break
          case 2: {
            const mem = m[p + R_MEM]!
            m[d] = (m[mem & 15]! + (m[(mem >> 4) & 15]! << ((mem >> 8) & 3)) + m[p + R_DISP]!) | 0
            break
          }
          case 3: u8[d] = u8[x]!; break
          case 4: m[d] = u8[x]!; break
          case 5: m[d] = u16[x]!; break
          case 6: m[d] = (u8[x]! << 24) >> 24; break
          case 7: m[d] = (u16[x]! << 16) >> 16; break
          case 8: cb = addend = m[d]!; m[d] = ca = sum = z = sp = (cb + m[x]!) | 0; break
          case 9: {
            const a = m[d]!
            const b = m[x]!
            z = sp = (a + b + (ca >>> 0 < cb >>> 0 ? 1 : 0)) | 0
            ca = 0; cb = ((a & b) | ((a | b) & ~z)) >>> 31
            const overflow = ((a ^ z) & (b ^ z)) >>> 31
            const adjust = ((a ^ b ^ z) >> 4) & 1
            sum = (overflow << 31) | (adjust << 4); addend = (overflow << 30) | adjust
            m[d] = z; break
          }
          case 10: ca = sum = m[d]!; cb = addend = m[x]!; m[d] = z = sp = (ca - cb) | 0; break
          case 11: {
            const a = m[d]!
            const b = m[x]!
            z = sp = (a - b - (ca >>> 0 < cb >>> 0 ? 1 : 0)) | 0
            ca = 0; cb = ((~a & b) | (~(a ^ b) & z)) >>> 31
            const overflow = ((a ^ b) & (a ^ z)) >>> 31
            const adjust = ((a ^ b ^ z) >> 4) & 1
            sum = (overflow << 31) | (adjust << 4); addend = (overflow << 30) | adjust
            m[d] = z; break
          }
          case 12: m[d] = z = sp = m[d]! & m[x]!; ca = cb = sum = addend = 0; break
          case 13: m[d] = z = sp = m[d]! | m[x]!; ca = cb = sum = addend = 0; break
          case 14: m[d] = z = sp = m[d]! ^ m[x]!; ca = cb = sum = addend = 0; break
          case 15: ca = sum = m[d]!; cb = addend = m[x]!; z = sp = (ca - cb) | 0; break
          case 16: z = sp = m[d]! & m[x]!; ca = cb = sum = addend = 0; break
          // CF stays; OF and AF are those of 1 + a.
          case 17: addend = 1; m[d] = sum = z = sp = (m[d]! + 1) | 0; break
          case 18: sum = m[d]!; addend = 1; m[d] = z = sp = (sum - 1) | 0; break
          case 19: ca = sum = 0; cb = addend = m[d]!; m[d] = z = sp = -cb | 0; break
          case 20: m[d] = ~m[d]!; break
          case 21: {
            const n = u8[x]! & 31
            if (n === 0) break
            const a = m[d]!
            m[d] = z = sp = a << n
            ca = 0; cb = (a >>> (32 - n)) & 1
            const overflow = (z >>> 31) ^ cb
            sum = overflow << 31; addend = overflow << 30
            break
          }
          case 22: {
            const n = u8[x]! & 31
            if (n === 0) break
            const a = m[d]!
            m[d] = z = sp = (a >>> n) | 0
            ca = 0; cb = (a >>> (n - 1)) & 1
            const overflow = n === 1 ? a >>> 31 : 0
            sum = overflow << 31; addend = overflow << 30
            break
          }
          case 23: {
            const n = u8[x]! & 31
            if (n === 0) break
            const a = m[d]!
            m[d] = z = sp = a >> n
            ca = sum = addend = 0
            cb = (a >> (n - 1)) & 1
            break
          }
          case 24: {
            const n = u8[x]! & 31
            if (n === 0) break
            const a = m[d]!
            const turned = (a << n) | (a >>> (32 - n))
            ca = 0; cb = turned & 1
            const overflow = (turned >>> 31) ^ cb
            const adjust = (((sum - addend) ^ sum ^ addend) >> 4) & 1
            sum = (overflow << 31) | (adjust << 4); addend = (overflow << 30) | adjust
            m[d] = turned; break
          }
          case 25: {
            const n = u8[x]! & 31
            if (n === 0) break
            const a = m[d]!
            const turned = (a >>> n) | (a << (32 - n))
            ca = 0; cb = turned >>> 31
            const overflow = cb ^ ((turned >>> 30) & 1)
            const adjust = (((sum - addend) ^ sum ^ addend) >> 4) & 1
            sum = (overflow << 31) | (adjust << 4); addend = (overflow << 30) | adjust
            m[d] = turned; break
          }
          case 26:
          case 27: {
            const a = m[x]!
            const b = form === 26 ? m[d]! : m[p + R_IMM]!
            z = sp = Math.imul(a, b)
            // Exact up to 2^53; beyond, the rounded product is still far from 32 bits.
            const overflow = a * b === z ? 0 : 1
            ca = 0; cb = overflow
            sum = overflow << 31; addend = overflow << 30
            counts[side + MUL]! += 1
            m[d] = z; break
          }
          case 28: {
            const a = u8[d]!
            cb = a
            ca = (a + u8[x]!) & 0xff
            u8[d] = ca
            z = sp = (ca << 24) >> 24
            // OF stands in bit 31, AF in bit 4; bit 8 stops the borrow of the lower part.
            sum = (ca << 24) | 0x100 | (ca & 15); addend = (a << 24) | (a & 15)
            break
          }
          case 29: {
            ca = u8[d]!; cb = u8[x]!
            u8[d] = ca - cb
            z = sp = ((ca - cb) << 24) >> 24
            sum = (ca << 24) | 0x100 | (ca & 15); addend = (cb << 24) | (cb & 15)
            break
          }
          case 30: z = sp = ((u8[d]! & u8[x]!) << 24) >> 24; u8[d] = z; ca = cb = sum = addend = 0; break
          case 31: z = sp = ((u8[d]! | u8[x]!) << 24) >> 24; u8[d] = z; ca = cb = sum = addend = 0; break
          case 32: z = sp = ((u8[d]! ^ u8[x]!) << 24) >> 24; u8[d] = z; ca = cb = sum = addend = 0; break
          case 33: {
            ca = u8[d]!; cb = u8[x]!
            z = sp = ((ca - cb) << 24) >> 24
            sum = (ca << 24) | 0x100 | (ca & 15); addend = (cb << 24) | (cb & 15)
            break
          }
          case 34: z = sp = ((u8[d]! & u8[x]!) << 24) >> 24; ca = cb = sum = addend = 0; break
          case 36: {
            const to = (m[ESP]! - 4) | 0
            const e = m[writeTlb + (to >>> 12)]! ^ 0xfff
            if (((to & 3) | (e & 0xfff)) !== 0) { form = 0; break }
            m[(to + e) >>> 2] = m[x]!
            m[ESP] = to; break
          }
          case 37: {
            const from = m[ESP]!
            const e = m[readTlb + (from >>> 12)]! ^ 0xfff
            if (((from & 3) | (e & 0xfff)) !== 0) { form = 0; break }
            m[ESP] = from + 4
            m[d] = m[(from + e) >>> 2]!
            break
          }
          case 38: {
            const from = m[ESP]!
            const e = m[readTlb + (from >>> 12)]! ^ 0xfff
            if (((from & 3) | (e & 0xfff)) !== 0) { form = 0; break }
            m[ESP] = from + 4 + m[p + R_IMM]!
            counts[side + RET]! += 1
            eip = m[(from + e) >>> 2]!; link = NO_LINK; break
          }
          case 39: {
            const to = (m[ESP]! - 4) | 0
            const e = m[writeTlb + (to >>> 12)]! ^ 0xfff
            if (((to & 3) | (e & 0xfff)) !== 0) { form = 0; break }
            m[(to + e) >>> 2] = next; m[ESP] = to
            counts[side + CALL]! += 1
            eip = (next + m[p + R_IMM]!) | 0; link = p + R_TARGET; break
          }
          case 40: eip = (next + m[p + R_IMM]!) | 0; link = p + R_TARGET; break
          case 41: {
            const target = m[x]!
            const to = (m[ESP]! - 4) | 0
            const e = m[writeTlb + (to >>> 12)]! ^ 0xfff
            if (((to & 3) | (e & 0xfff)) !== 0) { form = 0; break }
            m[(to + e) >>> 2] = next; m[ESP] = to
            counts[side + CALL]! += 1
            eip = target; link = NO_LINK; break
          }
          case 42: counts[side + INDIRECT]! += 1; eip = m[x]!; link = NO_LINK; break
          case 43: {
            const from = m[EBP]!
            const e = m[readTlb + (from >>> 12)]! ^ 0xfff
            if (((from & 3) | (e & 0xfff)) !== 0) { form = 0; break }
            m[ESP] = from + 4; m[EBP] = m[(from + e) >>> 2]!
            break
          }
          case 44: m[EDX] = m[EAX]! >> 31; break
          case 46: break
          case 47: u16[d] = u16[x]!; break
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
          case 64: {
            const to = (m[ESP]! - 32) | 0
            const e = m[writeTlb + (to >>> 12)]! ^ 0xfff
            if (((to & 3) | (e & 0xfff)) !== 0 || (to & 0xfff) > 0xfe0) { form = 0; break }
            const at = (to + e) >>> 2
            for (let i = 0; i < 8; i++) m[at + 7 - i] = m[i]!
            counts[side + COMPLEX]! += 1
            m[ESP] = to; break
          }
          case 65: {
            const from = m[ESP]!
            const e = m[readTlb + (from >>> 12)]! ^ 0xfff
            if (((from & 3) | (e & 0xfff)) !== 0 || (from & 0xfff) > 0xfe0) { form = 0; break }
            const at = (from + e) >>> 2
            for (let i = 0; i < 8; i++) m[i] = m[at + 7 - i]!
            counts[side + COMPLEX]! += 1
            m[ESP] = from + 32; break
          }
          case 66:
          case 67: {
            // DS, ES, FS, GS, from one flat segment to another one.
            if (tracing) { form = 0; break }
            let esp = m[ESP]!
            if (form === 67) {
              const e = m[readTlb + (esp >>> 12)]! ^ 0xfff
              if (((esp & 3) | (e & 0xfff)) !== 0) { form = 0; break }
              x = (esp + e) >>> 1
              esp = (esp + 4) | 0
            }
            const selector = u16[x]!
            const linear = (m[GDT_BASE]! + (selector & 0xfff8)) | 0
            const e = m[TRANSLATIONS + (linear >>> 12)]! ^ 0xfff
            if (((selector & 4) | (linear & 3) | (e & 0xfff)) !== 0 || selector < 4 || (selector | 7) > m[GDT_LIMIT]! || (linear & 0xfff) > 0xff8) { form = 0; break }
            const descriptor = (linear + e) >>> 2
            const high = m[descriptor + 1]!
            const dpl = (high >> 13) & 3
            const same = ((m[descriptor]! ^ FLAT_LOW) | ((high & FLAT_BITS) ^ FLAT_DATA) | m[CHECKS + d]! | m[BASES + d]! | (~m[CR0]! & CR0_PE)) === 0
            if (!same || dpl < (selector & 3) || dpl < m[CPL]!) { form = 0; break }
            counts[side + SEGMENT]! += 1
            m[SELECTORS + d] = selector; m[RIGHTS + d] = high & RIGHTS_BITS; m[ESP] = esp; break
          }
          default: form = 0
        }
        if (form === 0) break
        done++
        p = m[link]!
        if (p <= 0) {
          const slot = jumps + ((eip ^ (eip >>> 9)) & (JUMPS_OF_CLASS / 2 - 1)) * 2
          if (m[slot] !== eip) break
          const found = m[slot + 1]!
          if (p === 0) m[link] = found
          p = found
        }
      } while (p > 0 && done < end)
      if (form === 0) {
        s[START] = at
        s[EIP] = eip
        s[DONE] = done
        s[CARRY_A] = ca
        s[CARRY_B] = cb
        s[ZERO] = z
        s[SIGN_PARITY] = sp
        s[SUM] = sum
        s[ADDEND] = addend
        const kind = m[p + R_FAST]! >>> CLASS_SHIFT
        HANDLERS[m[p + R_HANDLER]! - FIRST_HANDLER]!(c, p)
        ca = s[CARRY_A]
        cb = s[CARRY_B]
        z = s[ZERO]
        sp = s[SIGN_PARITY]
        sum = s[SUM]
        addend = s[ADDEND]
        if (s[EIP] !== eip) link = NO_LINK
        eip = s[EIP]
        if ((s[CPL] === 3) !== user) {
          user = !user
          side = c.side
          jumps = JUMPS + (user ? JUMPS_OF_CLASS : 0)
          readTlb = TRANSLATIONS + (user ? 2 * TABLE_WORDS : 0)
          writeTlb = readTlb + TABLE_WORDS
          link = NO_LINK
        }
        if (s[ATTENTION] !== 0) end = 0
        counts[side + kind]! += 1
        done++
        ring?.note(done)
        p = m[link]!
        if (p <= 0) {
          const slot = jumps + ((eip ^ (eip >>> 9)) & (JUMPS_OF_CLASS / 2 - 1)) * 2
          if (m[slot] === eip) p = m[slot + 1]!
        }
        form = 1
      }
    } while (done < end || (each !== null && done < most && s[ATTENTION] === 0))
    s[START] = at
    s[EIP] = eip
    s[CARRY_A] = ca
    s[CARRY_B] = cb
    s[ZERO] = z
    s[SIGN_PARITY] = sp
    s[SUM] = sum
    s[ADDEND] = addend
    book(c, done)
    if (tracing) ring.total += done
    return true
  } catch (error) {
    if (error !== FAULT) throw error
    book(c, done)
    if (tracing) ring.total += done + 1
    return false
  }
}
