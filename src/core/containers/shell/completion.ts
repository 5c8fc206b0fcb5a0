import { FileError } from '../filesystem/file-system.ts'
import { BUILTINS } from './builtins/index.ts'
import type { Interpreter } from './interpreter.ts'

/** What Tab adds to the text before the cursor, and all that would fit. */
export function complete(shell: Interpreter, before: string): { readonly insert: string; readonly candidates: readonly string[] } {
  const word = /[^\s;|&<>]*$/.exec(before)?.[0] ?? ''
  const first = /(^|[;|&(])\s*$/.test(before.slice(0, before.length - word.length))
  const candidates = first && !word.includes('/') ? commands(shell, word) : paths(shell, word)
  const tail = word.slice(word.lastIndexOf('/') + 1)
  const common = candidates.reduce((a, b) => commonPrefix(a, b), candidates[0] ?? '')
  const ending = candidates.length === 1 && !common.endsWith('/') ? ' ' : ''
  return { insert: common.slice(tail.length) + ending, candidates }
}

function commands(shell: Interpreter, start: string): string[] {
  const names = new Set([...BUILTINS.keys(), ...shell.state.functions.keys(), ...shell.state.aliases.keys()])
  for (const directory of (shell.state.variables.get('PATH') ?? '').split(':')) for (const name of list(shell, directory)) names.add(name)
  return [...names].filter((name) => name.startsWith(start)).sort()
}

function paths(shell: Interpreter, word: string): string[] {
  const slash = word.lastIndexOf('/')
  const home = shell.state.variables.get('HOME') ?? '/'
  const directory = slash < 0 ? '.' : word.slice(0, slash + 1).replace(/^~(?=\/)/, home)
  const tail = word.slice(slash + 1)
  return list(shell, directory).filter((name) => name.startsWith(tail) && (tail.startsWith('.') || !name.startsWith('.')))
    .map((name) => (shell.context.files.isDirectory(`${directory}/${name}`) ? `${name}/` : name))
}

function list(shell: Interpreter, directory: string): string[] {
  try {
    return shell.context.files.list(directory)
  } catch (error) {
    if (error instanceof FileError) return []
    throw error
  }
}

function commonPrefix(a: string, b: string): string {
  let length = 0
  while (length < a.length && a[length] === b[length]) length++
  return a.slice(0, length)
}
