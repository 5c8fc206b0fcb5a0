import { headless } from '../workers/headless-client.ts'
import { type CliCommand, parseCommandLine, UsageError } from './command.ts'
import { COST_HELP, COST_OPTIONS, costChoiceOf } from './costs.ts'

const OPTIONS = { ...COST_OPTIONS, json: { type: 'boolean' } } as const

const HELP = `glasshouse nanobench [--preset P] [--cost NAME=CYCLES]... [--json]

Runs the nanobenchmarks of Adams and Agesen (ASPLOS 2006) on the simulated processor, natively, by trap and emulate, by binary translation and with hardware assist
(with shadow page tables, as theirs, and with nested ones), and shows cycles for one operation beside what they measured, how far off that is, who spends the cycles, and why some are further off than 15 %.

${COST_HELP}
  --json                print one line of JSON instead: {"rows", "deviations", "text"}

Exit codes: 0 done; 1 failed; 2 wrong usage.
`

async function execute(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommandLine(args, OPTIONS)
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]!}" is not an option.`)
  const report = await headless('nanobench', costChoiceOf(values))
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : report.text)
  return 0
}

export const nanobench: CliCommand = { summary: 'measure single operations under each technique', help: HELP, execute }
