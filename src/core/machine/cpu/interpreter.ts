import { translateRead } from './access.ts'
import { gpa } from '../memory/addresses.ts'
import type { Cpu } from './cpu.ts'
import { decode } from './decoder.ts'
import { DB, DOUBLE_FAULT, FAULT, GP, PAGE_FAULT, raise, TS } from './fault.ts'
import { FIRST_HANDLER, HANDLERS } from './handlers.ts'
import { interrupt } from './interrupts.ts'
import {
  ATTENTION, BASES, CPL, CS, EIP, EVENT_CYCLES, FAULT_ERROR, FAULT_VECTOR, FLAGS, HALTED, IF, INTR, ITERATIONS, LIMITS, R_CYCLES, R_HANDLER, R_LENGTH, R_NEXT, RF, SHADOW, START, TF,
} from './layout.ts'

/** Why `run` came back: the count is reached; `hlt` waits for an interrupt; a fault could not even be reported (triple fault). */
export type Stop = 'limit' | 'halt' | 'shutdown'

const MOST_AT_ONCE = 1 << 30

/** Runs at most `count` instructions. A faulting instruction is not counted; its delivery is. */
export function run(c: Cpu, count: number): Stop {
  const end = c.instructions + count
  while (c.instructions < end) {
    if (c.s[ATTENTION] !== 0) {
      const stop = lookAround(c)
      if (stop) return stop
    }
    if (!slice(c, Math.min(end - c.instructions, MOST_AT_ONCE)) && !deliverFault(c)) return 'shutdown'
  }
  return c.s[HALTED] === 0 ? 'limit' : 'halt'
}

/** Exactly one instruction, or the delivery of the one fault it raises; no interrupts. */
export function step(c: Cpu): 'completed' | 'fault' | 'shutdown' {
  if (slice(c, 1)) return 'completed'
  return deliverFault(c) ? 'fault' : 'shutdown'
}

/** Between two instructions: shadow of `sti`, halt, interrupts. Leaves ATTENTION set only where the next instruction must come alone. */
function lookAround(c: Cpu): Stop | null {
  const { s } = c
  s[ATTENTION] = 0
  const wanted = s[INTR] !== 0 && (s[FLAGS]! & IF) !== 0
  if (s[SHADOW] !== 0) {
    s[SHADOW] = 0
    s[ATTENTION] = wanted ? 1 : 0
  } else if (wanted) {
    s[HALTED] = 0
    s[START] = s[EIP]!
    const vector = c.acknowledge()
    if (!attempt(c, () => interrupt(c, { vector, error: -1, software: false, resume: false })) && !deliverFault(c)) return 'shutdown'
    s[ATTENTION] = 0
  }
  return s[HALTED] === 0 ? null : 'halt'
}

/** True unless a fault was raised. */
function attempt(c: Cpu, action: () => void): boolean {
  try {
    action()
    return true
  } catch (error) {
    if (error !== FAULT) throw error
    return false
  }
}

/** Vectors that make a double fault of a second one (SDM 3A table 6-5). */
const contributory = (vector: number): boolean => vector === 0 || (vector >= TS && vector <= GP)

/** Delivers the fault in the state block; a fault on the way becomes a double fault, and one more ends in false: shut down. */
function deliverFault(c: Cpu): boolean {
  const { s } = c
  s[EIP] = s[START]!
  let vector = s[FAULT_VECTOR]!
  let error = s[FAULT_ERROR]!
  for (;;) {
    if (attempt(c, () => interrupt(c, { vector, error, software: false, resume: vector !== DB && vector !== DOUBLE_FAULT }))) return true
    const second = s[FAULT_VECTOR]!
    if (vector === DOUBLE_FAULT) return false
    const double = vector === PAGE_FAULT ? contributory(second) || second === PAGE_FAULT : contributory(vector) && contributory(second)
    vector = double ? DOUBLE_FAULT : second
    error = double ? 0 : s[FAULT_ERROR]!
  }
}

/** Record of the instruction at EIP: found, or decoded and, where it lies in one page of RAM, kept. */
function lookUp(c: Cpu, eip: number): number {
  const linear = (eip + c.s[BASES + CS]!) | 0
  if (eip >>> 0 > c.s[LIMITS + CS]! >>> 0) raise(c.s, GP, 0)
  const e = c.readTlb[linear >>> 12]! ^ 0xfff
  const physical = (e & 0xfff) === 0 ? linear + e : translateRead(c, linear, c.s[CPL] === 3)
  const known = c.memory.isRam(gpa(physical)) ? c.recordAt(physical) : 0
  if (known !== 0) return known
  const p = decode(c, eip)
  if (c.memory.isRam(gpa(physical)) && (physical & 0xfff) + c.records[p + R_LENGTH]! <= 0x1000) c.keepRecord(physical)
  return p
}

/** Runs up to `most` instructions, until something needs attention; false: a fault, of the instruction at START. */
 
function slice(c: Cpu, most: number): boolean {
  const { s } = c
  let eip = s[EIP]!
  let done = 0
  let cycles = 0
  let p = 0
  let previous = 0
  const flat = s[LIMITS + CS] === -1
  const single = (s[FLAGS]! & TF) !== 0
  try {
    do {
      if (p === 0) {
        s[START] = eip
        p = lookUp(c, eip)
        // Only records of one page are linked: they are dropped together.
        if (previous !== 0 && flat && p < c.freeRecord && s[ATTENTION] === 0) c.records[previous + R_NEXT] = p
      }
      const r = c.records
      const next = (eip + r[p + R_LENGTH]!) | 0
      s[START] = eip
      s[EIP] = next
      HANDLERS[r[p + R_HANDLER]! - FIRST_HANDLER]!(c, p)
      cycles += r[p + R_CYCLES]!
      done++
      eip = s[EIP]!
      if (eip === next && p < c.freeRecord && ((eip ^ s[START]) & ~0xfff) === 0) {
        previous = p
        p = r[p + R_NEXT]!
      } else p = previous = 0
    } while (done < most && s[ATTENTION] === 0 && !single)
    s[FLAGS]! &= ~RF
    return finish(c, done, cycles) && (!single || trap(c))
  } catch (error) {
    if (error !== FAULT) throw error
    finish(c, done, cycles)
    return false
  }
}

/** Books what was done. */
function finish(c: Cpu, done: number, cycles: number): true {
  c.instructions += done
  c.iterations += c.s[ITERATIONS]!
  c.cycles += cycles + c.s[EVENT_CYCLES]!
  c.s[ITERATIONS] = c.s[EVENT_CYCLES] = 0
  return true
}

/** The single-step trap after an instruction that began with TF = 1: not restarted, so START moves on. */
function trap(c: Cpu): false {
  const { s } = c
  s[START] = s[EIP]!
  s[FAULT_VECTOR] = DB
  s[FAULT_ERROR] = -1
  return false
}
