import type { Cpu } from './cpu.ts'
import { ABANDONED, ATTENTION, CPL, CLASS_SHIFT, EIP, FAULT_ERROR, FAULT_VECTOR, R_FAST, START } from './layout.ts'

export const DE = 0
export const DB = 1
export const BP = 3
export const OVERFLOW_TRAP = 4
export const BR = 5
export const UD = 6
export const NM = 7
export const DOUBLE_FAULT = 8
export const TS = 10
export const NP = 11
export const STACK_FAULT = 12
export const GP = 13
export const PAGE_FAULT = 14

class CpuFault extends Error {}

/** What is thrown for every fault, made once: making an `Error` would cost more than the guest's whole handler. */
export const FAULT = new CpuFault('a fault of the simulated processor')

/** Abandons the current instruction. `error` -1: this vector pushes no error code. */
export function raise(s: Int32Array, vector: number, error = -1): never {
  s[FAULT_VECTOR] = vector
  s[FAULT_ERROR] = error
  throw FAULT
}

/**
 * The same for an instruction that has changed nothing yet: its handler comes back, which costs a fraction of what is thrown, and `run` takes back that it was
 * counted. For what a monitor's guest runs into all the time. Always true.
 */
export function refuse(c: Cpu, p: number, vector: number, error: number): true {
  const { s } = c
  s[FAULT_VECTOR] = vector
  s[FAULT_ERROR] = error
  s[EIP] = s[START]!
  s[ABANDONED] = -1 - (c.records[p + R_FAST]! >>> CLASS_SHIFT)
  s[ATTENTION] = 1
  c.traps = false
  return true
}

/** #GP(0) for a privileged instruction, which then must not go on. */
export const refusedOutsideRing0 = (c: Cpu, p: number): boolean => c.s[CPL] !== 0 && refuse(c, p, GP, 0)
