import { decodeUtf8 } from '../../base/bytes.ts'
import { MiB } from '../../simulation/units.ts'
import { FileError } from '../filesystem/file-system.ts'
import type { ProcessContext } from '../runtime/process-context.ts'
import type { Program } from '../runtime/program.ts'
import { setOptions } from './builtins/options.ts'
import { runInteractive } from './interactive.ts'
import { newShellState } from './initial-state.ts'
import { Interpreter } from './interpreter.ts'
import { runShell } from './run-shell.ts'
import { ShellError, type Dialect } from './shell-state.ts'

/** A shell as a program: `sh`, `sh -c text [name args]`, `sh file args`, `sh -s`. */
export async function shellMain(context: ProcessContext, dialect: Dialect): Promise<number> {
  const shell = new Interpreter(newShellState(context, dialect, context.argv[0] ?? 'sh'))
  return runShell(shell, async () => {
    const { state } = shell
    if (context.args.includes('--version') && dialect === 'bash') {
      await context.print('GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)\n')
      return
    }
    const [text, rest] = await commandLine(shell)
    if (text.kind === 'command') {
      state.name = rest[0] ?? state.name
      state.positional = rest.slice(1)
      await shell.runText(text.text, { mayExec: dialect !== 'busybox' })
    } else if (text.kind === 'stdin') {
      state.positional = rest
      if (text.interactive || (context.isTerminal(0) && context.isTerminal(2))) await runInteractive(shell)
      else await runInput(shell)
    } else await runFile(shell, rest)
  })
}

type Source = { readonly kind: 'command'; readonly text: string } | { readonly kind: 'stdin'; readonly interactive: boolean } | { readonly kind: 'file' }

async function commandLine(shell: Interpreter): Promise<[Source, readonly string[]]> {
  const words = [...shell.context.args].filter((word) => !/^--(login|norc|noprofile|posix)$/.test(word))
  let [commandString, input, interactive] = [false, false, false]
  const options: string[] = []
  while (/^[-+]./.test(words[0] ?? '') && words[0] !== '--') {
    let word = words.shift()!
    if (word.startsWith('-')) {
      if (word.includes('c')) commandString = true
      if (word.includes('s')) input = true
      if (word.includes('i')) interactive = true
      word = word.replace(/[csil]/g, '')
    }
    if (word.length > 1) options.push(word, ...(word.endsWith('o') ? [words.shift() ?? ''] : []))
  }
  if (words[0] === '--') words.shift()
  setOptions(shell, options)
  if (commandString) {
    const text = words.shift()
    if (text === undefined) throw new ShellError('-c: option requires an argument', { status: 2, fatal: true })
    return [{ kind: 'command', text }, words]
  }
  return [input || words.length === 0 ? { kind: 'stdin', interactive } : { kind: 'file' }, words]
}

async function runFile(shell: Interpreter, words: readonly string[]): Promise<void> {
  const { state, context } = shell
  const [path = '', ...args] = words
  let text: string
  try {
    const found = path.includes('/') || context.files.exists(path) ? path : (context.findProgram(path) ?? path)
    text = decodeUtf8(context.files.bytes(found))
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    const reason = error.code === 'ENOENT' ? 'No such file or directory' : error.code === 'EISDIR' ? 'Is a directory' : 'Permission denied'
    await context.warn(state.isBash ? `${state.name}: ${path}: ${reason}\n` : `${state.name}: 0: cannot open ${path}: ${error.code === 'ENOENT' ? 'No such file' : reason}\n`)
    state.status = state.isBash ? (error.code === 'ENOENT' ? 127 : 126) : 2
    return
  }
  state.name = path
  state.positional = args
  await shell.runText(text)
}

/** Commands from standard input, read to its end first. */
async function runInput(shell: Interpreter): Promise<void> {
  await shell.runText(await shell.context.readAllText(0))
}

const shellProgram = (name: string, brought: string, dialect: Dialect, resident: number): Program => ({
  name, package: brought, residentBytes: resident, main: (context) => shellMain(context, dialect),
})

export const SHELLS: readonly Program[] = [
  shellProgram('bash', 'bash', 'bash', 3.5 * MiB),
  shellProgram('dash', 'dash', 'dash', 1 * MiB),
  shellProgram('sh', 'dash', 'dash', 1 * MiB),
  shellProgram('ash', 'busybox', 'busybox', 1 * MiB),
]
