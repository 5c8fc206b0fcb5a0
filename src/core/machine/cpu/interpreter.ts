import type { Cpu } from './cpu.ts'
import { DB, DOUBLE_FAULT, FAULT, GP, PAGE_FAULT, TS } from './fault.ts'
import { interrupt } from './interrupts.ts'
import { ATTENTION, DR0, EIP, FAULT_ERROR, FAULT_VECTOR, FLAGS, HALTED, IF, INTR, RF, SHADOW, START, TF } from './layout.ts'
import type { Cause } from './observer.ts'
import { one } from './one.ts'
import { slice } from './slice.ts'

/** Why `run` came back: the count is reached; `hlt` waits for an interrupt; a fault could not even be reported (triple fault). */
export type Stop = 'limit' | 'halt' | 'shutdown'

const MOST_AT_ONCE = 1 << 30
/** BS of DR6. */
const SINGLE_STEP = 0x4000

/** Runs at most `count` instructions and deliveries, exactly so many unless `stopBy` shortens it. A faulting instruction is not counted; its delivery is. */
export function run(c: Cpu, count: number): Stop {
  c.stopAt = c.moment + count
  while (c.moment < c.stopAt) {
    if (c.s[ATTENTION] !== 0) {
      const stop = lookAround(c)
      if (stop) return stop
      if (c.moment >= c.stopAt) break
    }
    const each = c.observer?.each ?? null
    if (each) {
      each()
      if (c.moment >= c.stopAt) break
    }
    if (!some(c, Math.min(c.stopAt - c.moment, MOST_AT_ONCE), each) && !deliverFault(c)) return 'shutdown'
  }
  return c.s[HALTED] === 0 ? 'limit' : 'halt'
}

/** At least one instruction and at most `most`; false: a fault, of the instruction at START. */
function some(c: Cpu, most: number, each: (() => void) | null): boolean {
  const flags = c.s[FLAGS]!
  if ((flags & TF) === 0 && c.flat && (c.ring === null || (flags & RF) === 0)) {
    c.s[FLAGS] = flags & ~RF
    return slice(c, c.s[ATTENTION] === 0 ? most : 1, each)
  }
  c.ring?.take()
  c.s[FLAGS] = flags & ~RF
  c.traps = true
  return one(c) && ((flags & TF) === 0 || !c.traps || trap(c))
}

/** The single-step trap after an instruction that began with TF = 1: not restarted, so START moves on. */
function trap(c: Cpu): false {
  const { s } = c
  s[START] = s[EIP]!
  s[FAULT_VECTOR] = DB
  s[FAULT_ERROR] = -1
  s[DR0 + 6]! |= SINGLE_STEP
  return false
}

/** Exactly one instruction, or the delivery of the one fault it raises; no interrupts. */
export function step(c: Cpu): 'completed' | 'fault' | 'shutdown' {
  if (some(c, 1, null)) return 'completed'
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
    if (attempt(c, vector, -1, 'interrupt', false)) c.deliveries++
    else if (!deliverFault(c)) return 'shutdown'
    s[ATTENTION] = 0
  }
  return s[HALTED] === 0 ? null : 'halt'
}

/** Delivers; true unless that raised a fault. */
function attempt(c: Cpu, vector: number, error: number, cause: Cause, resume: boolean): boolean {
  try {
    interrupt(c, vector, error, cause, resume)
    return true
  } catch (thrown) {
    if (thrown !== FAULT) throw thrown
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
  // The single-step trap belongs to the instruction before it, which was counted.
  if (vector !== DB) c.deliveries++
  for (;;) {
    if (attempt(c, vector, error, 'fault', vector !== DB && vector !== DOUBLE_FAULT)) return true
    const second = s[FAULT_VECTOR]!
    if (vector === DOUBLE_FAULT) return false
    const double = vector === PAGE_FAULT ? contributory(second) || second === PAGE_FAULT : contributory(vector) && contributory(second)
    vector = double ? DOUBLE_FAULT : second
    error = double ? 0 : s[FAULT_ERROR]!
  }
}
