import { resolve } from 'node:path'
import { headless, type HeadlessResults } from '../workers/headless-client.ts'
import { type CliCommand, parseCommandLine, requiredPositional, UsageError } from './command.ts'

const OPTIONS = { json: { type: 'boolean' }, show: { type: 'string' } } as const

const HELP = `glasshouse vectors FILE [--show N] [--json]

Runs instructions recorded on real hardware on the simulated processor, each once, and compares registers, flags, memory, segments and
exceptions. The last line is "N passed, N failed".

  FILE      JSON lines, one recorded instruction each, plain or .gz
  --show N  describe the first N failing cases: what differs (default: 10)
  --json    print one line of JSON before the last line: {"passed", "failed", "classes", "failures": [{"i", "class", "bytes", "differences"}]}

Exit codes: 0 all passed; 1 some failed, or FILE cannot be read; 2 wrong usage.
`

async function execute(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommandLine(args, OPTIONS)
  const file = resolve(requiredPositional(positionals, 'file'))
  const show = values.show ?? '10'
  if (!/^\d{1,9}$/.test(show)) throw new UsageError(`"${show}" is not a number of cases.`)
  const report = await headless('vectors', { file, show: Number(show) })
  process.stdout.write(`${values.json ? JSON.stringify(report) : text(report)}\n${report.passed} passed, ${report.failed} failed\n`)
  return report.failed === 0 && report.passed > 0 ? 0 : 1
}

function text({ classes, failures }: HeadlessResults['vectors']): string {
  const cases = failures.map((one) => `${one.i} ${one.class} ${one.bytes}\n${one.differences.map((line) => `  ${line}\n`).join('')}`)
  const counts = Object.entries(classes).map(([name, count]) => `${count} × ${name}`)
  return [...cases, counts.length > 0 ? `failed: ${counts.join(', ')}` : 'no difference'].join('')
}

export const vectors: CliCommand = { summary: 'run recorded instructions on the simulated processor', help: HELP, execute }
