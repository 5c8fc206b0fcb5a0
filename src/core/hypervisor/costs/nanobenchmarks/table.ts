import { type CostChoice, COST_PARTS, type CycleAccount, DEFAULT_PRESET } from '../../../../protocol/costs.ts'
import { costTable, presetTitle } from '../../../machine/cpu/costs/presets.ts'
import { DEVIATIONS } from './deviations.ts'
import { COMPARED, type Compared, OPERATIONS } from './operations.ts'
import { Runs, totalOf } from './run.ts'

/** Relative distance to the paper that still counts as the same. */
export const TOLERANCE = 0.15

export interface Measured {
  readonly operation: string
  readonly technique: Compared
  /** Cycles for one operation, and who spends them. */
  readonly cycles: number
  readonly account: CycleAccount
  /** What Adams and Agesen measured; null: they do not tell. */
  readonly paper: number | null
  /** How far off, as a fraction of theirs. */
  readonly off: number | null
}

/** Runs all of them, which takes some seconds; those that `runs` knows are only priced. */
export function measure(costs: CostChoice = { preset: DEFAULT_PRESET }, runs = new Runs()): readonly Measured[] {
  const table = costTable(costs)
  return OPERATIONS.flatMap((operation) => COMPARED.map((technique) => {
    const account = runs.costOf(operation, technique, table)
    const cycles = totalOf(account)
    const paper = operation.paper[technique] ?? null
    return { operation: operation.key, technique, cycles, account, paper, off: paper === null ? null : cycles / paper - 1 }
  }))
}

const percent = (off: number): string => `${off > 0 ? '+' : ''}${(off * 100).toFixed(1)} %`
const round = (cycles: number): string => `${Math.round(cycles * 10) / 10}`

/** As text, for a terminal. */
export function tableText(rows: readonly Measured[], { preset }: CostChoice = { preset: DEFAULT_PRESET }): string {
  const cell = ({ cycles, paper, off }: Measured): string => `${round(cycles)}${paper === null ? '' : ` (${paper}, ${percent(off!)})`}`
  const line = (first: string, cells: readonly string[]): string => `${first.padEnd(10)}${cells.map((text) => text.padEnd(26)).join('')}`.trimEnd()
  const parts = (account: CycleAccount): string => COST_PARTS.filter((part) => Math.round(account[part]) !== 0).map((part) => `${part} ${round(account[part])}`).join(', ') || '0'
  return [
    `Nanobenchmarks: cycles for one operation by the figures of the ${presetTitle(preset)}. In brackets what Adams and Agesen measured (ASPLOS 2006), and how far off that is.`,
    '',
    line('', COMPARED.map((technique) => technique.replaceAll('-', ' '))),
    ...OPERATIONS.map(({ key }) => line(key, COMPARED.map((technique) => cell(rows.find((row) => row.operation === key && row.technique === technique)!)))),
    '',
    ...OPERATIONS.map(({ key, title }) => line(key, [title])),
    '',
    'Monitors trace the guest\'s page tables, as the paper\'s did; hardware assist without more is that with nested tables, which came three years later.',
    '',
    'Stand-ins: syscall is int and iret, where the paper has syscall and sysret; cr8wr is mov cr2, since CR8 exists in 64-bit mode only.',
    '',
    DEVIATIONS.length === 0 ? `Nothing is further off than ${TOLERANCE * 100} %.` : `Further off than ${TOLERANCE * 100} %:`,
    ...DEVIATIONS.map(({ operation, technique, reason }) => `  ${operation}, ${technique.replaceAll('-', ' ')}: ${reason}`),
    '',
    'Who spends them:',
    ...rows.map(({ operation, technique, account }) => `  ${operation.padEnd(10)}${technique.replaceAll('-', ' ').padEnd(24)}${parts(account)}`),
    '',
  ].join('\n')
}

export interface NanobenchmarkReport { readonly rows: readonly Measured[]; readonly deviations: typeof DEVIATIONS; readonly text: string }

/** All of it, for a command line. */
export function nanobenchmarks(costs: CostChoice): NanobenchmarkReport {
  const rows = measure(costs)
  return { rows, deviations: DEVIATIONS, text: tableText(rows, costs) }
}
