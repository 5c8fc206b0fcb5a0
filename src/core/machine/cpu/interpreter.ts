import { gpa } from '../memory/addresses.ts'
import { read, translateRead, write } from './access.ts'
import type { Cpu } from './cpu.ts'
import { decode } from './decoder.ts'
import { DB, DOUBLE_FAULT, FAULT, GP, PAGE_FAULT, raise, TS } from './fault.ts'
import { carry, condition } from './flags.ts'
import { FIRST_HANDLER, HANDLERS } from './handlers.ts'
import { interrupt } from './interrupts.ts'
import {
  ADJUST, ATTENTION, BASES, CARRY_A, CARRY_B, CPL, CS, DONE, EIP, EVENT_CYCLES, FAULT_ERROR, FAULT_VECTOR, FLAGS, HALTED, IF, INTR, ITERATIONS, LIMITS, OVERFLOW, PARITY,
  R_CYCLES, R_HANDLER, R_IMM, R_IMM2, R_LENGTH, R_NEXT, R_REG, R_RM, R_TARGET, RF, SHADOW, SIGN, SPENT, START, TF, ZERO,
} from './layout.ts'
import { moveStack, offsetOf, peek, push, segmentOf } from './operands.ts'

/** Why `run` came back: the count is reached; `hlt` waits for an interrupt; a fault could not even be reported (triple fault). */
export type Stop = 'limit' | 'halt' | 'shutdown'

const MOST_AT_ONCE = 1 << 30

/** Runs at most `count` instructions and deliveries, exactly so many unless `stopBy` shortens it. A faulting instruction is not counted; its delivery is. */
export function run(c: Cpu, count: number): Stop {
  c.stopAt = c.moment + count
  while (c.moment < c.stopAt) {
    if (c.s[ATTENTION] !== 0) {
      const stop = lookAround(c)
      if (stop) return stop
      if (c.moment >= c.stopAt) break
    }
    if (!slice(c, Math.min(c.stopAt - c.moment, MOST_AT_ONCE)) && !deliverFault(c)) return 'shutdown'
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
    if (attempt(c, () => interrupt(c, { vector, error: -1, cause: 'interrupt', resume: false }))) c.deliveries++
    else if (!deliverFault(c)) return 'shutdown'
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
  // The single-step trap belongs to the instruction before it, which was counted.
  if (vector !== DB) c.deliveries++
  for (;;) {
    if (attempt(c, () => interrupt(c, { vector, error, cause: 'fault', resume: vector !== DB && vector !== DOUBLE_FAULT }))) return true
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
  if (c.memory.isRam(gpa(physical)) && (physical & 0xfff) + c.records[p + R_LENGTH]! <= 0x1000) c.keepRecord(physical, c.records[p + R_LENGTH]!)
  return p
}

/** Sets the flags words from a 32-bit result; CARRY and OVERFLOW, ADJUST are the caller's. */
function result32(s: Int32Array, result: number): void {
  s[ZERO] = s[SIGN] = s[PARITY] = result
}

function add32(s: Int32Array, a: number, b: number): number {
  const result = (a + b) | 0
  result32(s, result)
  s[CARRY_A] = result
  s[CARRY_B] = a
  s[OVERFLOW] = (a ^ result) & (b ^ result)
  s[ADJUST] = a ^ b ^ result
  return result
}

function sub32(s: Int32Array, a: number, b: number): number {
  const result = (a - b) | 0
  result32(s, result)
  s[CARRY_A] = a
  s[CARRY_B] = b
  s[OVERFLOW] = (a ^ b) & (a ^ result)
  s[ADJUST] = a ^ b ^ result
  return result
}

function logic32(s: Int32Array, result: number): number {
  result32(s, result)
  s[CARRY_A] = s[CARRY_B] = s[OVERFLOW] = s[ADJUST] = 0
  return result
}

/** CF and OF from bit 0 of each; AF, undefined after shifts, is 0. */
function shift32(s: Int32Array, result: number, carryBit: number, overflowBit: number): number {
  result32(s, result)
  s[CARRY_A] = s[ADJUST] = 0
  s[CARRY_B] = carryBit & 1
  s[OVERFLOW] = overflowBit << 31
  return result
}

/**
 * Runs up to `most` instructions, until something needs attention; false: a fault, of the instruction at START. The literal case
 * labels are the ids of fast-forms.ts.
 */
// eslint-disable-next-line max-lines-per-function -- the hot loop: its locals live in registers only within one function
function slice(c: Cpu, most: number): boolean {
  const { s } = c
  let eip = s[EIP]!
  let done = 0
  let cycles = 0
  let p = 0
  /** Where the record found next is to be noted: NEXT or TARGET of the one before, in the same page. */
  let link = 0
  const flat = s[LIMITS + CS] === -1 && s[BASES + CS] === 0
  const single = (s[FLAGS]! & TF) !== 0
  try {
    do {
      s[START] = eip
      if (p === 0) {
        p = lookUp(c, eip)
        // Only records of one page are linked: they are dropped together.
        if (link !== 0 && p < c.freeRecord && s[ATTENTION] === 0) c.records[link] = p
      }
      const r = c.records
      const next = (eip + r[p + R_LENGTH]!) | 0
      let to = next
      const rm = r[p + R_RM]!
      const reg = r[p + R_REG]!
      switch (r[p + R_HANDLER]!) {
        case 1: s[rm] = s[reg]!; break
        case 2: s[rm] = r[p + R_IMM]!; break
        case 3: s[reg] = read(c, segmentOf(c, p), offsetOf(c, p), 4); break
        case 4: write(c, segmentOf(c, p), offsetOf(c, p), s[reg]!, 4); break
        case 5: s[reg] = offsetOf(c, p); break
        case 10: s[rm] = add32(s, s[rm]!, s[reg]!); break
        case 11: s[rm] = add32(s, s[rm]!, r[p + R_IMM]!); break
        case 12: s[rm] = sub32(s, s[rm]!, s[reg]!); break
        case 13: s[rm] = sub32(s, s[rm]!, r[p + R_IMM]!); break
        case 14: sub32(s, s[rm]!, s[reg]!); break
        case 15: sub32(s, s[rm]!, r[p + R_IMM]!); break
        case 16: s[rm] = logic32(s, s[rm]! & s[reg]!); break
        case 17: s[rm] = logic32(s, s[rm]! & r[p + R_IMM]!); break
        case 18: s[rm] = logic32(s, s[rm]! | s[reg]!); break
        case 19: s[rm] = logic32(s, s[rm]! | r[p + R_IMM]!); break
        case 20: s[rm] = logic32(s, s[rm]! ^ s[reg]!); break
        case 21: s[rm] = logic32(s, s[rm]! ^ r[p + R_IMM]!); break
        case 22: logic32(s, s[rm]! & s[reg]!); break
        case 23: logic32(s, s[rm]! & r[p + R_IMM]!); break
        case 24: {
          const a = s[rm]!
          const b = r[p + R_IMM]!
          const sum = (a + b + carry(s)) | 0
          result32(s, sum)
          s[CARRY_A] = 0
          s[CARRY_B] = ((a & b) | ((a | b) & ~sum)) >>> 31
          s[OVERFLOW] = (a ^ sum) & (b ^ sum)
          s[ADJUST] = a ^ b ^ sum
          s[rm] = sum
          break
        }
        case 25: {
          const a = s[rm]!
          const sum = (a + 1) | 0
          result32(s, sum)
          s[OVERFLOW] = sum & ~a
          s[ADJUST] = a ^ 1 ^ sum
          s[rm] = sum
          break
        }
        case 26: {
          const a = s[rm]!
          const difference = (a - 1) | 0
          result32(s, difference)
          s[OVERFLOW] = a & ~difference
          s[ADJUST] = a ^ 1 ^ difference
          s[rm] = difference
          break
        }
        case 27: {
          const n = r[p + R_IMM]! & 31
          if (n === 0) break
          const a = s[rm]!
          const bit = a >>> (32 - n)
          s[rm] = shift32(s, a << n, bit, ((a << n) >>> 31) ^ bit)
          break
        }
        case 28: {
          const n = r[p + R_IMM]! & 31
          if (n === 0) break
          const a = s[rm]!
          s[rm] = shift32(s, (a >>> n) | 0, a >>> (n - 1), n === 1 ? a >>> 31 : 0)
          break
        }
        case 29: {
          const n = r[p + R_IMM]! & 31
          if (n === 0) break
          const a = s[rm]!
          s[rm] = shift32(s, a >> n, a >> (n - 1), 0)
          break
        }
        case 30: {
          const n = r[p + R_IMM]! & 31
          if (n === 0) break
          const turned = (s[rm]! << n) | (s[rm]! >>> (32 - n))
          s[CARRY_A] = 0
          s[CARRY_B] = turned & 1
          s[OVERFLOW] = (turned ^ (turned << 31))
          s[rm] = turned
          break
        }
        case 32:
          if (!condition(s, r[p + R_IMM2]!)) break
          to = (next + r[p + R_IMM]!) | 0
          if (to >>> 0 > s[LIMITS + CS]! >>> 0) raise(s, GP, 0)
          break
        case 33:
          to = (next + r[p + R_IMM]!) | 0
          if (to >>> 0 > s[LIMITS + CS]! >>> 0) raise(s, GP, 0)
          break
        case 34: {
          const target = (next + r[p + R_IMM]!) | 0
          if (target >>> 0 > s[LIMITS + CS]! >>> 0) raise(s, GP, 0)
          push(c, next, 4)
          to = target
          break
        }
        case 35: {
          const target = peek(c, 0, 4)
          if (target >>> 0 > s[LIMITS + CS]! >>> 0) raise(s, GP, 0)
          moveStack(c, 4 + r[p + R_IMM]!)
          to = target
          break
        }
        case 36: push(c, s[rm]!, 4); break
        case 37: {
          const value = peek(c, 0, 4)
          moveStack(c, 4)
          s[rm] = value
          break
        }
        case 38: s[reg] = read(c, segmentOf(c, p), offsetOf(c, p), 1); break
        default:
          s[EIP] = next
          s[DONE] = done
          s[SPENT] = cycles
          HANDLERS[r[p + R_HANDLER]! - FIRST_HANDLER]!(c, p)
          to = s[EIP]!
      }
      cycles += r[p + R_CYCLES]!
      done++
      if (flat && p < c.freeRecord && ((eip ^ to) & ~0xfff) === 0 && (to === next || r[p + R_IMM]! + next === to)) {
        link = p + (to === next ? R_NEXT : R_TARGET)
        p = r[link]!
      } else p = link = 0
      eip = to
    } while (done < most && s[ATTENTION] === 0 && !single)
    s[EIP] = eip
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
  c.cycles += cycles + c.s[EVENT_CYCLES]! + c.s[ITERATIONS]!
  c.s[ITERATIONS] = c.s[EVENT_CYCLES] = c.s[DONE] = c.s[SPENT] = 0
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
