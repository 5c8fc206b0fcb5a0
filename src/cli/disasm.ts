import { resolve } from 'node:path'
import { headless } from '../workers/headless-client.ts'
import { type CliCommand, parseCommandLine, requiredPositional, UsageError } from './command.ts'

const OPTIONS = { origin: { type: 'string' }, bits: { type: 'string' }, json: { type: 'boolean' } } as const

const HELP = `glasshouse disasm FILE [--origin N] [--bits 16|32] [--json]

Reads a file as instructions, from its first byte to its last, and prints them as "ndisasm" does: address, bytes, NASM syntax.

  FILE        the bytes, without any header
  --origin N  address of the first byte, decimal or 0x…; default: 0
  --bits N    size of the code segment, 16 or 32; default: 32
  --json      print one line of JSON a line instead: {"address", "bytes", "text", "privileged", "sensitive"}

Exit codes: 0 done; 1 FILE cannot be read; 2 wrong usage.
`

async function execute(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommandLine(args, OPTIONS)
  const file = resolve(requiredPositional(positionals, 'file'))
  const origin = values.origin ?? '0'
  if (!/^(?:0x[\da-f]{1,8}|\d{1,10})$/i.test(origin) || Number(origin) > 0xffff_ffff) throw new UsageError(`"${origin}" is not an address.`)
  const bits = values.bits ?? '32'
  if (bits !== '16' && bits !== '32') throw new UsageError(`"${bits}" is not 16 or 32.`)
  const lines = await headless('disasm', { file, origin: Number(origin), bits: bits === '16' ? 16 : 32 })
  process.stdout.write(lines.map((line) => {
    if (values.json) return `${JSON.stringify(line)}\n`
    return `${line.address.toString(16).toUpperCase().padStart(8, '0')}  ${line.bytes.padEnd(16)}  ${line.text}\n`
  }).join(''))
  return 0
}

export const disasm: CliCommand = { summary: 'show bytes as instructions of the simulated processor', help: HELP, execute }
