import { gpa } from '../memory/addresses.ts'
import { HEAD_BYTES } from '../memory/physical-memory.ts'
import type { Cpu } from './cpu.ts'
import { RETURN } from './costs/counters.ts'
import { eflags, setArithmetic } from './flags.ts'
import {
  AC, ATTENTION, BASES, CHECKS, CPL, CR0, CR0_PE, CS, DF, DS, EIP, ES, ESP, FLAGS, FS, GDT_BASE, GDT_LIMIT, GS, ID, IDT_BASE, IDT_LIMIT, IF, INTR, IOPL_SHIFT, LIMITS, NT, RF, RIGHTS,
  SELECTORS, SS, TF, TR, WINDOW,
} from './layout.ts'
import type { Cause } from './observer.ts'
import { CONFORMING, dplOf, EXECUTABLE, setNull } from './segments.ts'

/**
 * Crossings between flat rings where everything is as it should be, in a tenth of the general way's time: every check is made, and the first that
 * fails hands over, with nothing changed, to the general way (interrupts.ts, far.ts), which knows all cases and raises the faults.
 */

/** What a descriptor's second word must be, but for its DPL: base 0, 4 GiB, 32 bits, present, accessed; readable code that does not conform; writable data. */
export const FLAT_BITS = 0xffcf_9fff | 0
export const FLAT_CODE = 0xcf_9b00
export const FLAT_DATA = 0xcf_9300
/** And the first: limit and the low half of the base. */
export const FLAT_LOW = 0xffff
/** Of a descriptor's second word, what a segment register keeps. */
export const RIGHTS_BITS = 0xf0_ff00
/** `checks` of a readable code segment: only stores are looked at. */
const CODE_CHECKS = 2
/** A 32-bit interrupt or trap gate, present: bit 8 tells which. */
const GATE_BITS = 0x9e00
const GATE = 0x8e00
const TRAP_GATE = 0x100
/** A TSS of 32 bits, present. */
const WIDE_TSS = 0x8800
const VM = 0x2_0000

/** Place in `hostWords` of `bytes` bytes that are aligned, in one page and directly reachable by a table of the TLB; or -1. */
function place(table: Int32Array, linear: number, bytes: number): number {
  const e = table[linear >>> 12]! ^ 0xfff
  return ((e & 0xfff) | (linear & 3)) === 0 && (linear & 0xfff) <= 0x1000 - bytes ? (linear + e) >>> 2 : -1
}

/** Low bits of an entry of the TLB whose accesses go the slow way, xor DIRECT (tlb.ts). */
const SLOW_BITS = 0xffd
const NO_FENCE = 0xffff_ffff

/** As `place`, for what the processor itself reads: also behind the fence, where only the slow way leads. */
function systemPlace(c: Cpu, linear: number, bytes: number): number {
  const e = c.tlb.supervisorRead[linear >>> 12]! ^ 0xfff
  if ((linear & 3) !== 0 || (linear & 0xfff) > 0x1000 - bytes) return -1
  if ((e & 0xfff) === 0) return (linear + e) >>> 2
  if ((e & 0xfff) !== SLOW_BITS || linear >>> 0 <= c.fence) return -1
  const at = (linear + (e & ~0xfff)) >>> 0
  return c.memory.isRam(gpa(at - HEAD_BYTES)) ? at >>> 2 : -1
}

/** The same for what it writes: a stack. */
function stackPlace(c: Cpu, linear: number, bytes: number): number {
  const e = c.tlb.supervisorWrite[linear >>> 12]! ^ 0xfff
  if ((linear & 3) !== 0 || (linear & 0xfff) > 0x1000 - bytes) return -1
  if ((e & 0xfff) === 0) return (linear + e) >>> 2
  if ((e & 0xfff) !== SLOW_BITS || linear >>> 0 <= c.fence) return -1
  const at = (linear + (e & ~0xfff)) >>> 0
  return c.memory.isPlain(gpa(at - HEAD_BYTES)) ? at >>> 2 : -1
}

/** Place of a GDT descriptor that is a flat segment of this kind; or -1. */
function flatDescriptor(c: Cpu, selector: number, kind: number): number {
  if ((selector & 4) !== 0 || selector < 4 || (selector | 7) > c.s[GDT_LIMIT]!) return -1
  const at = systemPlace(c, (c.s[GDT_BASE]! + (selector & 0xfff8)) | 0, 8)
  const m = c.memory.hostWords
  return at >= 0 && m[at] === FLAT_LOW && (m[at + 1]! & FLAT_BITS) === kind ? at : -1
}

const isFlatCode = (s: Int32Array): boolean => (s[CR0]! & CR0_PE) !== 0 && s[CHECKS + CS] === CODE_CHECKS

/**
 * As `interrupt`; false: nothing has happened. The caller has seen that the processor is `flat`. Where its segments end at a fence, the way leads from a guest to its
 * monitor: to ring 0, whose segments do not end there.
 */
export function flatInterrupt(c: Cpu, vector: number, error: number, cause: Cause, resume: boolean): boolean {
  const { s } = c
  const m = c.memory.hostWords
  const gate = vector * 8 + 7 > s[IDT_LIMIT]! ? -1 : systemPlace(c, (s[IDT_BASE]! + vector * 8) | 0, 8)
  const fenced = c.fence !== NO_FENCE
  if (gate < 0 || !(fenced ? s[CPL] !== 0 : isFlatCode(s))) return false
  const low = m[gate]!
  const high = m[gate + 1]!
  const cpl = s[CPL]!
  if ((high & GATE_BITS) !== GATE || (cause === 'software' && dplOf(high) < cpl)) return false
  const code = flatDescriptor(c, low >>> 16, FLAT_CODE)
  if (code < 0) return false
  const codeHigh = m[code + 1]!
  const ring = dplOf(codeHigh)
  if (fenced ? ring !== 0 : ring > cpl) return false
  const words = error >= 0 ? 4 : 3
  let at = ring === cpl ? presentStack(c, words) : innerStack(c, ring, words)
  if (at < 0) return false
  if (error >= 0) m[at++] = error
  m[at] = s[EIP]!
  m[at + 1] = s[SELECTORS + CS]!
  m[at + 2] = resume ? eflags(s) | RF : cause === 'interrupt' ? eflags(s) : eflags(s) & ~RF
  s[SELECTORS + CS] = ((low >>> 16) & 0xfffc) | ring
  s[RIGHTS + CS] = codeHigh & RIGHTS_BITS
  if (fenced) liftFence(c)
  s[EIP] = (high & 0xffff_0000) | (low & 0xffff)
  s[FLAGS]! &= (high & TRAP_GATE) === 0 ? ~(TF | NT | RF | IF) : ~(TF | NT | RF)
  c.countDelivery(cause, vector)
  c.traps = false
  c.observer?.delivered(cause, vector, error, cpl)
  return true
}

/** CS and SS are those of a ring 0 now, DS and ES still a guest's. */
function liftFence(c: Cpu): void {
  const { s } = c
  s[LIMITS + CS] = s[LIMITS + SS] = -1
  s[CHECKS + CS] = CODE_CHECKS
  s[CHECKS + SS] = 0
  c.flat = false
  s[ATTENTION] = 1
}

/** Makes room for so many words; their place, or -1. */
function presentStack({ s, writeTlb }: Cpu, words: number): number {
  const to = (s[ESP]! - words * 4) | 0
  const at = place(writeTlb, to, words * 4)
  if (at >= 0) s[ESP] = to
  return at
}

/** Changes to the stack of ring `ring`, with the old one's SS:ESP on it and room for so many words below; their place, or -1. */
function innerStack(c: Cpu, ring: number, words: number): number {
  const { s } = c
  const m = c.memory.hostWords
  if ((s[RIGHTS + TR]! & WIDE_TSS) !== WIDE_TSS || ring * 8 + 11 > s[LIMITS + TR]! >>> 0) return -1
  const tss = systemPlace(c, (s[BASES + TR]! + 4 + ring * 8) | 0, 8)
  if (tss < 0) return -1
  const ss = m[tss + 1]! & 0xffff
  const stack = flatDescriptor(c, ss, FLAT_DATA)
  if (stack < 0 || (ss & 3) !== ring || dplOf(m[stack + 1]!) !== ring) return -1
  const to = (m[tss]! - (words + 2) * 4) | 0
  const at = stackPlace(c, to, (words + 2) * 4)
  if (at < 0) return -1
  s[RIGHTS + SS] = m[stack + 1]! & RIGHTS_BITS
  m[at + words] = s[ESP]!
  m[at + words + 1] = s[SELECTORS + SS]!
  s[SELECTORS + SS] = ss
  s[ESP] = to
  c.setCpl(ring)
  return at
}

/** As `interruptReturn` with 32-bit operands; false: nothing has happened. The caller has seen that the processor is `flat`. */
export function flatReturn(c: Cpu): boolean {
  const { s } = c
  const m = c.memory.hostWords
  const cpl = s[CPL]!
  const from = place(c.readTlb, s[ESP]!, 12)
  if (from < 0 || !isFlatCode(s) || (s[FLAGS]! & NT) !== 0) return false
  const target = m[from]!
  const selector = m[from + 1]! & 0xffff
  const flags = m[from + 2]!
  const ring = selector & 3
  const code = flatDescriptor(c, selector, FLAT_CODE)
  if (code < 0 || ring < cpl || dplOf(m[code + 1]!) !== ring || (flags & VM) !== 0) return false
  if (ring === cpl) s[ESP] = (s[ESP]! + 12) | 0
  else if (!outerStack(c, ring)) return false
  s[SELECTORS + CS] = selector
  s[RIGHTS + CS] = m[code + 1]! & RIGHTS_BITS
  s[EIP] = target
  restoreFlags(c, flags, 4, cpl)
  if (ring !== cpl) {
    c.setCpl(ring)
    forgetInnerSegments(c, ring)
  }
  c.counts[RETURN]! += 1
  c.observer?.returned(cpl)
  return true
}

/** Takes SS:ESP of an outer ring from above the frame of three words. */
function outerStack(c: Cpu, ring: number): boolean {
  const { s } = c
  const m = c.memory.hostWords
  const from = place(c.readTlb, s[ESP]!, 20)
  if (from < 0) return false
  const ss = m[from + 4]! & 0xffff
  const stack = flatDescriptor(c, ss, FLAT_DATA)
  if (stack < 0 || (ss & 3) !== ring || dplOf(m[stack + 1]!) !== ring) return false
  s[ESP] = m[from + 3]!
  s[SELECTORS + SS] = ss
  s[RIGHTS + SS] = m[stack + 1]! & RIGHTS_BITS
  return true
}

/** IOPL only from ring 0, IF only where the ring that executes `iret` may change it. */
export function restoreFlags(c: Cpu, flags: number, size: number, cpl: number): void {
  const { s } = c
  let mask = TF | DF | NT | (size === 4 ? RF | AC | ID : 0)
  if (cpl <= ((s[FLAGS]! >> IOPL_SHIFT) & 3)) mask |= IF
  if (cpl === 0) mask |= 3 << IOPL_SHIFT
  s[FLAGS] = (s[FLAGS]! & ~mask) | (flags & mask)
  setArithmetic(s, flags)
  if ((flags & (TF | RF)) !== 0 || (s[INTR]! | s[WINDOW]!) !== 0) s[ATTENTION] = 1
}

/** An outer ring does not inherit segments it could not have loaded (SDM 3A 5.8.6). */
export function forgetInnerSegments(c: Cpu, ring: number): void {
  forgetInner(c, ES, ring)
  forgetInner(c, DS, ring)
  forgetInner(c, FS, ring)
  forgetInner(c, GS, ring)
}

function forgetInner(c: Cpu, segment: number, ring: number): void {
  const rights = c.s[RIGHTS + segment]!
  if (dplOf(rights) >= ring || (c.s[SELECTORS + segment]! & 0xfffc) === 0) return
  const conformingCode = (rights & (EXECUTABLE | CONFORMING)) === (EXECUTABLE | CONFORMING)
  if (!conformingCode) setNull(c, segment, 0)
}
