import { PORT } from '../../../machine/board/layout.ts'
import type { Opcode } from '../../../machine/cpu/opcode.ts'
import { ruleOf, type Way } from './rules.ts'

const CS_PREFIX = 0x2e
const GS_PREFIX = 0x65
const PREFIXES: ReadonlySet<number> = new Set([0x26, CS_PREFIX, 0x36, 0x3e, 0x64, GS_PREFIX, 0x66, 0x67, 0xf0, 0xf2, 0xf3])
const FLOW: ReadonlySet<Way> = new Set(['jump', 'condition', 'near-loop', 'call', 'return', 'indirect-jump', 'indirect-call'])
/** Behind these the next bytes need not be instructions, or run in another ring. */
const ENDS: ReadonlySet<string> = new Set([
  'jmpFar', 'callFar', 'jmpFarIndirect', 'callFarIndirect', 'retFar', 'iret', 'int', 'int3', 'int1', 'ud', 'sysenter', 'sysexit', 'hlt', 'movToControl',
])
/** ES, DS and FS, as encoded. */
const SHOWN_SELECTORS: ReadonlySet<number> = new Set([0, 3, 4])

/** How many of the bytes are prefixes. */
export function prefixLength(bytes: Uint8Array): number {
  let n = 0
  while (PREFIXES.has(bytes[n] ?? 0)) n++
  return n
}

/** What is made of one instruction where it stands: its bytes and the guest's ring decide where the opcode alone does not. */
export function wayOf(bytes: Uint8Array, entry: Opcode | null, cpl: number): Way {
  if (!entry) return 'call-out'
  const prefixes = bytes.subarray(0, prefixLength(bytes))
  const { way } = ruleOf(entry)
  if (prefixes.includes(CS_PREFIX) || prefixes.includes(GS_PREFIX)) return 'call-out'
  if (FLOW.has(way)) return prefixes.some((byte) => byte !== 0x26 && byte !== 0x36 && byte !== 0x3e && byte !== 0x64) ? 'call-out' : way
  if (way === 'clear-interrupts') return cpl === 0 && prefixes.length === 0 ? way : 'call-out'
  if (way === 'control-write') return cpl === 0 && prefixes.length === 0 && ((bytes[2]! >> 3) & 7) === 2 ? way : 'call-out'
  if (way === 'port-read') return cpl === 0 && prefixes.length === 0 && bytes[0] === 0xe4 && bytes[1] === PORT.post ? way : 'call-out'
  if (way === 'selector') return SHOWN_SELECTORS.has(selectorOf(bytes.subarray(prefixes.length))) ? 'copy' : 'call-out'
  return way
}

/** The segment register that `push` or `mov` reads. */
function selectorOf(bytes: Uint8Array): number {
  if (bytes[0] === 0x8c) return (bytes[1]! >> 3) & 7
  return bytes[0] === 0x0f ? (bytes[1]! >> 3) & 7 : bytes[0]! >> 3
}

/** Whether a run of translation units ends with the instruction: nothing falls through to what lies behind it. */
export function endsRun(way: Way, entry: Opcode | null): boolean {
  return !entry || way === 'jump' || way === 'call' || way === 'return' || way === 'indirect-jump' || way === 'indirect-call' || (way === 'call-out' && ENDS.has(entry.handler))
}
