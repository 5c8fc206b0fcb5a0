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

type Read = (s: Int32Array) => number
const at = (index: number): Read => (s) => s[index]!

/** What decides which memory, which code and which devices are reached, and with what rights: Popek and Goldberg's resources and mode, on this processor. */
const CONFIGURATION: readonly (readonly [string, Read])[] = [
  ['CPL', at(CPL)], ['IF', (s) => (s[FLAGS]! & IF ? 1 : 0)], ['IOPL', (s) => (s[FLAGS]! >> IOPL_SHIFT) & 3], ['halted', at(HALTED)],
  ['CR0', at(CR0)], ['CR2', at(CR2)], ['CR3', at(CR3)], ['CR4', at(CR4)],
  ['GDTR base', at(GDT_BASE)], ['GDTR limit', at(GDT_LIMIT)], ['IDTR base', at(IDT_BASE)], ['IDTR limit', at(IDT_LIMIT)],
  ...[LDTR, TR, ...[0, 1, 2, 3, 4, 5]].flatMap((n) => [
    [SEGMENTS[n]!, at(SELECTORS + n)], [`${SEGMENTS[n]!} base`, at(BASES + n)], [`${SEGMENTS[n]!} limit`, at(LIMITS + n)], [`${SEGMENTS[n]!} rights`, at(RIGHTS + n)],
  ] as const),
  ...[0, 1, 2, 3, 6, 7].map((n) => [`DR${n}`, at(DR0 + n)] as const),
  ...[0, 1, 2].map((n) => [`MSR ${hexOf(0x174 + n)}`, at(SYSENTER_CS + n)] as const),
]

/** What an instruction that completed did to the machine's configuration; null: nothing. */
export function configurationChange({ before, after, tableChanged, ports, translationDropped }: Outcome): Difference | null {
  for (const [what, read] of CONFIGURATION) if (read(before) !== read(after)) return { what, values: [hexOf(read(before)), hexOf(read(after))] }
  if (ports > 0) return { what: 'ports', values: ['0', hexOf(ports)] }
  if (translationDropped) return { what: 'TLB', values: ['kept', 'dropped'] }
  return tableChanged < 0 ? null : { what: `table at ${hexOf(TABLES + tableChanged * 4)}`, values: ['as it was', 'written'] }
}

/**
 * Where two runs that began with the same registers and memory, but not with the same configuration, ended with something else: null, nowhere. A part of the configuration
 * that both left as it was is the difference they began with, and does not count.
 */
export function resultDifference(a: Outcome, b: Outcome): Difference | null {
  const pair = (what: string, x: number, y: number): Difference => ({ what, values: [hexOf(x), hexOf(y)] })
  for (let n = 0; n < 8; n++) if (a.after[n] !== b.after[n]) return pair(REGISTERS[n]!, a.after[n]!, b.after[n]!)
  const [x, y] = [eflags(a.after), eflags(b.after)]
  if (((x ^ y) & PROGRAM_MASK) !== 0) {
    const [name, bit] = PROGRAM_FLAGS.find(([, mask]) => ((x ^ y) & mask) !== 0)!
    return pair(name, x & bit ? 1 : 0, y & bit ? 1 : 0)
  }
  const word = differentWord(a.results, b.results)
  if (word >= 0) return pair(`memory at ${hexOf(RESULTS + word * 4)}`, a.results[word]!, b.results[word]!)
  for (const [what, read] of CONFIGURATION) {
    const [p, q] = [read(a.after), read(b.after)]
    if (p !== q && (p !== read(a.before) || q !== read(b.before))) return pair(what, p, q)
  }
  return a.after[EIP] === b.after[EIP] ? null : pair('EIP', a.after[EIP]!, b.after[EIP]!)
}

export function differentWord(a: Int32Array, b: Int32Array): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return i
  return -1
}
