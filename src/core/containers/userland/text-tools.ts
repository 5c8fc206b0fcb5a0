import { Bash } from 'just-bash'
import { encodeUtf8, type Bytes } from '../../base/bytes.ts'
import type { ProcessContext } from '../runtime/process-context.ts'
import { MICROSECOND } from '../../simulation/units.ts'
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

/** Runs the delegated tool of the process's name on all of its input. */
export async function runTool(process: ProcessContext): Promise<number> {
  const name = commandName(process)
  const tool = ALIASES[name] ?? name
  const input = READS_INPUT.test(name) && needsInput(tool, process.args) ? await process.readAll(0) : new Uint8Array(0)
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
