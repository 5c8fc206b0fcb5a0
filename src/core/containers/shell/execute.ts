import { decodeUtf8 } from '../../base/bytes.ts'
import { ExecError } from '../runtime/process-context.ts'
import type { Interpreter } from './interpreter.ts'
import { runShell } from './run-shell.ts'
import { ShellError } from './shell-state.ts'

/** The path of a program. Throws a `ShellError` (127) in the shell's own words when there is none. */
export function locate(shell: Interpreter, name: string): string {
  const { state } = shell
  const path = name === '' ? undefined : shell.context.findProgram(name, state.variables.get('PATH'))
  if (path !== undefined) return path
  if (name.includes('/') && shell.context.files.isDirectory(name)) throw new ShellError(state.isBash ? `${name}: Is a directory` : `${name}: Permission denied`, { status: 126 })
  if (state.isBash) throw new ShellError(name.includes('/') ? `${name}: No such file or directory` : `${name}: command not found`, { status: 127 })
  throw new ShellError(`${name}: not found`, { status: 127 })
}

/** Becomes the program; a file without a known format is run as a script. */
export async function executeHere(shell: Interpreter, path: string, words: readonly string[]): Promise<number> {
  const { state } = shell
  try {
    return await shell.context.execute(path, words)
  } catch (error) {
    if (!(error instanceof ExecError)) throw error
    if (error.code === 'ENOEXEC') return runAsScript(shell, path, words)
    const text = error.code === 'EACCES' ? 'Permission denied' : error.path === path ? (state.isBash ? 'No such file or directory' : 'not found') : `${error.path}: bad interpreter: No such file or directory`
    await state.complain(`${path}: ${state.isBash || error.path === path || error.code === 'EACCES' ? text : 'not found'}`)
    return error.code === 'ENOENT' ? (state.isBash && error.path !== path ? 126 : 127) : 126
  }
}

async function runAsScript(shell: Interpreter, path: string, words: readonly string[]): Promise<number> {
  const bytes = shell.context.files.bytes(path, 0, 1_000_000)
  if (bytes.subarray(0, 256).includes(0) || 'seed' in shell.context.files.body(path)) {
    await shell.state.complain(shell.state.isBash ? `${path}: cannot execute binary file: Exec format error` : `${path}: Exec format error`)
    return 126
  }
  const script = shell.newFor(path)
  for (const [name, value] of script.context.env) Object.assign(script.state.variables.declare(name), { value, exported: true })
  script.state.positional = words.slice(1)
  return runShell(script, async () => void (await script.runText(decodeUtf8(bytes))))
}
