import type { Interpreter } from './interpreter.ts'
import { ShellSyntaxError } from './parser.ts'

export async function syntaxError(shell: Interpreter, error: ShellSyntaxError, source: string): Promise<number> {
  shell.state.line = error.line
  const { isBash } = shell.state
  if (isBash) {
    const atEnd = error.token === undefined || error.token === '' || error.token === 'newline' && error.line > source.split('\n').length
    await shell.state.complain(atEnd ? 'syntax error: unexpected end of file' : `syntax error near unexpected token \`${error.token}'`)
    if (!atEnd) await shell.state.complain(`\`${source.split('\n')[error.line - 1] ?? ''}'`)
  } else {
    await shell.state.complain(`Syntax error: ${error.token === undefined || error.token === '' ? 'end of file unexpected' : `"${error.token}" unexpected`}`)
  }
  shell.state.status = 2
  return 2
}
