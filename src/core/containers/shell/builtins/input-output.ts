import { concatBytes, decodeUtf8, type Bytes } from '../../../base/bytes.ts'
import { FileError } from '../../filesystem/file-system.ts'
import { formatPrintf, unescape } from '../printf.ts'
import { ERROR_TEXTS } from '../redirections.ts'
import type { Interpreter } from '../interpreter.ts'
import { evaluateTest, TestError } from '../test-expression.ts'
import type { Builtin } from './builtin.ts'

const LINE_FEED = 10

async function echo(shell: Interpreter, words: readonly string[]): Promise<number> {
  const args = words.slice(1)
  const { dialect } = shell.state
  let [newline, escapes] = [true, dialect === 'dash']
  while (dialect === 'dash' ? args[0] === '-n' && newline : /^-[neE]+$/.test(args[0] ?? '')) {
    const flags = args.shift()!
    if (flags.includes('n')) newline = false
    if (dialect !== 'dash') escapes = flags.lastIndexOf('e') > flags.lastIndexOf('E') || (escapes && !flags.includes('E'))
  }
  const text = args.join(' ')
  const { text: output, stop } = escapes ? unescape(text, dialect !== 'dash') : { text, stop: false }
  return put(shell, 'echo', output + (newline && !stop ? '\n' : ''))
}

async function put(shell: Interpreter, name: string, text: string): Promise<number> {
  try {
    await shell.context.print(text)
    return 0
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    await shell.state.complain(shell.state.isBash ? `${name}: write error: ${ERROR_TEXTS[error.code] ?? error.code}` : `${name}: I/O error`)
    return 1
  }
}

async function printf(shell: Interpreter, words: readonly string[]): Promise<number> {
  const toVariable = shell.state.isBash && words[1] === '-v' ? words[2] : undefined
  const [format, ...args] = words.slice(toVariable === undefined ? (words[1] === '--' ? 2 : 1) : 3)
  if (format === undefined) {
    await shell.state.complain(shell.state.isBash ? 'printf: usage: printf [-v var] format [arguments]' : 'printf: usage: printf format [arg ...]')
    return 2
  }
  const { text, complaints } = formatPrintf(format, args)
  if (toVariable === undefined) await put(shell, 'printf', text)
  else shell.state.variables.set(toVariable, text)
  for (const complaint of complaints) await shell.state.complain(`printf: ${shell.state.isBash ? complaint : complaint.replace(/(.*): invalid number/, '$1: expected numeric value')}`)
  return complaints.length > 0 ? 1 : 0
}

async function test(shell: Interpreter, words: readonly string[]): Promise<number> {
  const bracket = words[0] === '['
  if (bracket && words.at(-1) !== ']') {
    await shell.state.complain(shell.state.isBash ? "[: missing `]'" : '[: missing ]')
    return 2
  }
  try {
    return evaluateTest(shell.context, words.slice(1, bracket ? -1 : undefined), shell.state.isBash || shell.state.dialect === 'busybox') ? 0 : 1
  } catch (error) {
    if (!(error instanceof TestError)) throw error
    await shell.state.complain(`${words[0]}: ${error.message}`)
    return 2
  }
}

/** One line from a descriptor, byte by byte so that the rest stays for the next reader. */
async function readLine(shell: Interpreter, fd: number, limit: number, delimiter: number): Promise<{ readonly line: string; readonly ended: boolean }> {
  const bytes: Bytes[] = []
  while (bytes.length < limit) {
    const byte = await shell.context.read(fd, 1)
    if (byte.length === 0) return { line: decodeUtf8(concatBytes(bytes)), ended: true }
    if (byte[0] === delimiter) break
    bytes.push(byte)
  }
  return { line: decodeUtf8(concatBytes(bytes)), ended: false }
}

async function read(shell: Interpreter, words: readonly string[]): Promise<number> {
  const names: string[] = []
  const options = { raw: false, silent: false, fd: 0, limit: Infinity, delimiter: LINE_FEED, array: '' }
  for (let at = 1; at < words.length; at++) {
    const word = words[at]!
    if (!word.startsWith('-') || word === '-') names.push(word)
    for (const letter of word.startsWith('-') ? word.slice(1) : '') {
      if (letter === 'r') options.raw = true
      if (letter === 's') options.silent = true
      if (letter === 'p') await shell.context.warn(words[++at] ?? '')
      if (letter === 'u') options.fd = Number(words[++at] ?? 0)
      if (letter === 'n' || letter === 'N') options.limit = Number(words[++at] ?? 1)
      if (letter === 'd') options.delimiter = (words[++at] ?? '').charCodeAt(0) || 0
      if (letter === 'a') options.array = words[++at] ?? ''
      if (letter === 't') at++
    }
  }
  const { terminal } = shell.context
  if (options.silent && terminal) terminal.echo = false
  let { line, ended } = await readLine(shell, options.fd, options.limit, options.delimiter)
  while (!options.raw && !ended && /(^|[^\\])(\\\\)*\\$/.test(line)) {
    const more = await readLine(shell, options.fd, options.limit, options.delimiter)
    line = line.slice(0, -1) + more.line
    ended = more.ended
  }
  if (options.silent && terminal) terminal.echo = true
  const separators = shell.state.variables.find('IFS')?.value ?? ' \t\n'
  if (options.array) shell.state.variables.setArray(options.array, splitRead(line, separators, Infinity, options.raw).map((value, index) => [String(index), value]))
  else assignFields(shell, names.length > 0 ? names : ['REPLY'], line, names.length === 0 ? '' : separators, options.raw)
  return ended ? 1 : 0
}

function assignFields(shell: Interpreter, names: readonly string[], line: string, separators: string, raw: boolean): void {
  const fields = splitRead(line, separators, names.length, raw)
  names.forEach((name, index) => shell.state.variables.set(name, fields[index] ?? ''))
}

/** Splits like `read`: the last name gets the rest of the line. */
function splitRead(line: string, separators: string, count: number, raw: boolean): string[] {
  const white = [...separators].filter((char) => ' \t\n'.includes(char))
  const fields: string[] = []
  let [current, at] = ['', 0]
  const skip = (): void => {
    while (at < line.length && white.includes(line[at]!)) at++
  }
  skip()
  const start = (): boolean => fields.length + 1 >= count
  for (; at < line.length; at++) {
    const char = line[at]!
    if (!raw && char === '\\' && at + 1 < line.length) current += line[++at]!
    else if (separators.includes(char) && !start()) {
      fields.push(current)
      current = ''
      const hard = !white.includes(char)
      at++
      skip()
      if (!hard && at < line.length && separators.includes(line[at]!)) {
        at++
        skip()
      }
      at--
    } else current += char
  }
  while (current !== '' && white.includes(current.at(-1)!)) current = current.slice(0, -1)
  if (current !== '' || fields.length === 0) fields.push(current)
  return fields
}

async function mapfile(shell: Interpreter, words: readonly string[]): Promise<number> {
  const trim = words.includes('-t')
  const name = words.slice(1).find((word) => !word.startsWith('-')) ?? 'MAPFILE'
  const lines = (await shell.context.readAllText(0)).split(/(?<=\n)/).filter((line) => line !== '')
  shell.state.variables.setArray(name, lines.map((line, index) => [String(index), trim ? line.replace(/\n$/, '') : line]))
  return 0
}

export const inputOutputBuiltins: Readonly<Record<string, Builtin>> = {
  echo: { run: echo },
  printf: { run: printf },
  test: { run: test },
  '[': { run: test },
  read: { run: read },
  mapfile: { run: mapfile, bashOnly: true },
  readarray: { run: mapfile, bashOnly: true },
}
