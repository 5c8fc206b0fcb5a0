import type { Interpreter } from './interpreter.ts'
import { ShellSyntaxError } from './parser.ts'
import { ShellExit } from './shell-state.ts'

/** Says what is wrong with a text, in the shell's words; `from` is the builtin that had it run. A script ends with it in dash. */
export async function syntaxError(shell: Interpreter, error: ShellSyntaxError, source: string, from?: string): Promise<number> {
  const { state } = shell
  const lines = source.split('\n')
  state.line = error.line
  state.status = 2
  const atEnd = error.token === undefined || error.token === '' || (error.token === 'newline' && error.line > lines.length)
  const origin = from === undefined ? '' : `${from}: `
  if (!state.isBash) {
    await state.complain(`${origin}Syntax error: ${atEnd ? 'end of file unexpected' : error.token === 'redirection' ? 'redirection unexpected' : `"${error.token}" unexpected`}`)
    if (from !== undefined && !state.interactive) throw new ShellExit(2)
    return 2
  }
  const complain = async (message: string, line: number): Promise<void> => (from === undefined ? state.complain(message) : shell.context.warn(`${state.name}: ${origin}line ${line}: ${message}\n`))
  if (atEnd) await complain('syntax error: unexpected end of file', lines.length + 1)
  else {
    await complain(`syntax error near unexpected token \`${error.token}'`, error.line)
    await complain(`\`${lines[error.line - 1] ?? ''}'`, error.line)
  }
  return 2
}
