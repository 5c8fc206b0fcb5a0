import { Bash } from 'just-bash'
import { concatBytes, encodeUtf8, type Bytes } from '../../base/bytes.ts'
import type { ProcessContext } from '../runtime/process-context.ts'
import { MICROSECOND, MiB } from '../../simulation/units.ts'
import { ToolFileSystem } from './tool-file-system.ts'
import { commandName, program } from './support.ts'
import type { Program } from '../runtime/program.ts'

/** The text tools just-bash has and we do not write again: package and names. */
const TOOLS: Readonly<Record<string, string>> = {
  coreutils: 'sort uniq cut tr wc nl fold expand unexpand base64 md5sum sha1sum sha256sum tac paste join comm split od',
  sed: 'sed', gawk: 'awk gawk mawk', diffutils: 'diff', jq: 'jq', util: 'rev', bsdmainutils: 'column', tar: 'tar', gzip: 'gzip gunzip zcat', xxd: 'strings', tree: 'tree', file: 'file', ripgrep: 'rg',
}
const ALIASES: Readonly<Record<string, string>> = { gawk: 'awk', mawk: 'awk' }
const READS_INPUT = /^(?!diff$|file$|tree$)/

/** What a tool that wants its whole input first may be given; bytes. */
const MOST_INPUT = 64 * MiB
/** Tools that treat each line by itself: a part of the input can be done when it has come. */
const LINE_BY_LINE: ReadonlySet<string> = new Set(['cut', 'rev', 'tr', 'fold', 'expand', 'unexpand'])
const LINE_FEED = 10

/** Runs the delegated tool of the process's name. */
export async function runTool(process: ProcessContext): Promise<number> {
  const name = commandName(process)
  const tool = ALIASES[name] ?? name
  if (!READS_INPUT.test(name) || !needsInput(tool, process.args)) return runOn(process, tool, new Uint8Array(0))
  if (isLineByLine(tool, process.args)) return runByParts(process, tool)
  const parts: Bytes[] = []
  let size = 0
  for (let part = await process.read(0); part.length > 0; part = await process.read(0)) {
    parts.push(part)
    size += part.length
    if (size <= MOST_INPUT) continue
    await process.warn(`${name}: memory exhausted\n`)
    return 2
  }
  return runOn(process, tool, concatBytes(parts))
}

/** A substitution alone, or a tool that never looks beyond the line (`tr -s` looks at the character before). */
function isLineByLine(tool: string, args: readonly string[]): boolean {
  if (tool === 'sed') return args.filter((word) => !/^-[Eru]+$/.test(word)).length === 1 && /^s([/|,#])[^;\n]*\1[gI]*$/.test(args.at(-1)!)
  return LINE_BY_LINE.has(tool) && !(tool === 'tr' && args.some((word) => /^-\w*s|--squeeze/.test(word)))
}

/** Runs the tool on whole lines as they come. */
async function runByParts(process: ProcessContext, tool: string): Promise<number> {
  let rest: Bytes = new Uint8Array(0)
  for (let part = await process.read(0); part.length > 0; part = await process.read(0)) {
    const bytes = concatBytes([rest, part])
    const end = bytes.lastIndexOf(LINE_FEED) + 1
    rest = bytes.slice(end)
    const status = end === 0 ? 0 : await runOn(process, tool, bytes.subarray(0, end))
    if (status !== 0) return status
  }
  return runOn(process, tool, rest)
}

async function runOn(process: ProcessContext, tool: string, input: Bytes): Promise<number> {
  await process.use(200 * MICROSECOND + input.length * 20)
  const files = new ToolFileSystem(process.files)
  const shell = new Bash({ fs: files, cwd: process.cwd, env: {}, defenseInDepth: false, python: false, javascript: false })
  const result = await process.external(() => shell.exec(tool, { args: [...process.args], stdin: latin1(input), stdinKind: 'bytes', cwd: process.cwd, env: Object.fromEntries(process.env), replaceEnv: true }))
  await process.write(1, result.stdoutKind === 'bytes' ? fromLatin1(result.stdout) : encodeUtf8(result.stdout))
  await process.warn(result.stderr.replace(/^bash: /gm, ''))
  return result.exitCode
}

/** Tools given files leave standard input alone; reading it anyway would wait for a terminal that says nothing. */
function needsInput(tool: string, args: readonly string[]): boolean {
  const operands = args.filter((word) => !word.startsWith('-') || word === '-')
  if (operands.includes('-')) return true
  const scriptFirst = ['grep', 'egrep', 'fgrep', 'sed', 'awk', 'jq', 'tr', 'rg'].includes(tool) && !args.some((word) => word === '-e' || word === '-f')
  const recursive = tool.endsWith('grep') && args.some((word) => /^-\w*[rR]/.test(word))
  if (tool === 'tar') return args.some((word) => /^-?\w*f$/.test(word)) && operands.includes('-')
  if (tool === 'tr') return true
  return !recursive && operands.length <= (scriptFirst ? 1 : 0) + optionValues(tool, args)
}

const WITH_VALUE: Readonly<Record<string, string>> = { cut: 'dfcb', sort: 'tkS', awk: 'Fv', grep: 'mABCe', egrep: 'mABCe', fgrep: 'mABCe', fold: 'w', head: 'nc', join: '12t', paste: 'd', jq: '', nl: 'bwsv', split: 'lb', uniq: 'fsw' }

/** How many words are the values of the options before them (`-d ,`). */
function optionValues(tool: string, args: readonly string[]): number {
  const letters = WITH_VALUE[tool] ?? ''
  return args.filter((word) => /^-\w$/.test(word) && letters.includes(word.charAt(1))).length
}

function latin1(bytes: Bytes): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return text
}

const fromLatin1 = (text: string): Bytes => Uint8Array.from(text, (char) => char.charCodeAt(0) & 255)

export const TEXT_TOOLS: readonly Program[] = Object.entries(TOOLS).flatMap(([brought, names]) => names.split(' ').map((name) => program(name, brought, runTool)))
