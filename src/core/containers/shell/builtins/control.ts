import { FileError } from '../../filesystem/file-system.ts'
import { ERROR_TEXTS } from '../redirections.ts'
import { ShellError, ShellExit, ShellJump } from '../shell-state.ts'
import type { Interpreter } from '../interpreter.ts'
import type { Builtin } from './builtin.ts'

const jump = (kind: 'break' | 'continue'): Builtin => ({
  async run(shell, words) {
    if (shell.state.loopDepth === 0) {
      if (shell.state.isBash) await shell.state.complain(`${kind}: only meaningful in a \`for', \`while', or \`until' loop`)
      return 0
    }
    throw new ShellJump(kind, Math.max(1, Number(words[1] ?? 1)))
  },
})

async function source(shell: Interpreter, words: readonly string[]): Promise<number> {
  const [name, path, ...args] = words
  const { state, context } = shell
  if (path === undefined) {
    await state.complain(`${name}: filename argument required`)
    return 2
  }
  const found = path.includes('/') ? path : ((state.variables.get('PATH') ?? '').split(':').map((directory) => `${directory}/${path}`).find((file) => context.files.exists(file)) ?? (state.isBash ? path : undefined))
  let text: string
  try {
    if (found === undefined) throw new FileError('ENOENT', path)
    const fd = context.open(found, { read: true })
    text = await context.readAllText(fd)
    context.close(fd)
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    if (state.isBash) throw new ShellError(`${path}: ${ERROR_TEXTS[error.code] ?? error.code}`)
    throw new ShellError(found === undefined ? `${name}: ${path}: not found` : `${name}: cannot open ${path}: No such file`, { status: 2, fatal: true })
  }
  const { positional } = state
  if (args.length > 0) state.positional = args
  state.status = 0
  state.sourceDepth++
  try {
    return await shell.runText(text)
  } catch (error) {
    if (error instanceof ShellJump && error.kind === 'return') return state.status
    throw error
  } finally {
    state.sourceDepth--
    if (args.length > 0) state.positional = positional
  }
}

async function leave(shell: Interpreter, words: readonly string[]): Promise<never> {
  const { state } = shell
  const code = words[1]
  if (code !== undefined && !(state.isBash ? /^-?\d+$/ : /^\d+$/).test(code)) {
    await state.complain(state.isBash ? `${words[0]}: ${code}: numeric argument required` : `${words[0]}: Illegal number: ${code}`)
    throw new ShellExit(2)
  }
  throw new ShellExit(code === undefined ? state.status : Number(code) & 255)
}

async function returnFrom(shell: Interpreter, words: readonly string[]): Promise<number> {
  const { state } = shell
  if (!state.variables.inFunction && state.sourceDepth === 0) {
    if (!state.isBash) return leave(shell, words)
    await state.complain("return: can only `return' from a function or sourced script")
    return 2
  }
  // dash keeps the whole number until a process has to end with it.
  state.status = words[1] === undefined ? state.status : state.isBash ? Number(words[1]) & 255 : Number(words[1])
  throw new ShellJump('return', 1)
}

export const controlBuiltins: Readonly<Record<string, Builtin>> = {
  ':': { run: async () => 0 },
  true: { run: async () => 0 },
  false: { run: async () => 1 },
  break: jump('break'),
  continue: jump('continue'),
  return: { run: returnFrom },
  exit: { run: leave },
  logout: { run: leave, bashOnly: true },
  '.': { run: source },
  source: { run: source, bashOnly: true },
  eval: { run: async (shell, words) => (words.length === 1 ? 0 : shell.runText(words.slice(1).join(' '), { from: 'eval' })) },
}
