import { COST_PARTS } from '../protocol/costs.ts'
import { headless, type HeadlessResults } from '../workers/headless-client.ts'
import { type CliCommand, parseCommandLine, UsageError } from './command.ts'
import { COST_HELP, COST_OPTIONS, costChoiceOf } from './costs.ts'

const OPTIONS = { ...COST_OPTIONS, json: { type: 'boolean' } } as const

const HELP = `glasshouse scoreboard [--preset P] [--cost NAME=CYCLES]... [--json]

Runs three workloads on a small kernel under every technique, and says what each cost: cycles (counted events times their cited costs), split into the guest's
programs, its kernel, monitor and hardware; entries of the monitor; how many times as long as on bare metal; whether the end state is the same. What the kernel
needs to start and to end is taken away.

  compute   processes that only compute
  calls     processes that ask their kernel for something short, again and again
  pages     processes that touch new pages, and hand over the processor

Under paravirtual the kernel is its port, of which only the output is compared.

${COST_HELP}
  --json                print one line of JSON instead: a list of {"workload", "technique", "cycles", "account", "entries", "instructions", "slowdown", "sameEnd", "end", "missing"…}

Exit codes: 0 done; 1 failed; 2 wrong usage.
`

type Report = HeadlessResults['scoreboard']

async function execute(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommandLine(args, OPTIONS)
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]!}" is not an option.`)
  const report = await headless('scoreboard', costChoiceOf(values))
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : text(report))
  return 0
}

const thousands = (count: number): string => String(Math.round(count / 1000))

function text(report: Report): string {
  const head = ['workload', 'technique', 'k cycles', ...COST_PARTS, 'entries', 'x native', 'end state']
  const rows = report.map(({ workload, technique, cycles, account, entries, slowdown, sameEnd: same, ported }) => [
    workload, technique, thousands(cycles), ...COST_PARTS.map((part) => thousands(account[part])), String(entries), slowdown.toFixed(2), same ? (ported ? 'output equal' : 'equal') : 'DIFFERENT',
  ])
  const widths = head.map((name, at) => Math.max(name.length, ...rows.map((row) => row[at]!.length)))
  const line = (row: readonly string[]): string => row.map((value, at) => (at < 2 || at === row.length - 1 ? value.padEnd(widths[at]!) : value.padStart(widths[at]!))).join('  ').trimEnd()
  const missing = [...new Set(report.flatMap((cell) => cell.missing))]
  return `${[head, ...rows].map(line).join('\n')}\n${missing.length === 0 ? '' : `Counted, but without a figure in this preset: ${missing.join('; ')}\n`}`
}

export const scoreboard: CliCommand = { summary: 'cost of three workloads under every technique', help: HELP, execute }
