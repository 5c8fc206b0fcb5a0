import { linearForRead, linearForWrite, probeWrite, read, readLinear, write, writeLinear } from './access.ts'
import { condition, eflags, setArithmetic } from './flags.ts'
import type { Handler } from './handler.ts'
import {
  AC, ATTENTION, CPL, DF, EAX, EBP, EBX, ECX, EDX, ESP, FLAGS, FORM_REG_RM, ID, IF, INTR, IOPL_SHIFT, NT, R_FORM, R_IMM, R_IMM2, R_MEM, R_REG, R_RM, RF, SHADOW, SS, TF, WINDOW,
} from './layout.ts'
import {
  loadDestination, moveStack, offsetOf, peek, push, readOperand, register, segmentOf, setRegister, sizeOf, source, stackMask, stackTop, storeDestination, writeOperand,
} from './operands.ts'
import { loadSegment } from './segments.ts'

const mov: Handler = (c, p) => {
  const size = sizeOf(c, p)
  const value = source(c, p, size)
  if (c.records[p + R_FORM] === FORM_REG_RM) setRegister(c, c.records[p + R_REG]!, value, size)
  else writeOperand(c, p, value, size)
}

const movzxByte: Handler = (c, p) => setRegister(c, c.records[p + R_REG]!, readOperand(c, p, 1), sizeOf(c, p))
const movzxWord: Handler = (c, p) => setRegister(c, c.records[p + R_REG]!, readOperand(c, p, 2), sizeOf(c, p))
const movsxByte: Handler = (c, p) => setRegister(c, c.records[p + R_REG]!, (readOperand(c, p, 1) << 24) >> 24, sizeOf(c, p))
const movsxWord: Handler = (c, p) => setRegister(c, c.records[p + R_REG]!, (readOperand(c, p, 2) << 16) >> 16, sizeOf(c, p))
const lea: Handler = (c, p) => setRegister(c, c.records[p + R_REG]!, offsetOf(c, p), sizeOf(c, p))

const xchg: Handler = (c, p) => {
  const size = sizeOf(c, p)
  const number = c.records[p + R_REG]!
  const value = register(c, number, size)
  const other = loadDestination(c, p, size)
  storeDestination(c, p, value, size)
  setRegister(c, number, other, size)
}

const xlat: Handler = (c, p) => {
  const offset = (c.s[EBX]! + c.r8[EAX * 4]!) | 0
  c.r8[EAX * 4] = read(c, segmentOf(c, p), (c.records[p + R_MEM]! & 0x1_0000) === 0 ? offset : offset & 0xffff, 1)
}

const cmov: Handler = (c, p) => {
  const size = sizeOf(c, p)
  // The load happens, and may fault, whatever the condition says.
  const value = readOperand(c, p, size)
  if (condition(c.s, c.records[p + R_IMM2]!)) setRegister(c, c.records[p + R_REG]!, value, size)
}

const setcc: Handler = (c, p) => writeOperand(c, p, condition(c.s, c.records[p + R_IMM2]!) ? 1 : 0, 1)

const pushOperand: Handler = (c, p) => {
  const size = sizeOf(c, p)
  push(c, readOperand(c, p, size), size)
}

const pushImmediate: Handler = (c, p) => push(c, c.records[p + R_IMM]!, sizeOf(c, p))

/** The address of `pop [esp + n]` counts from the stack pointer after the pop. */
const popOperand: Handler = (c, p) => {
  const size = sizeOf(c, p)
  const value = peek(c, 0, size)
  const before = c.s[ESP]!
  moveStack(c, size)
  if (c.records[p + R_RM]! >= 0) return setRegister(c, c.records[p + R_RM]!, value, size)
  const after = c.s[ESP]!
  const offset = offsetOf(c, p)
  c.s[ESP] = before
  write(c, segmentOf(c, p), offset, value, size)
  c.s[ESP] = after
}

/** Eight stores of which none may happen if a later one faults: the range is probed first. */
const pusha: Handler = (c, p) => {
  const size = sizeOf(c, p)
  const esp = c.s[ESP]!
  for (let i = 0; i < 8; i++) probeWrite(c, linearForWrite(c, SS, stackTop(c, -size * (i + 1)), size), size)
  for (let i = 0; i < 8; i++) push(c, i === ESP ? esp : c.s[i]!, size)
}

const popa: Handler = (c, p) => {
  const size = sizeOf(c, p)
  for (let i = 0; i < 8; i++) readLinear(c, linearForRead(c, SS, stackTop(c, size * i), size), size)
  for (let i = 7; i >= 0; i--) {
    if (i !== ESP) setRegister(c, i, peek(c, 0, size), size)
    moveStack(c, size)
  }
}

const pushf: Handler = (c, p) => push(c, eflags(c.s) & ~RF, sizeOf(c, p))

/** IOPL changes only in ring 0, IF only where CPL ≤ IOPL; elsewhere both are silently kept, which is what made x86 hard to virtualize. */
const popf: Handler = (c, p) => {
  const size = sizeOf(c, p)
  const value = peek(c, 0, size)
  moveStack(c, size)
  const { s } = c
  let mask = TF | DF | NT | (size === 4 ? AC | ID : 0)
  if (s[CPL]! <= ((s[FLAGS]! >> IOPL_SHIFT) & 3)) mask |= IF
  if (s[CPL] === 0) mask |= 3 << IOPL_SHIFT
  s[FLAGS] = (s[FLAGS]! & ~mask & ~RF) | (value & mask)
  setArithmetic(s, value)
  if ((value & TF) !== 0 || (s[INTR]! | s[WINDOW]!) !== 0) s[ATTENTION] = 1
}

const lahf: Handler = (c) => {
  c.r8[EAX * 4 + 1] = eflags(c.s)
}

const sahf: Handler = (c) => setArithmetic(c.s, c.r8[EAX * 4 + 1]! | (eflags(c.s) & 0x800))

/** SDM 2A, ENTER: nesting levels modulo 32; the new frame must be writable before anything changes. */
const enter: Handler = (c, p) => {
  const size = sizeOf(c, p)
  const { s } = c
  const level = c.records[p + R_IMM2]! & 31
  const local = c.records[p + R_IMM]! & 0xffff
  const mask = stackMask(c)
  const frame = stackTop(c, -size)
  let top = frame
  write(c, SS, top, s[EBP]!, size)
  for (let i = 1; i < level; i++) {
    top = (top - size) & mask
    write(c, SS, top, read(c, SS, (s[EBP]! - size * i) & mask, size), size)
  }
  if (level > 0) {
    top = (top - size) & mask
    write(c, SS, top, frame, size)
  }
  const end = (top - local) & mask
  probeWrite(c, linearForWrite(c, SS, end, size), size)
  setRegister(c, EBP, frame, size)
  s[ESP] = (s[ESP]! & ~mask) | end
}

const leave: Handler = (c, p) => {
  const size = sizeOf(c, p)
  const { s } = c
  const mask = stackMask(c)
  const base = s[EBP]! & mask
  const value = readLinear(c, linearForRead(c, SS, base, size), size)
  s[ESP] = (s[ESP]! & ~mask) | ((base + size) & mask)
  setRegister(c, EBP, value, size)
}

/** To a register the selector is zero-extended to the operand size; to memory always 16 bits. */
const movFromSegment: Handler = (c, p) => {
  const selector = c.selectors[c.records[p + R_REG]!]!
  writeOperand(c, p, selector, c.records[p + R_RM]! >= 0 ? sizeOf(c, p) : 2)
}

const movToSegment: Handler = (c, p) => {
  const segment = c.records[p + R_REG]!
  loadSegment(c, segment, readOperand(c, p, 2))
  if (segment === SS) {
    c.s[SHADOW] = 2
    c.s[ATTENTION] = 1
    c.traps = false
  }
}

/** With 32-bit operands four bytes, the upper two zero (some models write only two). */
const pushSegment: Handler = (c, p) => push(c, c.selectors[c.records[p + R_REG]!]!, sizeOf(c, p))

const popSegment: Handler = (c, p) => {
  const size = sizeOf(c, p)
  const segment = c.records[p + R_REG]!
  const esp = c.s[ESP]!
  const value = peek(c, 0, 2)
  moveStack(c, size)
  const after = c.s[ESP]!
  c.s[ESP] = esp
  loadSegment(c, segment, value)
  c.s[ESP] = after
  if (segment === SS) {
    c.s[SHADOW] = 2
    c.s[ATTENTION] = 1
    c.traps = false
  }
}

/** lds, les, lfs, lgs, lss: offset, then selector; the segment is in IMM2. */
const loadFar: Handler = (c, p) => {
  const size = sizeOf(c, p)
  const offset = offsetOf(c, p)
  const value = read(c, segmentOf(c, p), offset, size)
  const selector = read(c, segmentOf(c, p), (offset + size) | 0, 2)
  loadSegment(c, c.records[p + R_IMM2]!, selector)
  setRegister(c, c.records[p + R_REG]!, value, size)
}

/** Compares EDX:EAX with 8 bytes; writes them back also when they differ. */
const cmpxchg8b: Handler = (c, p) => {
  const linear = linearForWrite(c, segmentOf(c, p), offsetOf(c, p), 8)
  probeWrite(c, linear, 4)
  probeWrite(c, (linear + 4) | 0, 4)
  const { s } = c
  const low = readLinear(c, linear, 4)
  const high = readLinear(c, (linear + 4) | 0, 4)
  const equal = low === s[EAX] && high === s[EDX]
  writeLinear(c, linear, equal ? s[EBX]! : low, 4)
  writeLinear(c, (linear + 4) | 0, equal ? s[ECX]! : high, 4)
  if (!equal) {
    s[EAX] = low
    s[EDX] = high
  }
  setArithmetic(s, (eflags(s) & ~0x40) | (equal ? 0x40 : 0))
}

const nop: Handler = () => undefined

export const MOVE_HANDLERS: Readonly<Record<string, Handler>> = {
  mov, movzxByte, movzxWord, movsxByte, movsxWord, lea, xchg, xlat, cmov, setcc, pushOperand, pushImmediate, popOperand, pusha, popa, pushf, popf, lahf, sahf,
  enter, leave, movFromSegment, movToSegment, pushSegment, popSegment, loadFar, cmpxchg8b, nop,
}
