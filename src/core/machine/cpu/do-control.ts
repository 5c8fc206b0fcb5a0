import { read } from './access.ts'
import type { Cpu } from './cpu.ts'
import { BP, BR, DB, GP, NM, OVERFLOW_TRAP, raise, UD, refuse, refusedOutsideRing0 } from './fault.ts'
import { carry, condition, overflow, setCarry } from './flags.ts'
import { farIndirect, farReturn, farTransfer, interruptReturn } from './far.ts'
import type { Handler } from './handler.ts'
import { interrupt } from './interrupts.ts'
import {
  CPL, CR0, CR0_MP, CR0_TS, ATTENTION, CS, DF, ECX, EIP, FLAGS, HALTED, IF, IOPL_SHIFT, LIMITS, PREFIX_ADDRESS16, R_IMM, R_IMM2, R_PREFIX, R_REG, SHADOW, ZERO,
} from './layout.ts'
import { moveStack, offsetOf, peek, push, readOperand, register, segmentOf, sizeOf } from './operands.ts'

/** A target beyond CS's limit is the jump's fault: #GP(0) at the jump. */
function target(c: Cpu, eip: number, size: number): number {
  const to = size === 2 ? eip & 0xffff : eip
  if (to >>> 0 > c.s[LIMITS + CS]! >>> 0) raise(c.s, GP, 0)
  return to
}

const relative = (c: Cpu, p: number): number => target(c, (c.s[EIP]! + c.records[p + R_IMM]!) | 0, sizeOf(c, p))

const jmp: Handler = (c, p) => {
  c.s[EIP] = relative(c, p)
}

const jcc: Handler = (c, p) => {
  if (condition(c.s, c.records[p + R_IMM2]!)) c.s[EIP] = relative(c, p)
}

const jmpIndirect: Handler = (c, p) => {
  const size = sizeOf(c, p)
  c.s[EIP] = target(c, readOperand(c, p, size), size)
}

const call: Handler = (c, p) => {
  const to = relative(c, p)
  push(c, c.s[EIP]!, sizeOf(c, p))
  c.s[EIP] = to
}

const callIndirect: Handler = (c, p) => {
  const size = sizeOf(c, p)
  const to = target(c, readOperand(c, p, size), size)
  push(c, c.s[EIP]!, size)
  c.s[EIP] = to
}

const ret: Handler = (c, p) => {
  const size = sizeOf(c, p)
  const to = target(c, peek(c, 0, size), size)
  moveStack(c, size + c.records[p + R_IMM]!)
  c.s[EIP] = to
}

const loopWhile = (again: (s: Int32Array) => boolean): Handler => (c, p) => {
  const { s } = c
  const mask = (c.records[p + R_PREFIX]! & PREFIX_ADDRESS16) === 0 ? -1 : 0xffff
  const count = (s[ECX]! - 1) & mask
  const jumps = count !== 0 && again(s)
  const to = jumps ? relative(c, p) : s[EIP]!
  s[ECX] = (s[ECX]! & ~mask) | count
  s[EIP] = to
}

const jecxz: Handler = (c, p) => {
  const mask = (c.records[p + R_PREFIX]! & PREFIX_ADDRESS16) === 0 ? -1 : 0xffff
  if ((c.s[ECX]! & mask) === 0) c.s[EIP] = relative(c, p)
}

const jmpFar: Handler = (c, p) => farTransfer(c, c.records[p + R_IMM2]!, c.records[p + R_IMM]!, sizeOf(c, p), false)
const callFar: Handler = (c, p) => farTransfer(c, c.records[p + R_IMM2]!, c.records[p + R_IMM]!, sizeOf(c, p), true)
const jmpFarIndirect: Handler = (c, p) => farIndirect(c, segmentOf(c, p), offsetOf(c, p), sizeOf(c, p), false)
const callFarIndirect: Handler = (c, p) => farIndirect(c, segmentOf(c, p), offsetOf(c, p), sizeOf(c, p), true)
const retFar: Handler = (c, p) => farReturn(c, sizeOf(c, p), c.records[p + R_IMM]!)
const iret: Handler = (c, p) => interruptReturn(c, sizeOf(c, p))

const softly = (c: Cpu, vector: number): void => interrupt(c, vector, -1, 'software', false)
const int: Handler = (c, p) => softly(c, c.records[p + R_IMM]! & 0xff)
const int3: Handler = (c) => softly(c, BP)
const int1: Handler = (c) => interrupt(c, DB, -1, 'fault', false)
const into: Handler = (c) => {
  if (overflow(c.s) < 0) softly(c, OVERFLOW_TRAP)
}

const bound: Handler = (c, p) => {
  const size = sizeOf(c, p)
  const offset = offsetOf(c, p)
  const narrow = (value: number): number => (size === 2 ? (value << 16) >> 16 : value)
  const lower = narrow(read(c, segmentOf(c, p), offset, size))
  const upper = narrow(read(c, segmentOf(c, p), (offset + size) | 0, size))
  const index = narrow(register(c, c.records[p + R_REG]!, size))
  if (index < lower || index > upper) raise(c.s, BR)
}

/** `cli` and `sti` need CPL ≤ IOPL (SDM 2A). */
const refusedByIopl = (c: Cpu, p: number): boolean => c.s[CPL]! > ((c.s[FLAGS]! >> IOPL_SHIFT) & 3) && refuse(c, p, GP, 0)

const cli: Handler = (c, p) => {
  if (refusedByIopl(c, p)) return
  c.s[FLAGS]! &= ~IF
}

/** The instruction after `sti` is still shielded. */
const sti: Handler = (c, p) => {
  if (refusedByIopl(c, p)) return
  if ((c.s[FLAGS]! & IF) === 0) c.s[SHADOW] = 1
  c.s[FLAGS]! |= IF
  c.s[ATTENTION] = 1
}

const hlt: Handler = (c, p) => {
  if (refusedOutsideRing0(c, p)) return
  c.s[HALTED] = c.s[ATTENTION] = 1
  c.observer?.halted()
}

/** There is no x87: its instructions ask for one (#NM), as CR0.EM = 1 does. */
const coprocessor: Handler = (c) => raise(c.s, NM)
const wait: Handler = (c) => {
  if ((c.s[CR0]! & (CR0_MP | CR0_TS)) === (CR0_MP | CR0_TS)) raise(c.s, NM)
}

export const CONTROL_HANDLERS: Readonly<Record<string, Handler>> = {
  jmp, jcc, jmpIndirect, call, callIndirect, ret, jecxz, jmpFar, callFar, jmpFarIndirect, callFarIndirect, retFar, iret, int, int3, int1, into, bound, cli, sti, hlt,
  coprocessor, wait,
  loop: loopWhile(() => true), loope: loopWhile((s) => s[ZERO] === 0), loopne: loopWhile((s) => s[ZERO] !== 0),
  ud: (c) => raise(c.s, UD),
  clc: (c) => setCarry(c.s, 0), stc: (c) => setCarry(c.s, 1), cmc: (c) => setCarry(c.s, carry(c.s) ^ 1),
  cld: (c) => void (c.s[FLAGS]! &= ~DF), std: (c) => void (c.s[FLAGS]! |= DF),
}
