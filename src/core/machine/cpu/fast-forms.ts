import { FORM_REG_RM, FORM_RM_IMM, FORM_RM_REG, R_FORM, R_HANDLER, R_MEM, R_REG, R_RM, R_SIZE } from './layout.ts'

/**
 * Frequent 32-bit forms have an id of their own, which the interpreter's switch does in place; everything else goes to its handler.
 * The switch repeats these numbers as literals: only then is it compiled to a jump table. Both have the same meaning as the handler
 * of the same name, which the recorded instructions check in either way.
 */
const REGISTER_FORMS: Readonly<Record<string, readonly [registers: number, immediate: number]>> = {
  mov: [1, 2], add: [10, 11], sub: [12, 13], cmp: [14, 15], and: [16, 17], or: [18, 19], xor: [20, 21], test: [22, 23], adc: [0, 24],
}
const IMMEDIATE_SHIFTS: Readonly<Record<string, number>> = { shl: 27, shr: 28, sar: 29, rol: 30 }
const ONE_OPERAND: Readonly<Record<string, number>> = { inc: 25, dec: 26, pushOperand: 36, popOperand: 37 }
const JUMPS: Readonly<Record<string, number>> = { jcc: 32, jmp: 33, call: 34 }

/** Replaces a record's handler by a form of the switch where there is one: RM becomes the destination, REG the source register. */
export function specialise(r: Int32Array, p: number, handler: string): void {
  const id = r[p + R_SIZE] === 4 ? fastId(r, p, handler) : 0
  if (id === 0) return
  r[p + R_HANDLER] = id
  if (r[p + R_FORM] !== FORM_REG_RM || r[p + R_RM]! < 0) return
  const destination = r[p + R_REG]!
  r[p + R_REG] = r[p + R_RM]!
  r[p + R_RM] = destination
}

function fastId(r: Int32Array, p: number, handler: string): number {
  const form = r[p + R_FORM]!
  if (Object.hasOwn(JUMPS, handler)) return JUMPS[handler]!
  if (r[p + R_RM]! < 0) return memoryId(r, p, handler, form)
  if (Object.hasOwn(REGISTER_FORMS, handler)) return form === FORM_RM_REG || form === FORM_REG_RM ? REGISTER_FORMS[handler]![0] : REGISTER_FORMS[handler]![1]
  if (Object.hasOwn(IMMEDIATE_SHIFTS, handler)) return form === FORM_RM_IMM ? IMMEDIATE_SHIFTS[handler]! : 0
  return ONE_OPERAND[handler] ?? (handler === 'ret' ? 35 : 0)
}

function memoryId(r: Int32Array, p: number, handler: string, form: number): number {
  if ((r[p + R_MEM]! & 0x1_0000) !== 0) return 0
  if (handler === 'lea') return 5
  if (handler === 'movzxByte') return 38
  if (handler !== 'mov') return 0
  return form === FORM_REG_RM ? 3 : form === FORM_RM_REG ? 4 : 0
}
