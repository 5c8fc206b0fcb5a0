import { gpa } from '../memory/addresses.ts'
import { translateRead } from './access.ts'
import type { Cpu } from './cpu.ts'
import { decode } from './decoder.ts'
import { FAULT, GP, raise } from './fault.ts'
import { FIRST_HANDLER, HANDLERS } from './handlers.ts'
import { BASES, CPL, CLASS_SHIFT, CS, DONE, EIP, HIDDEN_CODE, ITERATIONS, LIMITS, R_FAST, R_HANDLER, R_LENGTH, START } from './layout.ts'
import { requireExecutable } from './vmx/ept.ts'

/**
 * The plain interpreter: one instruction, always by its handler. It does what the loop in slice.ts leaves to it (single steps, segments
 * that are not flat, 16-bit code) and says what that loop must do.
 */
export function one(c: Cpu): boolean {
  const { s, records } = c
  const eip = s[EIP]!
  s[START] = eip
  try {
    const p = lookUp(c, eip)
    s[EIP] = (eip + records[p + R_LENGTH]!) | 0
    HANDLERS[records[p + R_HANDLER]! - FIRST_HANDLER]!(c, p)
    c.counts[c.side + (records[p + R_FAST]! >>> CLASS_SHIFT)]! += 1
    book(c, 1)
    return true
  } catch (error) {
    if (error !== FAULT) throw error
    book(c, 0)
    return false
  }
}

/** Books instructions of a slice, and what its handlers noted. */
export function book(c: Cpu, done: number): void {
  const { s } = c
  c.instructions += done
  c.iterations += s[ITERATIONS]!
  s[ITERATIONS] = s[DONE] = 0
}

/** Record of the instruction at EIP: found, or decoded and, where it lies in one page of RAM, kept. */
export function lookUp(c: Cpu, eip: number): number {
  const linear = (eip + c.s[BASES + CS]!) | 0
  if (eip >>> 0 > c.s[LIMITS + CS]! >>> 0) raise(c.s, GP, 0)
  const user = c.s[CPL] === 3
  const physical = gpa(translateRead(c, linear, user))
  if (c.s[HIDDEN_CODE] !== 0) requireExecutable(c, linear, user)
  const isRam = c.memory.isRam(physical)
  const known = isRam ? c.recordAt(physical) : 0
  const p = known !== 0 ? known : decode(c, eip)
  const length = c.records[p + R_LENGTH]!
  if (known !== 0) {
    if ((eip >>> 0) + length - 1 > c.s[LIMITS + CS]! >>> 0 && c.s[LIMITS + CS] !== -1) raise(c.s, GP, 0)
  } else if (isRam && (physical & 0xfff) + length <= 0x1000) c.keepRecord(physical, length)
  if (p < c.freeRecord && c.flat) c.keepJump(eip, p)
  return p
}
