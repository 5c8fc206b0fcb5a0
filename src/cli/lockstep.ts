import { resolve } from 'node:path'
import { type TechniqueName, TECHNIQUES } from '../protocol/machine.ts'
import { headless, type HeadlessResults } from '../workers/headless-client.ts'
import { type CliCommand, parseCommandLine, requiredPositional, UsageError } from './command.ts'

const OPTIONS = { technique: { type: 'string', multiple: true }, 'max-ticks': { type: 'string' }, json: { type: 'boolean' } } as const
/** Differences of a divergence that are shown. */
const SHOWN = 6

const HELP = `glasshouse lockstep FILE|GUEST --technique NAME --technique NAME [--technique NAME]... [--max-ticks N] [--json]

Runs the same guest under two to four techniques side by side, at the same moments of the guest's time (instructions and deliveries), and compares all that
the guest can see: registers, flags, segments with their hidden parts, control and table registers, memory, devices, disks, output. Prints where each first
went a way of its own: the moment, the instruction, what differs with both values; and the hashes of the end states. The first technique is the reference.

  FILE              a kernel with a multiboot header, an image of a disk that boots, or NASM source (.asm)
  GUEST             a guest of the catalogue (hello, kernel, …), or one that shows a sensitive instruction (sensitive/popf, or popf)
  --technique NAME  ${TECHNIQUES.join(', ')}. Under paravirtual "kernel" is its port, "kernel-pv",
                    of which only what it prints and how it ends can be compared
  --max-ticks N     stop after so many ticks (default: 50,000,000)
  --json            print one line of JSON instead: {"title", "equal", "columns": [{"technique", "title", "compared", "end", "ticks", "endHash", "divergence"}]}

Exit codes: 0 all are equal; 1 they diverged, or it cannot be run; 2 wrong usage.
`

type Report = HeadlessResults['lockstep']
type Column = Report['columns'][number]
type Divergence = NonNullable<Column['divergence']>

async function execute(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommandLine(args, OPTIONS)
  const program = requiredPositional(positionals, 'file or a guest')
  const techniques = (values.technique ?? []).map(techniqueName)
  if (techniques.length < 2 || techniques.length > 4) throw new UsageError('Name two to four techniques, each with --technique.')
  if (new Set(techniques).size < techniques.length) throw new UsageError('Name each technique once.')
  const maxTicks = ticks(values['max-ticks'] ?? '50000000')
  const report = await headless('lockstep', { program: isFile(program) ? resolve(program) : program, techniques, maxTicks })
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : text(report))
  return report.equal ? 0 : 1
}

/** Guests have names without a dot. */
const isFile = (program: string): boolean => program.includes('.') || program.startsWith('/')

function techniqueName(value: string): TechniqueName {
  const name = TECHNIQUES.find((known) => known === value)
  if (!name) throw new UsageError(`"${value}" is not a technique. There are ${TECHNIQUES.join(', ')}.`)
  return name
}

function ticks(value: string): number {
  if (!/^[1-9]\d{0,11}$/.test(value)) throw new UsageError(`"${value}" is not a number of ticks.`)
  return Number(value)
}

function text({ title, equal, columns }: Report): string {
  const names = Math.max(...columns.map(({ technique }) => technique.length))
  const ends = columns.map((column) => `${column.technique.padEnd(names)}  ${endOf(column)}, ${column.ticks} ticks, ${column.compared} ${column.endHash ?? 'not ended'}${column.title === title ? '' : ` (${column.title})`}\n`)
  const found = columns.flatMap(({ technique, divergence }) => (divergence ? [`\n${described(technique, columns[0]!.technique, divergence)}`] : []))
  return [`${title}\n`, ...ends, ...found, equal ? '\nNo difference.\n' : ''].join('')
}

const endOf = ({ end }: Column): string => (end.kind === 'exit' ? `exit ${end.code}` : end.kind)

function described(technique: string, reference: string, { tick, step, instruction, explanation, differences, total }: Divergence): string {
  const where = instruction ? `${instruction.text} at ${hex(instruction.address)}${instruction.symbol ? ` (${instruction.symbol}${instruction.line === null ? '' : `, line ${instruction.line}`})` : ''}` : ''
  const first = step === 'start' ? `${technique} differs from ${reference} from the start.`
    : step === 'output' ? `${technique} prints, or ends, differently.`
    : `${technique} differs from ${reference} after tick ${tick}: ${step === 'instruction' ? where : step === 'delivery' ? `a delivery, before ${where}` : 'an idle wait'}`
  const width = Math.max(...differences.map(({ name }) => name.length))
  if (step === 'start') return `${first}\n${explanation ? `  ${explanation}\n` : ''}`
  const lines = differences.slice(0, SHOWN).map(({ name, reference: mine, other }) => `  ${name.padEnd(width)}  ${mine.trim()}  here ${other.trim()}\n`)
  return `${first}\n${explanation ? `  ${explanation}\n` : ''}${lines.join('')}${total > SHOWN ? `  and ${total - Math.min(SHOWN, differences.length)} more\n` : ''}`
}

const hex = (address: number): string => address.toString(16).toUpperCase().padStart(8, '0')

export const lockstep: CliCommand = { summary: 'run a guest under several techniques side by side', help: HELP, execute }
