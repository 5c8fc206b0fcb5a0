import { FileError } from '../../filesystem/file-system.ts'
import type { Interpreter } from '../interpreter.ts'
import { ERROR_TEXTS } from '../redirections.ts'
import { ShellError } from '../shell-state.ts'
import type { Builtin } from './builtin.ts'
import { invoke } from '../simple-commands.ts'
import { BUILTINS, SPECIAL_BUILTINS } from './index.ts'

const KEYWORDS = ['if', 'then', 'else', 'elif', 'fi', 'for', 'while', 'until', 'do', 'done', 'case', 'esac', '{', '}', '!', 'in']

async function cd(shell: Interpreter, words: readonly string[]): Promise<number> {
  const { state, context } = shell
  const args = words.slice(1).filter((word) => word !== '-L' && word !== '-P' && word !== '--')
  const { variables } = state
  const target = args[0] === '-' ? variables.get('OLDPWD') : (args[0] ?? variables.get('HOME'))
  if (target === undefined) throw new ShellError(args[0] === '-' ? 'cd: OLDPWD not set' : 'cd: HOME not set')
  const logical = normalise(target.startsWith('/') ? target : `${variables.get('PWD') ?? context.cwd}/${target}`)
  try {
    context.chdir(target === '' ? '.' : logical)
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    throw new ShellError(state.isBash ? `cd: ${target}: ${ERROR_TEXTS[error.code] ?? error.code}` : `cd: can't cd to ${target}`, { status: state.isBash ? 1 : 2 })
  }
  const old = variables.get('PWD') ?? '/'
  Object.assign(variables.declare('OLDPWD'), { value: old, exported: true })
  Object.assign(variables.declare('PWD'), { value: logical, exported: true })
  if (args[0] === '-') await context.print(`${logical}\n`)
  return 0
}

/** Removes `.` and `..` by text, as `cd -L` does. */
function normalise(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

async function pwd(shell: Interpreter, words: readonly string[]): Promise<number> {
  const logical = shell.state.variables.get('PWD')
  await shell.context.print(`${words[1] === '-P' || logical === undefined ? shell.context.cwd : logical}\n`)
  return 0
}

async function command(shell: Interpreter, words: readonly string[]): Promise<number> {
  const args = words.slice(1)
  if (args[0] === '-v' || args[0] === '-V') {
    let status = 1
    for (const name of args.slice(1)) {
      const text = args[0] === '-v' ? shortDescription(shell, name) : longDescription(shell, name)
      if (text !== undefined) {
        status = 0
        await shell.context.print(`${text}\n`)
      } else if (args[0] === '-V' && shell.state.isBash) await shell.state.complain(`command: ${name}: not found`)
      else if (args[0] === '-V') await shell.context.print(`${name}: not found\n`)
    }
    return status === 0 ? 0 : shell.state.isBash ? 1 : 127
  }
  const rest = args.filter((word, index) => !(index === 0 && (word === '-p' || word === '--')))
  if (rest.length === 0) return 0
  await invoke(shell, { assignments: [], redirections: [] }, rest, true)
  return shell.state.status
}

function shortDescription(shell: Interpreter, name: string): string | undefined {
  if (KEYWORDS.includes(name) || shell.state.functions.has(name) || isBuiltin(shell, name)) return name
  if (shell.state.aliases.has(name)) return `alias ${name}='${shell.state.aliases.get(name)!}'`
  const path = shell.context.findProgram(name, shell.state.variables.get('PATH'))
  return path !== undefined && shell.context.files.may(path, 'execute') ? path : undefined
}

function longDescription(shell: Interpreter, name: string): string | undefined {
  if (KEYWORDS.includes(name)) return `${name} is a shell keyword`
  if (shell.state.aliases.has(name)) return shell.state.isBash ? `${name} is aliased to \`${shell.state.aliases.get(name)!}'` : `${name} is an alias for ${shell.state.aliases.get(name)!}`
  if (shell.state.functions.has(name)) return shell.state.isBash ? `${name} is a function` : `${name} is a shell function`
  if (isBuiltin(shell, name)) return !shell.state.isBash && SPECIAL_BUILTINS.has(name) ? `${name} is a special shell builtin` : `${name} is a shell builtin`
  const path = shell.context.findProgram(name, shell.state.variables.get('PATH'))
  return path && `${name} is ${path}`
}

function isBuiltin(shell: Interpreter, name: string): boolean {
  const builtin = BUILTINS.get(name)
  return name === 'exec' || (builtin !== undefined && (!builtin.bashOnly || shell.state.isBash))
}

async function type(shell: Interpreter, words: readonly string[]): Promise<number> {
  let status = 0
  const kindOnly = words[1] === '-t'
  const pathOnly = words[1] === '-p' || words[1] === '-P'
  for (const name of words.slice(kindOnly || pathOnly || words[1] === '-a' ? 2 : 1)) {
    const text = kindOnly ? kindOf(shell, name) : pathOnly ? shell.context.findProgram(name, shell.state.variables.get('PATH')) : longDescription(shell, name)
    if (text === undefined) {
      status = shell.state.isBash ? 1 : 127
      if (shell.state.isBash && !kindOnly && !pathOnly) await shell.state.complain(`type: ${name}: not found`)
      else if (!shell.state.isBash) await shell.context.print(`${name}: not found\n`)
    } else await shell.context.print(`${text}\n`)
  }
  return status
}

function kindOf(shell: Interpreter, name: string): string | undefined {
  if (shell.state.aliases.has(name)) return 'alias'
  if (KEYWORDS.includes(name)) return 'keyword'
  if (shell.state.functions.has(name)) return 'function'
  if (isBuiltin(shell, name)) return 'builtin'
  return shell.context.findProgram(name, shell.state.variables.get('PATH')) && 'file'
}

async function alias(shell: Interpreter, words: readonly string[]): Promise<number> {
  const { aliases, isBash } = shell.state
  const prefix = isBash ? 'alias ' : ''
  let status = 0
  for (const word of words.slice(1)) {
    const at = word.indexOf('=')
    const value = aliases.get(word)
    if (at > 0) aliases.set(word.slice(0, at), word.slice(at + 1))
    else if (value !== undefined) await shell.context.print(`${prefix}${word}='${value}'\n`)
    else {
      await shell.context.warn(isBash ? `${shell.state.messagePrefix}alias: ${word}: not found\n` : `alias: ${word} not found\n`)
      status = 1
    }
  }
  if (words.length === 1) for (const [name, value] of aliases) await shell.context.print(`${prefix}${name}='${value}'\n`)
  return status
}

async function unalias(shell: Interpreter, words: readonly string[]): Promise<number> {
  for (const name of words.slice(1)) shell.state.aliases.delete(name)
  if (words[1] === '-a') shell.state.aliases.clear()
  return 0
}

export const commandBuiltins: Readonly<Record<string, Builtin>> = {
  cd: { run: cd },
  pwd: { run: pwd },
  command: { run: command },
  builtin: { run: async (shell, words) => BUILTINS.get(words[1] ?? '')?.run(shell, words.slice(1)) ?? 1, bashOnly: true },
  type: { run: type },
  hash: { run: async () => 0 },
  alias: { run: alias },
  unalias: { run: unalias },
}
