import { linearForRead, readLinear } from './access.ts'
import type { Cpu } from './cpu.ts'
import { GATE, RETURN } from './costs/counters.ts'
import { GP, NP, raise } from './fault.ts'
import { flatReturn, forgetInnerSegments, restoreFlags } from './flat-crossings.ts'
import { CPL, CS, EIP, ESP, FLAGS, NT, SS } from './layout.ts'
import { pushFrame, pushOnInnerStack } from './interrupts.ts'
import { moveStack, peek, stackMask } from './operands.ts'
import { inRealMode, realReturn, realTransfer } from './real-mode.ts'
import { checkStackSegment, CODE_OR_DATA, CONFORMING, dplOf, EXECUTABLE, isCode, limitOf, PRESENT, readDescriptor, setSegment } from './segments.ts'

const CALL_GATE_32 = 0xc00
const CALL_GATE_16 = 0x400

/** Far `jmp` and `call` (SDM 2A): to code of the same ring, or through a call gate, which for `call` may lead inward. */
export function farTransfer(c: Cpu, selector: number, offset: number, size: number, call: boolean): void {
  const { s } = c
  if (inRealMode(c)) return realTransfer(c, selector, offset, size, call)
  if ((selector & 0xfffc) === 0) raise(s, GP, 0)
  readDescriptor(c, selector)
  const { descriptorLow: low, descriptorHigh: high } = c
  const error = selector & 0xfffc
  if ((high & CODE_OR_DATA) === 0) return throughCallGate(c, selector, low, high, call)
  if ((high & EXECUTABLE) === 0) raise(s, GP, error)
  const cpl = s[CPL]!
  const allowed = (high & CONFORMING) === 0 ? (selector & 3) <= cpl && dplOf(high) === cpl : dplOf(high) <= cpl
  if (!allowed) raise(s, GP, error)
  if ((high & PRESENT) === 0) raise(s, NP, error)
  const target = size === 4 ? offset : offset & 0xffff
  checkTarget(c, target, low, high)
  if (call) pushFrame(c, [c.selectors[CS]!, s[EIP]!], 2, size)
  setSegment(c, CS, (selector & 0xfffc) | cpl, low, high)
  s[EIP] = target
}

function throughCallGate(c: Cpu, gate: number, low: number, high: number, call: boolean): void {
  const { s } = c
  const type = high & 0x1f00
  const cpl = s[CPL]!
  // TSS descriptors and task gates belong to hardware task switching, which is not built: refused like any wrong type.
  if (type !== CALL_GATE_32 && type !== CALL_GATE_16) raise(s, GP, gate & 0xfffc)
  if (Math.max(cpl, gate & 3) > dplOf(high)) raise(s, GP, gate & 0xfffc)
  if ((high & PRESENT) === 0) raise(s, NP, gate & 0xfffc)
  const selector = low >>> 16
  if ((selector & 0xfffc) === 0) raise(s, GP, 0)
  readDescriptor(c, selector)
  const { descriptorLow, descriptorHigh } = c
  const error = selector & 0xfffc
  const conforming = (descriptorHigh & CONFORMING) !== 0
  const reachable = call || conforming ? dplOf(descriptorHigh) <= cpl : dplOf(descriptorHigh) === cpl
  if (!isCode(descriptorHigh) || !reachable) raise(s, GP, error)
  if ((descriptorHigh & PRESENT) === 0) raise(s, NP, error)
  const size = type === CALL_GATE_32 ? 4 : 2
  const target = size === 4 ? (high & 0xffff_0000) | (low & 0xffff) : low & 0xffff
  checkTarget(c, target, descriptorLow, descriptorHigh)
  if (call) {
    const back = [c.selectors[CS]!, s[EIP]!]
    const inward = !conforming && dplOf(descriptorHigh) < cpl
    if (inward) pushOnInnerStack(c, [...parameters(c, high & 31, size), ...back], (high & 31) + 2, dplOf(descriptorHigh), size, 0)
    else pushFrame(c, back, 2, size)
  }
  setSegment(c, CS, (selector & 0xfffc) | s[CPL]!, descriptorLow, descriptorHigh)
  s[EIP] = target
  c.counts[GATE]! += 1
  c.observer?.gate(cpl)
}

/** What the gate copies from the outer stack, in the order in which it is pushed. */
function parameters(c: Cpu, count: number, size: number): number[] {
  return Array.from({ length: count }, (_, i) => peek(c, (count - 1 - i) * size, size))
}

function checkTarget(c: Cpu, target: number, low: number, high: number): void {
  if (target >>> 0 > limitOf(low, high) >>> 0) raise(c.s, GP, 0)
}

/** Far `ret`; `release` bytes of parameters are dropped on both stacks. */
export function farReturn(c: Cpu, size: number, release: number): void {
  if (inRealMode(c)) return realReturn(c, size, release, false)
  const offset = peek(c, 0, size)
  const selector = peek(c, size, size) & 0xffff
  returnTo(c, selector, offset, size * 2, size, release, null)
}

/** `iret` in protected mode (SDM 2A). A return to another task (NT = 1) and to virtual-8086 mode are not built: #GP(0). */
export function interruptReturn(c: Cpu, size: number): void {
  const { s } = c
  if (inRealMode(c)) return realReturn(c, size, 0, true)
  if (size === 4 && c.flat && flatReturn(c)) return
  if ((s[FLAGS]! & NT) !== 0) raise(s, GP, 0)
  const offset = peek(c, 0, size)
  const selector = peek(c, size, size) & 0xffff
  const flags = peek(c, size * 2, size)
  if (size === 4 && (flags & 0x2_0000) !== 0 && s[CPL] === 0) raise(s, GP, 0)
  returnTo(c, selector, offset, size * 3, size, 0, flags)
}

function returnTo(c: Cpu, selector: number, offset: number, popped: number, size: number, release: number, flags: number | null): void {
  const { s } = c
  const cpl = s[CPL]!
  const target = size === 4 ? offset : offset & 0xffff
  if ((selector & 0xfffc) === 0) raise(s, GP, 0)
  readDescriptor(c, selector)
  const { descriptorLow: low, descriptorHigh: high } = c
  const error = selector & 0xfffc
  const ring = selector & 3
  if (!isCode(high) || ring < cpl) raise(s, GP, error)
  if ((high & CONFORMING) === 0 ? dplOf(high) !== ring : dplOf(high) > ring) raise(s, GP, error)
  if ((high & PRESENT) === 0) raise(s, NP, error)
  if (ring === cpl) {
    checkTarget(c, target, low, high)
    setSegment(c, CS, selector, low, high)
    moveStack(c, popped + release)
  } else {
    const esp = peek(c, popped + release, size)
    const ss = peek(c, popped + release + size, size) & 0xffff
    checkStackSegment(c, ss, ring, GP, 0)
    checkTarget(c, target, low, high)
    const { descriptorLow: stackLow, descriptorHigh: stackHigh } = c
    setSegment(c, SS, ss, stackLow, stackHigh)
    setSegment(c, CS, selector, low, high)
    const mask = stackMask(c)
    s[ESP] = (s[ESP]! & ~mask) | ((esp + release) & mask)
  }
  s[EIP] = target
  if (flags !== null) restoreFlags(c, flags, size, cpl)
  if (ring !== cpl) {
    c.setCpl(ring)
    forgetInnerSegments(c, ring)
  }
  c.counts[RETURN]! += 1
  c.observer?.returned(cpl)
}

/** Loads the offset and selector that a far pointer in memory holds, and goes there. */
export function farIndirect(c: Cpu, segment: number, offset: number, size: number, call: boolean): void {
  const target = readLinear(c, linearForRead(c, segment, offset, size), size)
  const selector = readLinear(c, linearForRead(c, segment, (offset + size) | 0, 2), 2)
  farTransfer(c, selector, target, size, call)
}
