import { eflags } from '../../machine/cpu/flags.ts'
import { BASES, CPL, CR0, CR2, CR3, CR4, DR0, EIP, FLAGS, GDT_BASE, GDT_LIMIT, HALTED, IDT_BASE, IDT_LIMIT, IF, IOPL_SHIFT, LDTR, LIMITS, RIGHTS, SELECTORS, STATE_WORDS, SYSENTER_CS, TR } from '../../machine/cpu/layout.ts'
import { RESULTS, RESULTS_BYTES, TABLES } from './world.ts'

/** What one instruction left behind. */
export interface Outcome {
  /** null: it completed. */
  fault: { readonly vector: number; readonly error: number } | null
  /** State block before and after it. */
  readonly before: Int32Array
  readonly after: Int32Array
  /** The words at RESULTS. */
  readonly results: Int32Array
  /** Place of the first word of TABLES that it changed, or -1. */
  tableChanged: number
  ports: number
  translationDropped: boolean
}

/** One thing in which two states differ, and its two values as they are shown. */
export interface Difference {
  readonly what: string
  readonly values: readonly [string, string]
}

export const newOutcome = (): Outcome => ({
  fault: null, before: new Int32Array(STATE_WORDS), after: new Int32Array(STATE_WORDS),
  results: new Int32Array(RESULTS_BYTES / 4), tableChanged: -1, ports: 0, translationDropped: false,
})

const hexOf = (value: number): string => (value >>> 0).toString(16).toUpperCase()
const REGISTERS = ['EAX', 'ECX', 'EDX', 'EBX', 'ESP', 'EBP', 'ESI', 'EDI']
const SEGMENTS = ['ES', 'CS', 'SS', 'DS', 'FS', 'GS', 'LDTR', 'TR']
/** Bits of EFLAGS that belong to the program, not to the machine. RF is the debugger's. */
const PROGRAM_FLAGS: readonly (readonly [string, number])[] = [
  ['ZF', 0x40], ['CF', 1], ['PF', 4], ['AF', 0x10], ['SF', 0x80], ['TF', 0x100], ['DF', 0x400], ['OF', 0x800], ['NT', 0x4000], ['AC', 0x4_0000], ['ID', 0x20_0000],
]
const PROGRAM_MASK = PROGRAM_FLAGS.reduce((mask, [, bit]) => mask | bit, 0)

/** A part of the configuration: where in the state block, which bits of the word, and how far they are from its end. */
interface Part {
  readonly what: string
  readonly at: number
  readonly mask: number
  readonly shift: number
}
const part = (what: string, at: number, mask = -1, shift = 0): Part => ({ what, at, mask, shift })

/** What decides which memory, which code and which devices are reached, and with what rights: Popek and Goldberg's resources and mode, on this processor. */
const CONFIGURATION: readonly Part[] = [
  part('CPL', CPL), part('IF', FLAGS, IF, 9), part('IOPL', FLAGS, 3 << IOPL_SHIFT, IOPL_SHIFT), part('halted', HALTED),
  part('CR0', CR0), part('CR2', CR2), part('CR3', CR3), part('CR4', CR4),
  part('GDTR base', GDT_BASE), part('GDTR limit', GDT_LIMIT), part('IDTR base', IDT_BASE), part('IDTR limit', IDT_LIMIT),
  ...[LDTR, TR, ...[0, 1, 2, 3, 4, 5]].flatMap((n) => [
    part(SEGMENTS[n]!, SELECTORS + n), part(`${SEGMENTS[n]!} base`, BASES + n), part(`${SEGMENTS[n]!} limit`, LIMITS + n), part(`${SEGMENTS[n]!} rights`, RIGHTS + n),
  ]),
  ...[0, 1, 2, 3, 6, 7].map((n) => part(`DR${n}`, DR0 + n)),
  ...[0, 1, 2].map((n) => part(`MSR ${hexOf(0x174 + n)}`, SYSENTER_CS + n)),
]

/** What an instruction that completed did to the machine's configuration; null: nothing. */
export function configurationChange({ before, after, tableChanged, ports, translationDropped }: Outcome): Difference | null {
  for (const one of CONFIGURATION) if (((before[one.at]! ^ after[one.at]!) & one.mask) !== 0) return different(one, before, after)
  if (ports > 0) return { what: 'ports', values: ['0', hexOf(ports)] }
  if (translationDropped) return { what: 'TLB', values: ['kept', 'dropped'] }
  return tableChanged < 0 ? null : { what: `table at ${hexOf(TABLES + tableChanged * 4)}`, values: ['as it was', 'written'] }
}

/**
 * Where two runs that began with the same registers and memory, but not with the same configuration, ended with something else: null, nowhere. A part of the configuration
 * that both left as it was is the difference they began with, and does not count.
 */
export function resultDifference(a: Outcome, b: Outcome): Difference | null {
  for (let n = 0; n < 8; n++) if (a.after[n] !== b.after[n]) return pair(REGISTERS[n]!, a.after[n]!, b.after[n]!)
  const [x, y] = [eflags(a.after), eflags(b.after)]
  if (((x ^ y) & PROGRAM_MASK) !== 0) {
    const [name, bit] = PROGRAM_FLAGS.find(([, mask]) => ((x ^ y) & mask) !== 0)!
    return pair(name, x & bit ? 1 : 0, y & bit ? 1 : 0)
  }
  const word = differentWord(a.results, b.results)
  if (word >= 0) return pair(`memory at ${hexOf(RESULTS + word * 4)}`, a.results[word]!, b.results[word]!)
  for (const one of CONFIGURATION) {
    const [x, y] = [a.after[one.at]!, b.after[one.at]!]
    if (((x ^ y) & one.mask) !== 0 && (((x ^ a.before[one.at]!) | (y ^ b.before[one.at]!)) & one.mask) !== 0) return different(one, a.after, b.after)
  }
  return a.after[EIP] === b.after[EIP] ? null : pair('EIP', a.after[EIP]!, b.after[EIP]!)
}

const pair = (what: string, x: number, y: number): Difference => ({ what, values: [hexOf(x), hexOf(y)] })
const different = ({ what, at, mask, shift }: Part, x: Int32Array, y: Int32Array): Difference => pair(what, (x[at]! & mask) >>> shift, (y[at]! & mask) >>> shift)

/** Place of the first word that differs, or -1. */
export function differentWord(a: Int32Array, b: Int32Array): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return i
  return -1
}
