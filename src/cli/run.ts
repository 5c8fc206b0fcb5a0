import { resolve } from 'node:path'
import { headless } from '../workers/headless-client.ts'
import { type CliCommand, parseCommandLine, requiredPositional } from './command.ts'
import { durationNs } from './duration.ts'

const OPTIONS = { until: { type: 'string' }, json: { type: 'boolean' } } as const

const HELP = `glasshouse run FILE [--until T] [--json]

Runs a project (.glasshouse) without a window, as fast as this machine can, and prints the final state's hash and metrics.
The same file and the same T give the same hash on every machine.

  FILE       the project
  --until T  stop at this simulated time, e.g. 90s, 5m, 2h or 250ms (a bare number is seconds);
             without it, when nothing more will happen
  --json     print one line of JSON instead of text

Exit codes: 0 ran; 1 FILE cannot be opened, or the simulation failed; 2 wrong usage.
`

async function execute(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommandLine(args, OPTIONS)
  const file = requiredPositional(positionals, 'file')
  const untilNs = values.until === undefined ? null : durationNs(values.until)
  const result = await headless('run', { file: resolve(file), untilNs })
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : text(result))
  return 0
}

/** One `name: value` a line. */
function text(result: object): string {
  const lines = (value: object, indent: string): string[] => Object.entries(value).flatMap(([name, inner]: [string, unknown]) => (
    typeof inner === 'object' && inner !== null ? [`${indent}${name}:`, ...lines(inner, `${indent}  `)] : [`${indent}${name}: ${String(inner)}`]
  ))
  return `${lines(result, '').join('\n')}\n`
}

export const run: CliCommand = { summary: 'run a project without a window and print the final state', help: HELP, execute }
