import { headless, type HeadlessParams, type HeadlessResults } from '../workers/headless-client.ts'
import { type CliCommand, parseCommandLine, UsageError } from './command.ts'

type MendName = HeadlessParams['classify']['mends'][number]
type Row = HeadlessResults['classify']['rows'][number]

const OPTIONS = { techniques: { type: 'boolean' }, mend: { type: 'string', multiple: true }, all: { type: 'boolean' }, json: { type: 'boolean' } } as const

const MENDS: Readonly<Record<MendName, string>> = {
  umip: 'SGDT, SIDT, SLDT, SMSW and STR, as with CR4.UMIP',
  flags: 'PUSHF and POPF',
  seventeen: 'all seventeen of Robin and Irvine',
  kin: 'LDS, LES, LFS, LGS, LSS and SYSENTER, which are not among them',
}

const HELP = `glasshouse classify [--mend NAME]... [--all] [--json]
       glasshouse classify --techniques [--json]

Executes every instruction of the simulated processor in rings 0 to 3, in machines that differ in their tables, registers and flags, and derives
from what came out which are privileged (they trap outside ring 0) and which are sensitive, after Popek and Goldberg (1974):
  C  control: it changed the mode, or the configuration of resources
  M  mode: its result depended on the ring
  L  location: its result depended on what the machine's own registers and tables hold
  U  it is C or L in ring 3
Then says whether theorem 1 (sensitive instructions are privileged: trap and emulate is enough) and theorem 3 (those of ring 3 are: a hybrid monitor) hold.

  --mend NAME  change the instruction set: these trap outside ring 0. More than one can be given.
${Object.entries(MENDS).map(([name, what]) => `                 ${name.padEnd(10)} ${what}`).join('\n')}
  --all        show the innocuous, too
  --techniques instead, run for each of the seventeen sensitive, unprivileged instructions a guest of a few lines on bare metal and under every
               technique, and say what went wrong where
  --json       print one line of JSON instead: {"mends", "rows", "theorem1", "theorem3"}, with the evidence for every row; with --techniques
               {"rows"}, with every value that a guest looked at

Exit codes: 0 done, whatever the theorems say; 1 failed; 2 wrong usage.
`

const isMend = (name: string): name is MendName => Object.hasOwn(MENDS, name)

async function execute(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommandLine(args, OPTIONS)
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]!}" is not an option.`)
  const mends = (values.mend ?? []).map((name) => {
    if (!isMend(name)) throw new UsageError(`There is no mend "${name}"; there are ${Object.keys(MENDS).join(', ')}.`)
    return name
  })
  if (values.techniques) {
    if (mends.length > 0 || values.all) throw new UsageError('--techniques shows the processor as it is: it takes neither --mend nor --all.')
    const { rows, text: table } = await headless('failures', null)
    process.stdout.write(values.json ? `${JSON.stringify({ rows })}\n` : table)
    return 0
  }
  const result = await headless('classify', { mends })
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : text(result, values.all === true))
  return 0
}

function text({ rows, theorem1, theorem3 }: HeadlessResults['classify'], all: boolean): string {
  const shown = rows.filter(({ kind }) => all || kind === 'privileged' || kind === 'sensitive')
  const counts = (['privileged', 'sensitive', 'innocuous', 'unknown'] as const).map((kind) => `${rows.filter((row) => row.kind === kind).length} ${kind === 'sensitive' ? 'sensitive and not privileged' : kind}`)
  const theorem = (name: string, { holds, entries, unlisted }: typeof theorem1): string =>
    `${name} ${holds ? 'holds' : `does not hold: ${[...entries, ...unlisted].join(', ')}`}\n`
  return [...shown.map(line), `${counts.join(', ')}\n`, theorem('Theorem 1', theorem1), theorem('Theorem 3', theorem3)].join('')
}

function line({ encoding, name, kind, control, mode, location, user, byRing }: Row): string {
  const letters = [control ? 'C' : '-', mode ? 'M' : '-', location ? 'L' : '-', user ? 'U' : '-'].join('')
  const found = mode ?? control ?? location
  return `${encoding.padEnd(8)} ${name.padEnd(13)} ${kind.padEnd(10)} ${letters}  ${byRing.join(', ').padEnd(54)} ${found ? seen(found) : ''}`.trimEnd() + '\n'
}

function seen({ text: instruction, runs, what, values }: NonNullable<Row['control']>): string {
  const [first, second] = runs
  return `${instruction}: ${what} ${second === undefined ? `${values[0]} before, ${values[1]} after in ${first!}` : `${values[0]} in ${first!}, ${values[1]} in ${second}`}`
}

export const classify: CliCommand = { summary: 'derive privileged and sensitive instructions from runs', help: HELP, execute }
