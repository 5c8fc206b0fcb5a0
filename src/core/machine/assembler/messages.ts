import type { AssembleMessage } from '../../../protocol/machine.ts'
import { LIMITS, TooMuch } from './problem.ts'
import type { Token } from './token.ts'

/** Messages of one or several passes, each once, in the order of lines. */
export class Messages {
  readonly #lines: readonly string[]
  readonly #all = new Map<string, AssembleMessage>()
  /** Times that something was to be said, repeated messages among them. */
  #said = 0

  constructor(lines: readonly string[]) {
    this.#lines = lines
  }

  get errors(): number {
    return [...this.#all.values()].filter(({ severity }) => severity === 'error').length
  }

  /** At the token where it is part of the line as written, else at the whole line. Throws `TooMuch` beyond the limit. */
  add(severity: 'error' | 'warning', message: string, token: Token | undefined, line: number, suggestion: string | null = null): void {
    const text = this.#lines[Math.max(0, line - 1)] ?? ''
    const exact = token !== undefined && (token.line === line || (token.line > 0 && this.#lines[token.line - 1]?.slice(token.column - 1, token.column - 1 + token.text.length) === token.text && this.#continued(line, token.line)))
    const start = exact ? token.column : text.length - text.trimStart().length + 1
    const one: AssembleMessage = {
      severity, line: exact ? token.line : Math.max(1, line), column: start, endColumn: exact ? start + token.text.length : Math.max(start + 1, text.replace(/\s*(?:;.*)?$/, '').length + 1),
      message, suggestion: exact ? suggestion : null,
    }
    this.take(one)
  }

  /** Takes over a message; one that is the same at the same place is there once. Throws `TooMuch` beyond the limit. */
  take(one: AssembleMessage): void {
    this.#all.set(`${one.line} ${one.column} ${one.message}`, one)
    if (this.#all.size > LIMITS.messages || ++this.#said > LIMITS.messages * 50) throw new TooMuch('too many messages')
  }

  /** Whether the line goes on, by backslashes, to that other line. */
  #continued(from: number, to: number): boolean {
    for (let line = from; line < to; line++) if (!this.#lines[line - 1]?.trimEnd().endsWith('\\')) return false
    return to >= from
  }

  sorted(): AssembleMessage[] {
    return [...this.#all.values()].sort((a, b) => a.line - b.line || a.column - b.column)
  }
}
