import type { CpuState, SegmentState } from '../../../protocol/machine.ts'
import { hex16, hex32 } from './format.ts'

/** One line of the register list. `was`: its value at the stop before, when that was another. */
export interface RegisterRow {
  readonly name: string
  readonly value: string
  readonly was: string | null
  /** Base and limit, of a segment that is not flat or of a table. */
  readonly detail: string
  /** A segment from 0 to the end of the 4 GiB. */
  readonly flat: boolean
}

export interface RegisterGroup {
  readonly key: 'general' | 'control' | 'segments' | 'tables'
  readonly rows: readonly RegisterRow[]
}

const GENERAL = ['eax', 'ebx', 'ecx', 'edx', 'esi', 'edi', 'ebp', 'esp'] as const
const CONTROL = ['eip', 'eflags', 'cr0', 'cr2', 'cr3', 'cr4'] as const
const SEGMENTS = ['cs', 'ss', 'ds', 'es', 'fs', 'gs'] as const

function row(name: string, value: string, before: string | null, detail = '', flat = false): RegisterRow {
  return { name: name.toUpperCase(), value, was: before === null || before === value ? null : before, detail, flat }
}

const extent = (base: number, limit: number): string => `${hex32(base)}+${limit.toString(16).toUpperCase()}`

function segment(name: string, now: SegmentState, before: SegmentState | undefined): RegisterRow {
  const none = now.access === 0 && now.selector === 0
  const flat = !none && now.base === 0 && now.limit === 0xffff_ffff
  return row(name, hex16(now.selector), before ? hex16(before.selector) : null, none || flat ? '' : extent(now.base, now.limit), flat)
}

/** All registers in the order of the list, with what changed since `before`. */
export function registerGroups(cpu: CpuState, before: CpuState | null): readonly RegisterGroup[] {
  const table = (name: 'gdtr' | 'idtr'): RegisterRow => row(name, hex32(cpu[name].base), before ? hex32(before[name].base) : null, `+${cpu[name].limit.toString(16).toUpperCase()}`)
  const plain = (name: (typeof GENERAL)[number] | (typeof CONTROL)[number]): RegisterRow => row(name, hex32(cpu[name]), before ? hex32(before[name]) : null)
  return [
    { key: 'general', rows: GENERAL.map(plain) },
    { key: 'control', rows: CONTROL.map(plain) },
    { key: 'segments', rows: SEGMENTS.map((name) => segment(name, cpu[name], before?.[name])) },
    { key: 'tables', rows: [table('gdtr'), table('idtr'), segment('tr', cpu.tr, before?.tr), segment('ldtr', cpu.ldtr, before?.ldtr)] },
  ]
}

/** Those that changed, without the program counter, which always does. */
export const changedRows = (groups: readonly RegisterGroup[]): readonly RegisterRow[] =>
  groups.flatMap(({ rows }) => rows).filter(({ was, name }) => was !== null && name !== 'EIP')

/** Bits of EFLAGS by name, from the highest; SDM volume 1, section 3.4.3. */
const FLAGS = [['NT', 14], ['OF', 11], ['DF', 10], ['IF', 9], ['TF', 8], ['SF', 7], ['ZF', 6], ['AF', 4], ['PF', 2], ['CF', 0]] as const

export interface FlagChip {
  readonly name: string
  readonly on: boolean
  readonly changed: boolean
}

export const flagChips = (flags: number, before: number | null): readonly FlagChip[] => FLAGS.map(([name, bit]) => {
  const on = ((flags >>> bit) & 1) === 1
  return { name, on, changed: before !== null && (((before >>> bit) & 1) === 1) !== on }
})

/** The lowest ring that may use ports, `cli` and `sti`. */
export const ioPrivilege = (flags: number): number => (flags >>> 12) & 3
