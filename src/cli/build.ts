import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { headless, type HeadlessResults } from '../workers/headless-client.ts'
import { type CliCommand, parseCommandLine, requiredPositional, UsageError } from './command.ts'

const OPTIONS = { file: { type: 'string', short: 'f' }, universe: { type: 'string' }, json: { type: 'boolean' } } as const

const HELP = `glasshouse build DIR [-f FILE] [--universe YYYY-MM-DD] [--json]

Builds an image from the folder DIR, offline and without a window. The build's log goes to standard error, the result to standard
output: {"digest", "layers": [{"digest", "size", "line"}], "error": {"line", "exitCode", "message"}}; "error" is null for a build
that succeeded, "digest" for one that failed.

  DIR                    the build context
  -f, --file FILE        the Dockerfile, inside DIR (default: Dockerfile)
  --universe YYYY-MM-DD  the day the package archives are from (default: today)
  --json                 print the result as one line of JSON; without it, as text

Exit codes: 0 built; 1 the build failed, or DIR cannot be read; 2 wrong usage.
`

async function execute(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommandLine(args, OPTIONS)
  const folder = resolve(requiredPositional(positionals, 'folder'))
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new Error(`There is no folder ${folder}.`)
  const universe = values.universe ?? new Date().toISOString().slice(0, 10)
  if (!isDay(universe)) throw new UsageError(`"${universe}" is not a day: write it like 2014-06-01.`)
  const params = { folder, dockerfile: values.file ?? 'Dockerfile', universe }
  const result = await headless('build', params, (log) => process.stderr.write(log))
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : text(result))
  return result.error ? 1 : 0
}

function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`)
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}

function text({ digest, layers, error }: HeadlessResults['build']): string {
  const lines = layers.map((layer) => `${layer.line === null ? 'base' : `line ${layer.line}`}: ${layer.digest} ${layer.size} bytes`)
  const end = error ? `failed at line ${error.line} (${error.exitCode === null ? 'no exit code' : `exit code ${error.exitCode}`}): ${error.message}` : `built ${digest}`
  return `${[...lines, end].join('\n')}\n`
}

export const build: CliCommand = { summary: 'build an image from a folder, without a window', help: HELP, execute }
