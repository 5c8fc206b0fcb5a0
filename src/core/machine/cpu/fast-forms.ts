import { classId } from './costs/counters.ts'
import {
  CLASS_SHIFT, CS, DS, FORM_REG_RM, FORM_RM_CL, FORM_RM_IMM, FORM_RM_REG, R_FAST, R_FORM, R_IMM, R_IMM2, R_LENGTH, R_MEM, R_REG, R_RM, R_SIZE, R_SOURCE, ECX, SELECTORS, SS,
} from './layout.ts'
import type { Opcode } from './opcode.ts'

/**
 * Frequent forms that the interpreter's switch does in place; everything else (0) goes to its handler. Each has the same meaning as the
 * handler of its name, which does the work wherever a memory operand cannot be reached directly. The switch repeats these numbers as
 * literals: only then is it compiled to a jump table.
 */
const WIDE: Readonly<Record<string, number>> = {
  mov: 1, lea: 2, movzxByte: 4, movzxWord: 5, movsxByte: 6, movsxWord: 7, add: 8, adc: 9, sub: 10, sbb: 11, and: 12, or: 13, xor: 14, cmp: 15, test: 16,
  inc: 17, dec: 18, neg: 19, not: 20, shl: 21, shr: 22, sar: 23, rol: 24, ror: 25, imul: 26,
  pushOperand: 36, pushImmediate: 36, pushSegment: 36, popOperand: 37, ret: 38, call: 39, jmp: 40, callIndirect: 41, jmpIndirect: 42, leave: 43, cwd: 44, nop: 46, jcc: 48, pusha: 64, popa: 65, movToSegment: 66, popSegment: 67,
}
const NARROW: Readonly<Record<string, number>> = { mov: 3, add: 28, sub: 29, and: 30, or: 31, xor: 32, cmp: 33, test: 34, nop: 46 }
const IMUL_IMMEDIATE = 27
const MOV_WORD = 47

/** Where the memory operand stands: nowhere; read as the source; read or written as the destination. */
const ROLE_NONE = 0
const ROLE_SOURCE = 1
const ROLE_READ = 2
const ROLE_WRITE = 3

/** Handlers whose r/m operand is a source whatever the form says, or whose destination is only read. */
const SOURCES = ['pushOperand', 'callIndirect', 'jmpIndirect', 'movzxByte', 'movzxWord', 'movsxByte', 'movsxWord', 'imul', 'movToSegment']
const SEGMENT_LOADS = ['movToSegment', 'popSegment']
const READERS = ['cmp', 'test']
const SHIFTS = ['shl', 'shr', 'sar', 'rol', 'ror']

/** Place of a register in the head of the memory, in units of its size; 1 byte: al cl dl bl ah ch dh bh. */
const placeOf = (register: number, size: number): number => (size === 1 && register >= 4 ? (register - 4) * 4 + 1 : (register * 4) / size)

/** Fills in what the interpreter's switch looks at: R_FAST and R_SOURCE. */
export function specialise(r: Int32Array, p: number, { handler, cost }: Opcode): void {
  let id = formId(r, p, handler)
  let role = ROLE_NONE
  if (id !== 0 && r[p + R_RM]! < 0 && handler !== 'lea') {
    role = r[p + R_FORM] === FORM_REG_RM || SOURCES.includes(handler) ? ROLE_SOURCE : READERS.includes(handler) ? ROLE_READ : ROLE_WRITE
    if (handler === 'nop') role = ROLE_NONE
    if (handler === 'popOperand') id = 0
  }
  if (r[p + R_RM]! < 0 && !plainAddress(r[p + R_MEM]!)) id = 0
  if (id === 0) role = ROLE_NONE
  const memorySize = role === ROLE_SOURCE ? sourceSize(r, p, handler) : r[p + R_SIZE]!
  r[p + R_FAST] = id | (role << 7) | (r[p + R_LENGTH]! << 9) | (destinationOf(r, p, handler) << 13) | ((memorySize >> 1) << 21) | (classId(cost) << CLASS_SHIFT)
  r[p + R_SOURCE] = sourceOf(r, p, handler)
}

/** 32 bits wide, relative to a segment that is flat when the fast forms run. */
function plainAddress(mem: number): boolean {
  const segment = (mem >> 12) & 15
  return (mem & 0x1_0000) === 0 && segment <= DS && segment !== CS
}

function formId(r: Int32Array, p: number, handler: string): number {
  const size = r[p + R_SIZE]!
  if (size === 1) return Object.hasOwn(NARROW, handler) ? NARROW[handler]! : 0
  if (size === 2) return handler === 'mov' ? MOV_WORD : 0
  if (!Object.hasOwn(WIDE, handler)) return 0
  if (SEGMENT_LOADS.includes(handler) && r[p + R_REG] === SS) return 0
  if (handler === 'jcc') return WIDE.jcc! + r[p + R_IMM2]!
  if (handler === 'imul' && r[p + R_FORM] === FORM_RM_IMM) return IMUL_IMMEDIATE
  return WIDE[handler]!
}

function destinationOf(r: Int32Array, p: number, handler: string): number {
  const size = r[p + R_SIZE]!
  if (SEGMENT_LOADS.includes(handler)) return r[p + R_REG]!
  if (r[p + R_FORM] === FORM_REG_RM || handler === 'imul' || handler === 'lea' || /^mov[sz]x/.test(handler)) return placeOf(r[p + R_REG]!, size)
  return r[p + R_RM]! < 0 ? 0 : placeOf(r[p + R_RM]!, size)
}

function sourceSize(r: Int32Array, p: number, handler: string): number {
  if (SHIFTS.includes(handler) || handler.endsWith('xByte')) return 1
  return handler.endsWith('xWord') || handler === 'movToSegment' ? 2 : r[p + R_SIZE]!
}

function sourceOf(r: Int32Array, p: number, handler: string): number {
  const form = r[p + R_FORM]!
  const size = sourceSize(r, p, handler)
  const immediate = ((p + R_IMM) * 4) / size
  if (handler === 'pushImmediate') return immediate
  if (handler === 'pushSegment') return SELECTORS + r[p + R_REG]!
  if (form === FORM_REG_RM || SOURCES.includes(handler)) return r[p + R_RM]! < 0 ? 0 : placeOf(r[p + R_RM]!, size)
  if (form === FORM_RM_REG) return placeOf(r[p + R_REG]!, size)
  return form === FORM_RM_CL ? ECX * 4 : immediate
}
