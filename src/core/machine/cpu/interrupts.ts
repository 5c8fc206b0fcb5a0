import { probeWrite, readSystem, withinLimit, write, writeSystem } from './access.ts'
import type { Cpu } from './cpu.ts'
import { flatInterrupt } from './flat-crossings.ts'
import { GP, NP, raise, STACK_FAULT, TS } from './fault.ts'
import { eflags } from './flags.ts'
import { CPL, CS, EIP, ESP, FLAGS, IDT_BASE, IDT_LIMIT, IF, NT, RF, SELECTORS, SS, TF, TR } from './layout.ts'
import { checkStackSegment, CONFORMING, dplOf, isCode, limitOf, baseOf, PRESENT, readDescriptor, setSegment } from './segments.ts'
import type { Cause } from './observer.ts'
import { stackMask, stackTop } from './operands.ts'
import { inRealMode, realInterrupt } from './real-mode.ts'

/** What is pushed, one event at a time: not made anew for each. */
const frame = new Int32Array(4)

/**
 * Through a gate of the IDT (SDM 3A 6.12, 2A INT n); EIP is what is pushed. Nothing changes before the last check.
 * @param error -1: none.
 * @param cause `software`: the gate's DPL counts, and a fault on the way is not marked as external.
 * @param resume faults show RF = 1 in the EFLAGS they push, so that the restarted instruction is not stopped again at a breakpoint.
 */
export function interrupt(c: Cpu, vector: number, error: number, cause: Cause, resume: boolean): void {
  if (c.flat && flatInterrupt(c, vector, error, cause, resume)) return
  const { s } = c
  c.traps = false
  if (inRealMode(c)) return realInterrupt(c, vector, cause)
  const software = cause === 'software'
  const external = software ? 0 : 1
  const fromCpl = s[CPL]!
  const gateError = vector * 8 + 2 + external
  if (vector * 8 + 7 > s[IDT_LIMIT]!) raise(s, GP, gateError)
  const low = readSystem(c, (s[IDT_BASE]! + vector * 8) | 0, 4)
  const high = readSystem(c, (s[IDT_BASE]! + vector * 8 + 4) | 0, 4)
  const type = (high >> 8) & 31
  // 32-bit and 16-bit interrupt and trap gates. Task gates belong to hardware task switching, which is not built.
  if (type !== 0xe && type !== 0xf && type !== 6 && type !== 7) raise(s, GP, gateError)
  if (software && dplOf(high) < s[CPL]!) raise(s, GP, gateError)
  if ((high & PRESENT) === 0) raise(s, NP, gateError)
  const selector = low >>> 16
  if ((selector & 0xfffc) === 0) raise(s, GP, external)
  readDescriptor(c, selector, GP, external)
  const { descriptorLow, descriptorHigh } = c
  const selectorError = (selector & 0xfffc) | external
  if (!isCode(descriptorHigh) || dplOf(descriptorHigh) > s[CPL]!) raise(s, GP, selectorError)
  if ((descriptorHigh & PRESENT) === 0) raise(s, NP, selectorError)

  const size = (type & 8) === 0 ? 2 : 4
  // A trap shows RF = 0; an interrupt between two instructions shows it as it is (an `iret` may just have set it).
  const flags = resume ? eflags(s) | RF : cause === 'interrupt' ? eflags(s) : eflags(s) & ~RF
  frame[0] = flags
  frame[1] = s[SELECTORS + CS]!
  frame[2] = s[EIP]!
  frame[3] = error
  const words = error >= 0 ? 4 : 3
  const inward = (descriptorHigh & CONFORMING) === 0 && dplOf(descriptorHigh) < s[CPL]!
  if (inward) pushOnInnerStack(c, frame, words, dplOf(descriptorHigh), size, external)
  else pushFrame(c, frame, words, size)
  setSegment(c, CS, (selector & 0xfffc) | s[CPL]!, descriptorLow, descriptorHigh)
  const offset = size === 4 ? (high & 0xffff_0000) | (low & 0xffff) : low & 0xffff
  s[EIP] = offset
  s[FLAGS]! &= (type & 1) === 0 ? ~(TF | NT | RF | IF) : ~(TF | NT | RF)
  c.countDelivery(cause, vector)
  c.observer?.delivered(cause, vector, error, fromCpl)
}

/** Pushes the first `count` words of a frame on the present stack, or nothing. The first value ends up highest. */
export function pushFrame(c: Cpu, values: ArrayLike<number>, count: number, size: number): void {
  const bytes = count * size
  const bottom = stackTop(c, -bytes)
  if (!withinLimit(c, SS, bottom, bytes)) raise(c.s, STACK_FAULT, 0)
  probeWrite(c, (bottom + c.bases[SS]!) | 0, bytes)
  for (let i = 0; i < count; i++) write(c, SS, stackTop(c, -(i + 1) * size), values[i]!, size)
  const mask = stackMask(c)
  c.s[ESP] = (c.s[ESP]! & ~mask) | bottom
}

/** Takes the stack of ring `ring` from the TSS, pushes the old SS:ESP and the frame there, and changes CPL (SDM 3A 5.8.5). */
export function pushOnInnerStack(c: Cpu, values: ArrayLike<number>, count: number, ring: number, size: number, external: number): void {
  const { s } = c
  const wide = (c.rights[TR]! & 0x800) !== 0
  const at = wide ? 4 + ring * 8 : 2 + ring * 4
  const last = at + (wide ? 7 : 3)
  if ((c.rights[TR]! & PRESENT) === 0 || last > c.limits[TR]! >>> 0) raise(s, TS, (c.selectors[TR]! & 0xfffc) | external)
  const esp = readSystem(c, (c.bases[TR]! + at) | 0, wide ? 4 : 2)
  const ss = readSystem(c, (c.bases[TR]! + at + (wide ? 4 : 2)) | 0, 2)
  checkStackSegment(c, ss, ring, TS, external)
  const { descriptorLow: low, descriptorHigh: high } = c
  const all = count + 2
  const mask = (high & 0x40_0000) === 0 ? 0xffff : -1
  const bottom = (esp - all * size) & mask
  const limit = limitOf(low, high) >>> 0
  const fits = (high & CONFORMING) === 0 ? (bottom >>> 0) + all * size - 1 <= limit || limit === 0xffff_ffff : bottom >>> 0 > limit
  if (!fits) raise(s, STACK_FAULT, (ss & 0xfffc) | external)
  const base = baseOf(low, high)
  // An inner ring is 0, 1 or 2: its stores are the supervisor's. All lie in at most two pages; the far one is written first.
  for (let i = all - 1; i >= 0; i--) {
    const value = i === 0 ? c.selectors[SS]! : i === 1 ? s[ESP]! : values[i - 2]!
    writeSystem(c, (base + ((esp - (i + 1) * size) & mask)) | 0, value, size)
  }
  setSegment(c, SS, ss, low, high)
  s[ESP] = (s[ESP]! & ~mask) | ((esp - all * size) & mask)
  c.setCpl(ring)
}
