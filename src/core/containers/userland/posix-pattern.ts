/** How a pattern is written: basic (`\(`, `\|`), extended (`(`, `|`), or text to be found as it is. */
export type Syntax = 'basic' | 'extended' | 'fixed'

const CLASSES: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z', digit: '0-9', alnum: 'A-Za-z0-9', upper: 'A-Z', lower: 'a-z', space: '\\s', blank: ' \\t', punct: '!-\\/:-@\\[-`{-~', xdigit: '0-9A-Fa-f', cntrl: '\\x00-\\x1f\\x7f', print: '\\x20-\\x7e', graph: '\\x21-\\x7e',
}
const SWAPPED = '(){}|+?'

/** A POSIX regular expression in JavaScript's syntax. Throws `SyntaxError` where it cannot be one. */
export function posixPattern(pattern: string, syntax: Syntax): string {
  if (syntax === 'fixed') return pattern.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&')
  let result = ''
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at]!
    if (char === '[') {
      const end = bracketEnd(pattern, at)
      result += bracket(pattern.slice(at + 1, end))
      at = end
    } else if (char === '\\') result += escaped(pattern[++at], syntax)
    else if (syntax === 'basic') result += basic(char, pattern, at)
    else result += char === '*' && result === '' ? '\\*' : char
  }
  return result
}

function escaped(char: string | undefined, syntax: Syntax): string {
  if (char === undefined) throw new SyntaxError('Trailing backslash')
  if (char === '<' || char === '>') return '\\b'
  if (SWAPPED.includes(char)) return syntax === 'basic' ? char : `\\${char}`
  return /[1-9bBwWsS]/.test(char) ? `\\${char}` : char.replace(/[$*.[\\\]^/]/, '\\$&')
}

/** In basic expressions `*` first is itself, and `^` and `$` are anchors only at the ends. */
function basic(char: string, pattern: string, at: number): string {
  if (SWAPPED.includes(char)) return `\\${char}`
  const first = at === 0 || /\\[(|]$/.test(pattern.slice(0, at))
  if (char === '*') return first || (at === 1 && pattern.startsWith('^')) ? '\\*' : '*'
  if (char === '^') return first ? '^' : '\\^'
  if (char === '$') return at === pattern.length - 1 || /^\\[)|]/.test(pattern.slice(at + 1)) ? '$' : '\\$'
  return char
}

/** Where a bracket expression ends: a `]` that is not first, nor inside `[: :]`. */
function bracketEnd(pattern: string, start: number): number {
  let at = start + 1
  if (pattern[at] === '^') at++
  if (pattern[at] === ']') at++
  for (; at < pattern.length; at++) {
    if (pattern[at] === '[' && pattern[at + 1] === ':') at = Math.max(at, pattern.indexOf(':]', at) + 1)
    else if (pattern[at] === ']') return at
  }
  throw new SyntaxError('Unmatched [')
}

function bracket(inside: string): string {
  const negated = inside.startsWith('^')
  const body = (negated ? inside.slice(1) : inside).replace(/\[:(\w+):\]|[\\[\]]/g, (found, name: string | undefined) => (name === undefined ? `\\${found}` : (CLASSES[name] ?? '')))
  return `[${negated ? '^' : ''}${body}]`
}
