import { concatBytes, decodeUtf8, type Bytes } from '../../base/bytes.ts'
import type { ProcessContext } from '../runtime/process-context.ts'
import { posixPattern, type Syntax } from './posix-pattern.ts'
import { commandName, joinPath, parseOptions, program, reasonOf, usageError } from './support.ts'
import { runTool } from './text-tools.ts'

const LINE_FEED = 10
const LONG_NAMES: Readonly<Record<string, string>> = {
  'extended-regexp': 'E', 'fixed-strings': 'F', 'basic-regexp': 'G', 'ignore-case': 'i', 'invert-match': 'v', 'line-number': 'n', count: 'c', 'only-matching': 'o', quiet: 'q', silent: 'q',
  'files-with-matches': 'l', recursive: 'r', 'word-regexp': 'w', 'line-regexp': 'x', 'no-filename': 'h', 'with-filename': 'H', 'no-messages': 's', text: 'a', 'line-buffered': 'u', color: 'u', colour: 'u',
}
/** Single letters handled here; a call with any other is the delegated tool's. */
const OWN = 'EFGivncoqlrRwxhHsauem'

interface Search {
  readonly process: ProcessContext
  readonly has: (letter: string) => boolean
  readonly patterns: readonly RegExp[]
  readonly most: number
  readonly named: boolean
}

/** grep(1), which reads as its input comes: a pipe that never ends gives its lines as they are written. */
async function grep(process: ProcessContext): Promise<number> {
  const { flags, values, operands } = parseOptions(process.args, ['e', 'm', 'regexp', 'max-count', 'A', 'B', 'C', 'f'])
  const letters = new Set([...flags, ...values.keys()].map((name) => (name.length === 1 ? name : (LONG_NAMES[name] ?? (name === 'regexp' ? 'e' : name === 'max-count' ? 'm' : name)))))
  if ([...letters].some((letter) => !OWN.includes(letter))) return runTool(process)
  const given = values.has('e') || values.has('regexp') ? expressions(process.args) : undefined
  const pattern = given ?? operands[0]
  if (pattern === undefined) return usageError(process, 'no pattern', 2)
  const files = given === undefined ? operands.slice(1) : operands
  const has = (letter: string): boolean => letters.has(letter)
  const recursive = has('r') || has('R')
  const named = !has('h') && (has('H') || recursive || files.length > 1)
  try {
    const most = Number(values.get('m') ?? values.get('max-count') ?? Infinity)
    return await searchAll({ process, has, patterns: compile(process, pattern, has), most, named }, files.length > 0 ? files : [recursive ? '.' : '-'], recursive)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    await process.warn(`${commandName(process)}: ${error.message === 'Trailing backslash' ? error.message : 'Invalid regular expression'}\n`)
    return 2
  }
}

/** The patterns of `-e`, of which there may be several, as lines. */
function expressions(args: readonly string[]): string {
  return args.flatMap((word, index) => {
    const [, attached] = /^(?:-[a-zA-Z]*?e|--regexp=)(.*)$/s.exec(word) ?? []
    return attached === undefined ? [] : [attached === '' ? (args[index + 1] ?? '') : attached]
  }).join('\n')
}

/** One expression for each line of the pattern. */
function compile(process: ProcessContext, pattern: string, has: Search['has']): RegExp[] {
  const name = commandName(process)
  const syntax: Syntax = has('F') || name === 'fgrep' ? 'fixed' : has('E') || name === 'egrep' ? 'extended' : 'basic'
  return pattern.split('\n').map((line) => {
    const source = posixPattern(line, syntax)
    return new RegExp(has('x') ? `^(?:${source})$` : has('w') ? `(?<!\\w)(?:${source})(?!\\w)` : source, `g${has('i') ? 'i' : ''}`)
  })
}

async function searchAll(search: Search, paths: readonly string[], recursive: boolean): Promise<number> {
  const { process, has } = search
  const outcome = { found: false, failed: false }
  const visit = async (path: string): Promise<void> => {
    if (outcome.found && has('q')) return
    try {
      if (path !== '-' && process.files.isDirectory(path)) {
        if (!recursive) await process.warn(`grep: ${path}: Is a directory\n`)
        else for (const name of process.files.list(path)) if (process.files.stat(joinPath(path, name), false)?.kind !== 'symlink') await visit(path === '.' && paths[0] !== '.' ? name : joinPath(path, name))
        return
      }
      const fd = path === '-' ? 0 : process.open(path, { read: true })
      if (await searchFile(search, fd, path === '-' ? '(standard input)' : path)) outcome.found = true
      if (fd !== 0) process.close(fd)
    } catch (error) {
      const reason = reasonOf(error)
      if (!has('s')) await process.warn(`${commandName(process)}: ${path}: ${reason}\n`)
      outcome.failed = true
    }
  }
  for (const path of paths) await visit(path)
  if (outcome.found && has('q')) return 0
  return outcome.failed ? 2 : outcome.found ? 0 : 1
}

/** Prints what is selected, at the end of each part read. True when a line was. */
async function searchFile(search: Search, fd: number, path: string): Promise<boolean> {
  const { process, has } = search
  let [rest, number, selected]: [Bytes, number, number] = [new Uint8Array(0), 0, 0]
  const only = has('q') || has('l')
  for (let ended = false; !ended && selected < search.most && !(only && selected > 0);) {
    const part = await process.read(fd)
    await process.use(part.length * 20)
    ended = part.length === 0
    const bytes = rest.length === 0 ? part : concatBytes([rest, part])
    const end = ended ? bytes.length : bytes.lastIndexOf(LINE_FEED) + 1
    rest = bytes.slice(end)
    if (end === 0) continue
    if (bytes.subarray(0, end).includes(0) && !has('a')) return searchBinary(search, bytes, path)
    let text = ''
    for (const line of decodeUtf8(bytes.subarray(0, end)).replace(/\n$/, '').split('\n')) {
      number++
      const found = matches(search, line)
      if (!found || selected >= search.most) continue
      selected++
      const prefix = `${search.named ? `${path}:` : ''}${has('n') ? `${number}:` : ''}`
      text += has('o') ? found.map((match) => `${prefix}${match}\n`).join('') : `${prefix}${line}\n`
    }
    if (!only && !has('c')) await process.print(text)
  }
  if (has('c') && !only) await process.print(`${search.named ? `${path}:` : ''}${selected}\n`)
  if (has('l') && !has('q') && selected > 0) await process.print(`${path}\n`)
  return selected > 0
}

async function searchBinary(search: Search, bytes: Bytes, path: string): Promise<boolean> {
  const found = decodeUtf8(bytes).split('\n').some((line) => matches(search, line) !== undefined)
  if (found && !search.has('q')) await search.process.print(search.has('l') ? `${path}\n` : search.has('c') ? `${search.named ? `${path}:` : ''}1\n` : `grep: ${path}: binary file matches\n`)
  return found
}

/** The parts of a selected line that fit (none when lines are selected that do not); undefined for a line that is left out. */
function matches({ has, patterns }: Search, line: string): string[] | undefined {
  const found = patterns.flatMap((pattern) => [...line.matchAll(pattern)].map((match) => match[0]))
  if (has('v')) return found.length > 0 ? undefined : []
  return found.length > 0 ? found.filter((text) => text !== '') : undefined
}

export const GREPS = ['grep', 'egrep', 'fgrep'].map((name) => program(name, 'grep', grep))
