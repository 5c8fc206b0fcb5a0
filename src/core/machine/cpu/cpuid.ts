import type { Handler } from './handler.ts'
import { EAX, EBX, ECX, EDX } from './layout.ts'

/** Four ASCII letters as a register holds them. */
const letters = (text: string): number => text.charCodeAt(0) | (text.charCodeAt(1) << 8) | (text.charCodeAt(2) << 16) | (text.charCodeAt(3) << 24)

/** Family 6, model 8, stepping 1. */
const SIGNATURE = 0x681
/** DE, PSE, TSC, MSR, CX8, SEP, CMOV: what is built and nothing else. No FPU. */
const FEATURES = 0x4 | 0x8 | 0x10 | 0x20 | 0x100 | 0x800 | 0x8000

/** Maker and features; leaves beyond are zero. */
export const cpuid: Handler = (c) => {
  const { s } = c
  const leaf = s[EAX]!
  s[EAX] = s[EBX] = s[ECX] = s[EDX] = 0
  if (leaf === 0) {
    s[EAX] = 1
    s[EBX] = letters('Glas')
    s[EDX] = letters('shou')
    s[ECX] = letters('se32')
  } else if (leaf === 1) {
    s[EAX] = SIGNATURE
    s[EDX] = FEATURES
  }
}
