/**
 * `id` names and keywords, `number` and `string` as written, `op` operators and punctuation, `pp` what begins with `%`: directives, parameters,
 * local labels of macros.
 */
export interface Token {
  readonly kind: 'id' | 'number' | 'string' | 'op' | 'pp'
  readonly text: string
  /** White space stands before it. */
  readonly space: boolean
  /** In the program's own source, counted from 1; line 0: from a macro of the library. */
  readonly line: number
  readonly column: number
}

export const isOp = (token: Token | undefined, text: string): boolean => token?.kind === 'op' && token.text === text

/** Text that reads back as the same tokens. */
export function textOf(tokens: readonly Token[]): string {
  return tokens.map((token, n) => `${token.space && n > 0 ? ' ' : ''}${token.text}`).join('')
}
