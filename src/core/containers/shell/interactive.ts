import { reapBackground } from './builtins/jobs.ts'
import { expandAliases } from './aliases.ts'
import type { Interpreter } from './interpreter.ts'
import { LineEditor } from './line-editor.ts'
import { isIncomplete } from './parser.ts'
import { prompt } from './prompt.ts'
import { ShellError, ShellJump } from './shell-state.ts'
import { FileError } from '../filesystem/file-system.ts'
import { ReadonlyVariable } from './variables.ts'

/** The read-evaluate-print loop at a terminal. */
export async function runInteractive(shell: Interpreter): Promise<void> {
  const { state, context } = shell
  state.interactive = true
  if (context.terminal) state.options.add('monitor')
  for (const signal of ['INT', 'TERM', 'TSTP', 'QUIT'] as const) if (!state.traps.has(signal)) context.onSignal(signal, () => undefined)
  await readStartFiles(shell)
  const editor = new LineEditor(shell)
  for (;;) {
    await reapBackground(shell)
    const text = await readCommand(shell, editor)
    if (text === undefined) {
      await context.warn(state.isBash ? 'exit\n' : '\n')
      return
    }
    if (text.trim() !== '') await runLine(shell, text)
  }
}

async function runLine(shell: Interpreter, text: string): Promise<void> {
  const { state } = shell
  state.loopDepth = 0
  state.callDepth = 0
  state.tested = 0
  state.line = 1
  try {
    await shell.runText(expandAliases(text, state.aliases))
  } catch (error) {
    if (error instanceof ShellError || error instanceof ReadonlyVariable) {
      await shell.complainAbout(error)
      state.status = error instanceof ShellError ? error.status : 1
    } else if (error instanceof FileError) {
      await state.complain(error.message)
      state.status = 1
    } else if (!(error instanceof ShellJump)) throw error
  }
}

/** One whole command, asking on with PS2 while it is unfinished; undefined at the end of the input. */
async function readCommand(shell: Interpreter, editor: LineEditor): Promise<string | undefined> {
  let text = ''
  for (;;) {
    const line = await editor.readLine(await prompt(shell, text === '' ? 'PS1' : 'PS2'))
    if (line === 'end') return text === '' ? undefined : text
    if (line === 'interrupted') {
      shell.state.status = 130
      return ''
    }
    text = text === '' ? line.text : `${text}\n${line.text}`
    if (!isIncomplete(text) && !text.endsWith('\\')) return text
  }
}

async function readStartFiles(shell: Interpreter): Promise<void> {
  const { state, context } = shell
  const login = context.argv[0]?.startsWith('-') ?? false
  const home = state.variables.get('HOME') ?? '/root'
  const files = [...(login ? ['/etc/profile'] : []), ...(state.isBash ? ['/etc/bash.bashrc', `${home}/.bashrc`] : [])]
  for (const file of files) {
    if (context.files.may(file, 'read') && context.files.stat(file)?.kind === 'file') await runLine(shell, context.files.text(file))
  }
  state.status = 0
}
