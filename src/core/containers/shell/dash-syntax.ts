import type { Dialect } from './shell-state.ts'
import { ShellSyntaxError, type Script } from './parser.ts'

/**
 * dash refuses a whole text for bash's syntax before it runs any of it. busybox knows some of it.
 * Throws `ShellSyntaxError`. Functions' bodies and substitutions are looked into as well.
 */
export function refuseBashSyntax(script: Script, dialect: Dialect): void {
  if (dialect === 'dash') visit(script, 1)
}

function visit(node: unknown, line: number): void {
  if (Array.isArray(node)) for (const part of node) visit(part, line)
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return
  const { type, operator, array, line: own } = node as { type?: string; operator?: string; array?: unknown; line?: number }
  const here = own ?? line
  if (type === 'Assignment' && array) refuse('(', here)
  if (type === 'ProcessSubstitution') refuse('(', here)
  if (type === 'Redirection' && operator === '<<<') refuse('redirection', here)
  for (const part of Object.values(node)) if (typeof part === 'object') visit(part, here)
}

function refuse(token: string, line: number): never {
  throw new ShellSyntaxError(`syntax error near unexpected token \`${token}'`, line)
}
