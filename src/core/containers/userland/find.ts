import type { FileStat } from '../filesystem/file-system.ts'
import type { ProcessContext } from '../runtime/process-context.ts'
import { matchesPattern } from '../shell/pattern.ts'
import { findAccount } from './accounts.ts'
import { now } from './clock.ts'
import { baseName, joinPath, program, reasonOf } from './support.ts'

type Test = (path: string, stat: FileStat) => Promise<boolean>

interface Search {
  readonly test: Test
  readonly minDepth: number
  readonly maxDepth: number
  readonly depthFirst: boolean
  /** Directories `-prune` said not to enter. */
  readonly pruned: Set<string>
  readonly finish: () => Promise<void>
}

async function find(process: ProcessContext): Promise<number> {
  const args = [...process.args]
  const starts: string[] = []
  while (args[0] !== undefined && !/^[-(!]/.test(args[0])) starts.push(args.shift()!)
  let search: Search
  try {
    search = new ExpressionReader(process, args).read()
  } catch (error) {
    if (!(error instanceof BadExpression)) throw error
    await process.warn(`find: ${error.message}\n`)
    return 1
  }
  let status = 0
  const visit = async (path: string, depth: number): Promise<void> => {
    const stat = process.files.stat(path, false)
    if (!stat) return
    await process.use(4_000)
    if (!search.depthFirst && depth >= search.minDepth) await search.test(path, stat)
    if (stat.kind === 'directory' && depth < search.maxDepth && !search.pruned.has(path)) {
      try {
        for (const name of process.files.list(path)) await visit(joinPath(path, name), depth + 1)
      } catch (error) {
        await process.warn(`find: '${path}': ${reasonOf(error)}\n`)
        status = 1
      }
    }
    if (search.depthFirst && depth >= search.minDepth) await search.test(path, stat)
  }
  for (const start of starts.length > 0 ? starts : ['.']) {
    if (process.files.stat(start, false)) await visit(start, 0)
    else {
      await process.warn(`find: '${start}': No such file or directory\n`)
      status = 1
    }
  }
  await search.finish()
  return status
}

class BadExpression extends Error {}

class ExpressionReader {
  private at = 0
  private acts = false
  private minDepth = 0
  private maxDepth = Infinity
  private depthFirst = false
  private readonly pruned = new Set<string>()
  private readonly batches: (() => Promise<void>)[] = []
  private readonly process: ProcessContext
  private readonly words: readonly string[]

  constructor(process: ProcessContext, words: readonly string[]) {
    this.process = process
    this.words = words
  }

  read(): Search {
    const expression = this.words.length > 0 ? this.or() : async () => true
    if (this.at < this.words.length) throw new BadExpression(`paths must precede expression: \`${this.words[this.at]}'`)
    const test: Test = this.acts ? expression : async (path, stat) => ((await expression(path, stat)) ? this.print(path, '\n') : false)
    return { test, minDepth: this.minDepth, maxDepth: this.maxDepth, depthFirst: this.depthFirst, pruned: this.pruned, finish: async () => {
      for (const batch of this.batches) await batch()
    } }
  }

  private or(): Test {
    let left = this.and()
    while (this.words[this.at] === '-o' || this.words[this.at] === '-or') {
      this.at++
      const [first, second] = [left, this.and()]
      left = async (path, stat) => (await first(path, stat)) || second(path, stat)
    }
    return left
  }

  private and(): Test {
    let left = this.primary()
    while (this.at < this.words.length && this.words[this.at] !== '-o' && this.words[this.at] !== '-or' && this.words[this.at] !== ')') {
      if (this.words[this.at] === '-a' || this.words[this.at] === '-and') this.at++
      const [first, second] = [left, this.primary()]
      left = async (path, stat) => (await first(path, stat)) && second(path, stat)
    }
    return left
  }

  private value(): string {
    const value = this.words[this.at++]
    if (value === undefined) throw new BadExpression(`missing argument to \`${this.words[this.at - 2]}'`)
    return value
  }

  private primary(): Test {
    const word = this.words[this.at++]
    switch (word) {
      case '(': {
        const inner = this.or()
        this.at++
        return inner
      }
      case '!': case '-not': {
        const inner = this.primary()
        return async (path, stat) => !(await inner(path, stat))
      }
      case '-maxdepth': this.maxDepth = Number(this.value()); return async () => true
      case '-mindepth': this.minDepth = Number(this.value()); return async () => true
      case '-depth': this.depthFirst = true; return async () => true
      case '-xdev': case '-mount': case '-true': return async () => true
      case '-print': this.acts = true; return async (path) => this.print(path, '\n')
      case '-print0': this.acts = true; return async (path) => this.print(path, '\0')
      case '-prune': return async (path) => this.pruned.add(path) !== undefined
      case '-delete': return this.deleting()
      case '-exec': case '-execdir': return this.executing()
      default: return this.matching(word ?? '')
    }
  }

  private matching(word: string): Test {
    const { process } = this
    const value = word === '-empty' || word === '-executable' ? '' : this.value()
    const compare = (actual: number, text: string): boolean => (text.startsWith('+') ? actual > Number(text.slice(1)) : text.startsWith('-') ? actual < Number(text.slice(1)) : actual === Number(text))
    switch (word) {
      case '-name': return async (path) => matchesPattern(baseName(path), value)
      case '-iname': return async (path) => matchesPattern(baseName(path).toLowerCase(), value.toLowerCase())
      case '-path': case '-wholename': return async (path) => matchesPattern(path, value)
      case '-type': return async (_, stat) => value.split(',').includes({ file: 'f', directory: 'd', symlink: 'l', 'character-device': 'c', fifo: 'p' }[stat.kind])
      case '-user': { const uid = findAccount(process, value)?.uid ?? Number(value); return async (_, stat) => stat.uid === uid }
      case '-perm': return async (_, stat) => (value.startsWith('-') ? (stat.mode & parseInt(value.slice(1), 8)) === parseInt(value.slice(1), 8) : value.startsWith('/') ? (stat.mode & parseInt(value.slice(1), 8)) !== 0 : (stat.mode & 0o7777) === parseInt(value, 8))
      case '-mtime': return async (_, stat) => compare(Math.floor((now(process) - stat.mtime) / 86_400), value)
      case '-newer': { const reference = process.files.stat(value)?.mtime ?? 0; return async (_, stat) => stat.mtime > reference }
      case '-size': {
        const unit = { c: 1, k: 1024, M: 2 ** 20, G: 2 ** 30 }[value.at(-1) ?? ''] ?? 512
        return async (_, stat) => compare(Math.ceil(stat.size / unit), value.replace(/[ckMGb]$/, ''))
      }
      case '-empty': return async (path, stat) => (stat.kind === 'directory' ? process.files.list(path).length === 0 : stat.size === 0)
      case '-executable': return async (path) => process.files.may(path, 'execute')
      default: throw new BadExpression(`unknown predicate \`${word}'`)
    }
  }

  private deleting(): Test {
    this.acts = true
    this.depthFirst = true
    return async (path, stat) => {
      if (stat.kind === 'directory') this.process.files.removeDirectory(path)
      else this.process.files.unlink(path)
      return true
    }
  }

  private executing(): Test {
    this.acts = true
    const end = this.words.findIndex((word, index) => index >= this.at && (word === ';' || (word === '+' && this.words[index - 1] === '{}')))
    if (end < 0) throw new BadExpression("missing argument to `-exec'")
    const command = this.words.slice(this.at, end)
    const many = this.words[end] === '+'
    this.at = end + 1
    if (!many) return async (path) => (await runCommand(this.process, command.map((word) => word.replaceAll('{}', path)))) === 0
    const paths: string[] = []
    this.batches.push(async () => {
      if (paths.length > 0) await runCommand(this.process, [...command.slice(0, -1), ...paths])
    })
    return async (path) => paths.push(path) > 0
  }

  private async print(path: string, ending: string): Promise<boolean> {
    await this.process.print(path + ending)
    return true
  }
}

/** Runs a command in a child and waits; 127 with a message when there is none. */
export async function runCommand(process: ProcessContext, words: readonly string[]): Promise<number> {
  const path = process.findProgram(words[0] ?? '')
  if (path === undefined) {
    await process.warn(`${baseName(process.argv[0] ?? '')}: ${words[0]}: No such file or directory\n`)
    return 127
  }
  const result = await process.wait(process.spawn(path, { argv: words }))
  return result && result.status !== 'stopped' ? result.status.code : 1
}

const XARGS_WORDS = 1000

async function xargs(process: ProcessContext): Promise<number> {
  const args = [...process.args]
  const options = { zero: false, max: XARGS_WORDS, replace: '', skipEmpty: false }
  while (args[0]?.startsWith('-')) {
    const word = args.shift()!
    if (word === '-0' || word === '--null') options.zero = true
    else if (word === '-r' || word === '--no-run-if-empty') options.skipEmpty = true
    else if (word.startsWith('-n')) options.max = Number(word.slice(2) || args.shift())
    else if (word.startsWith('-I')) options.replace = word.slice(2) || (args.shift() ?? '{}')
    else if (word === '-P' || word === '-L' || word === '-d') args.shift()
  }
  const command = args.length > 0 ? args : ['echo']
  const text = await process.readAllText(0)
  const items = options.zero ? text.split('\0').filter((item) => item !== '') : options.replace ? text.split('\n').map((line) => line.trim()).filter((line) => line !== '') : words(text)
  if (items.length === 0 && (options.skipEmpty || options.replace)) return 0
  let status = 0
  const run = async (line: readonly string[]): Promise<void> => {
    const code = await runCommand(process, line)
    if (code !== 0) status = code === 127 ? 127 : 123
  }
  if (options.replace) for (const item of items) await run(command.map((word) => word.replaceAll(options.replace, item)))
  else for (let at = 0; at < Math.max(1, items.length); at += options.max) await run([...command, ...items.slice(at, at + options.max)])
  return status
}

/** Blank-separated words; quotes and backslashes protect blanks. */
function words(text: string): string[] {
  return [...text.matchAll(/(?:"([^"]*)"|'([^']*)'|((?:\\.|[^\s"'\\])+))/g)].map((match) => match[1] ?? match[2] ?? match[3]!.replace(/\\(.)/g, '$1'))
}

export const FINDERS = [program('find', 'findutils', find), program('xargs', 'findutils', xargs)]
