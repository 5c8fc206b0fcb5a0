import { resolve } from 'node:path'
import { headless, type HeadlessResults } from '../workers/headless-client.ts'
import { type CliCommand, parseCommandLine, requiredPositional, UsageError } from './command.ts'

const OPTIONS = { 'how': { type: 'string' }, 'max-instructions': { type: 'string' }, 'memory': { type: 'string' }, 'input': { type: 'string' }, 'listing': { type: 'boolean' }, 'json': { type: 'boolean' } } as const
const DEFAULT_MOST = 1_000_000_000

const HELP = `glasshouse riscv FILE [--how interpret|translate] [--max-instructions N] [--memory MIB] [--input FILE] [--listing] [--json]

Runs a RISC-V program (RV32IM) on the simulated x86 machine, with the system calls read, write, brk and exit of Linux. What it writes goes to the standard
output; how it ended, and what it took, to the standard error.

  FILE                  source in the syntax of GNU as, or a static ELF executable (-march=rv32im -mabi=ilp32)
  --how HOW             translate (default): blocks of it become x86 code, which the simulated processor executes in ring 3;
                        interpret: host software does one instruction after the other
  --max-instructions N  stop after so many RISC-V instructions (default: ${DEFAULT_MOST})
  --memory MIB          the program's memory (1 to 64, default: 4)
  --input FILE          what it finds on its standard input (default: nothing)
  --listing             print every translated block beside its RISC-V instructions, after the program's output
  --json                print one line of JSON after the program's output: {"end", "text", "messages", "instructions", "pc", "registers", "host", "listing"}

Exit codes: 0 the program ended with exit code 0; 1 it cannot be read or assembled; 2 wrong usage; 3 it ended otherwise: with another exit code, with a
fault, or at the limit.
`

type Report = HeadlessResults['riscv']

async function execute(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommandLine(args, OPTIONS)
  const source = requiredPositional(positionals, 'file')
  const how = values.how ?? 'translate'
  if (how !== 'interpret' && how !== 'translate') throw new UsageError(`"${how}" is not a way to run it: interpret, translate.`)
  if (values.listing && how === 'interpret') throw new UsageError('What is interpreted has no listing.')
  const params = {
    file: resolve(source), how, listing: values.listing ?? false, input: values.input === undefined ? null : resolve(values.input),
    maxInstructions: numberOf(values['max-instructions'] ?? String(DEFAULT_MOST), 'instructions'), memoryMiB: numberOf(values.memory ?? '4', 'MiB'),
  } as const
  const report = await headless('riscv', params, (latin1) => process.stdout.write(Buffer.from(latin1, 'latin1')))
  if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`)
  else tell(report, source)
  if (report.end === null) return 1
  return report.end.kind === 'exit' && report.end.code === 0 ? 0 : 3
}

function numberOf(text: string, what: string): number {
  if (!/^[1-9]\d{0,12}$/.test(text)) throw new UsageError(`"${text}" is not a number of ${what}.`)
  return Number(text)
}

function tell({ end, text, messages, instructions, host, listing }: Report, source: string): void {
  if (listing !== null) process.stdout.write(listing)
  const complaints = messages.map(({ line, column, severity, message }) => `${source}:${line}:${column}: ${severity}: ${message}\n`)
  const x86 = host ? `; ${host.instructions} of x86 (${(host.instructions / Math.max(instructions, 1)).toFixed(2)} for each), ${host.translated} blocks, ${host.entries} times in the kernel` : ''
  process.stderr.write(end === null ? complaints.join('') : `${text}; ${instructions} instructions of RISC-V${x86}\n`)
}

export const riscv: CliCommand = { summary: 'run a RISC-V program, interpreted or translated to x86', help: HELP, execute }
