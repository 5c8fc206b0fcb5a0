import { disassemble } from '../assembler/disassemble.ts'
import type { Cpu } from '../cpu/cpu.ts'
import { CPL, CR3, ESP } from '../cpu/layout.ts'
import { linearEip, peekLinear } from '../inspect/peek.ts'

const LONGEST_INSTRUCTION = 15
/** A callee may drop so many bytes of parameters; farther away is another stack. */
const WIDEST_RETURN = 4096
const CALLS = new Set(['call', 'callIndirect', 'callFar', 'callFarIndirect', 'int', 'int3', 'int1', 'into', 'sysenter'])
const STRINGS = new Set(['movs', 'stos', 'lods', 'cmps', 'scas', 'ins', 'outs'])
const PREFIXES = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf2, 0xf3])
/** `ret`, `retf`, `iret`. */
const RETURNS = new Set([0xc2, 0xc3, 0xca, 0xcb, 0xcf])

/** Length of the instruction at a linear address (0: nothing to read), whether it goes elsewhere to come back, and whether it is `hlt`. */
export function instructionAt(cpu: Cpu, linear: number): { readonly length: number; readonly leaves: boolean; readonly halts: boolean } {
  const bytes = peekLinear(cpu, linear, LONGEST_INSTRUCTION)
  if (!bytes) return { length: 0, leaves: false, halts: false }
  const { length, entry } = disassemble(bytes, linear)
  const handler = entry?.handler ?? ''
  const repeated = STRINGS.has(handler) && (bytes.subarray(0, length - 1).includes(0xf3) || bytes.subarray(0, length - 1).includes(0xf2))
  return { length, leaves: CALLS.has(handler) || repeated, halts: handler === 'hlt' }
}

/** Whether the processor is about to return from a routine or a handler. */
export function isReturn(cpu: Cpu): boolean {
  const bytes = peekLinear(cpu, linearEip(cpu), 4)
  const at = bytes?.findIndex((byte) => !PREFIXES.has(byte)) ?? -1
  return bytes !== null && at >= 0 && (RETURNS.has(bytes[at]!) || (bytes[at] === 0x0f && bytes[at + 1] === 0x35))
}

/** Remembers the present frame; the answer says whether the processor is in it again, or in one around it: same ring, same pages, no deeper on the stack. */
export function frameOf(cpu: Cpu): () => boolean {
  const { s } = cpu
  const [esp, cpl, cr3] = [s[ESP]!, s[CPL]!, s[CR3]!]
  return () => s[CPL] === cpl && s[CR3] === cr3 && (s[ESP]! - esp) >>> 0 < WIDEST_RETURN
}
