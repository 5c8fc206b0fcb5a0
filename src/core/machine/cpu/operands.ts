import { linearForRead, linearForWrite, readForUpdate, readLinear, write, writeLinear } from './access.ts'
import type { Cpu } from './cpu.ts'
import {
  ECX, ESP, FORM_REG_RM, FORM_RM_CL, FORM_RM_REG, R_DISP, R_FORM, R_IMM, R_MEM, R_REG, R_RM, R_SIZE, RIGHTS, SS,
} from './layout.ts'

/** Registers by their encoded number; 1 byte: al cl dl bl ah ch dh bh. */
export function register(c: Cpu, number: number, size: number): number {
  if (size === 4) return c.s[number]!
  return size === 2 ? c.r16[number * 2]! : c.r8[number < 4 ? number * 4 : (number - 4) * 4 + 1]!
}

export function setRegister(c: Cpu, number: number, value: number, size: number): void {
  if (size === 4) c.s[number] = value
  else if (size === 2) c.r16[number * 2] = value
  else c.r8[number < 4 ? number * 4 : (number - 4) * 4 + 1] = value
}

/** Offset of the memory operand in its segment. */
export function offsetOf(c: Cpu, p: number): number {
  const mem = c.records[p + R_MEM]!
  const offset = (c.s[mem & 15]! + (c.s[(mem >> 4) & 15]! << ((mem >> 8) & 3)) + c.records[p + R_DISP]!) | 0
  return (mem & 0x1_0000) === 0 ? offset : offset & 0xffff
}

export const segmentOf = (c: Cpu, p: number): number => (c.records[p + R_MEM]! >> 12) & 15

/** The r/m operand, read only. */
export function readOperand(c: Cpu, p: number, size: number): number {
  const rm = c.records[p + R_RM]!
  return rm >= 0 ? register(c, rm, size) : readLinear(c, linearForRead(c, segmentOf(c, p), offsetOf(c, p), size), size)
}

/** The r/m operand, written only. */
export function writeOperand(c: Cpu, p: number, value: number, size: number): void {
  const rm = c.records[p + R_RM]!
  if (rm >= 0) setRegister(c, rm, value, size)
  else write(c, segmentOf(c, p), offsetOf(c, p), value, size)
}

/**
 * Reads the destination of an operation that will write it back by `storeDestination`. A memory operand faults here as a write,
 * which is what hardware reports for read-modify-write, so the store cannot fault and flags may change before it.
 */
export function loadDestination(c: Cpu, p: number, size: number): number {
  const rm = c.records[p + R_RM]!
  if (rm >= 0) return register(c, rm, size)
  return readForUpdate(c, linearForWrite(c, segmentOf(c, p), offsetOf(c, p), size), size)
}

export function storeDestination(c: Cpu, p: number, value: number, size: number): void {
  const rm = c.records[p + R_RM]!
  if (rm >= 0) setRegister(c, rm, value, size)
  else writeLinear(c, (offsetOf(c, p) + c.bases[segmentOf(c, p)]!) | 0, value, size)
}

/** Two-operand instructions by the record's form: source, destination read for update, and the store. */
export function source(c: Cpu, p: number, size: number): number {
  const form = c.records[p + R_FORM]!
  if (form === FORM_RM_REG) return register(c, c.records[p + R_REG]!, size)
  if (form === FORM_REG_RM) return readOperand(c, p, size)
  if (form === FORM_RM_CL) return c.r8[ECX * 4]!
  const value = c.records[p + R_IMM]!
  return size === 4 ? value : size === 2 ? value & 0xffff : value & 0xff
}

export function destination(c: Cpu, p: number, size: number): number {
  return c.records[p + R_FORM] === FORM_REG_RM ? register(c, c.records[p + R_REG]!, size) : loadDestination(c, p, size)
}

/** For `cmp` and `test`, which do not write. */
export function firstOperand(c: Cpu, p: number, size: number): number {
  return c.records[p + R_FORM] === FORM_REG_RM ? register(c, c.records[p + R_REG]!, size) : readOperand(c, p, size)
}

export function putDestination(c: Cpu, p: number, value: number, size: number): void {
  if (c.records[p + R_FORM] === FORM_REG_RM) setRegister(c, c.records[p + R_REG]!, value, size)
  else storeDestination(c, p, value, size)
}

export const sizeOf = (c: Cpu, p: number): number => c.records[p + R_SIZE]!

/** A stack segment with B = 0 uses SP. */
export const stackMask = (c: Cpu): number => ((c.s[RIGHTS + SS]! & 0x40_0000) !== 0 ? -1 : 0xffff)

export const stackTop = (c: Cpu, by = 0): number => (c.s[ESP]! + by) & stackMask(c)

export function moveStack(c: Cpu, by: number): void {
  const mask = stackMask(c)
  c.s[ESP] = (c.s[ESP]! & ~mask) | ((c.s[ESP]! + by) & mask)
}

/** ESP moves only after the store has succeeded. */
export function push(c: Cpu, value: number, size: number): void {
  write(c, SS, stackTop(c, -size), value, size)
  moveStack(c, -size)
}

/** The value at `by` bytes above the stack's top; ESP stays. */
export function peek(c: Cpu, by: number, size: number): number {
  return readLinear(c, linearForRead(c, SS, stackTop(c, by), size), size)
}
