import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { headless, type HeadlessResults } from '../workers/headless-client.ts'
import { type CliCommand, parseCommandLine, requiredPositional } from './command.ts'

const OPTIONS = { output: { type: 'string', short: 'o' }, listing: { type: 'string' }, symbols: { type: 'boolean' }, json: { type: 'boolean' } } as const

const HELP = `glasshouse asm FILE [-o OUT] [--listing FILE] [--symbols] [--json]

Assembles NASM source for the simulated processor, with the bytes that "nasm -f bin" writes. Errors and warnings go to the standard error,
one a line: FILE:LINE:COLUMN: error: what is wrong (and, where there is one, a replacement that would help).

  FILE            the source; files that it includes are looked for beside it, and in the folder "lib" there
  -o, --output    the image (default: FILE without its ending, or with ".out" where it has none)
  --listing FILE  write a listing: line, offset, bytes, source
  --symbols       print the labels, one a line: address, name
  --json          print one line of JSON instead: {"ok", "size", "origin", "entry", "symbols", "messages"}

Exit codes: 0 assembled; 1 there are errors, or a file cannot be read or written; 2 wrong usage.
`

type Result = HeadlessResults['asm']

async function execute(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommandLine(args, OPTIONS)
  const source = requiredPositional(positionals, 'file')
  const file = resolve(source)
  const result = await headless('asm', { file })
  const output = resolve(values.output ?? defaultOutput(file))
  if (result.ok) writeFileSync(output, result.image)
  if (values.listing !== undefined) writeFileSync(resolve(values.listing), result.listing)
  if (!values.json) process.stderr.write(result.messages.map((message) => `${source}:${messageText(message)}\n`).join(''))
  if (values.json) process.stdout.write(`${json(result)}\n`)
  else if (values.symbols) process.stdout.write([...result.symbols].map(([name, address]) => `${address.toString(16).padStart(8, '0')} ${name}\n`).join(''))
  return result.ok ? 0 : 1
}

function defaultOutput(file: string): string {
  const plain = file.replace(/\.[^./\\]+$/, '')
  return plain === file ? `${file}.out` : plain
}

function messageText({ severity, line, column, message, suggestion }: Result['messages'][number]): string {
  return `${line}:${column}: ${severity}: ${message}${suggestion === null ? '' : ` (try: ${suggestion})`}`
}

function json({ ok, image, origin, entry, symbols, messages }: Result): string {
  return JSON.stringify({ ok, size: image.length, origin, entry, symbols: Object.fromEntries(symbols), messages })
}

export const asm: CliCommand = { summary: 'assemble a program for the simulated processor', help: HELP, execute }
