/** Shell patterns (POSIX 2.13): `*`, `?`, `[…]`, with `\` before a character that stands for itself. */

const cache = new Map<string, RegExp>()
const CACHE_LIMIT = 500

const CLASSES: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z', digit: '0-9', alnum: 'A-Za-z0-9', upper: 'A-Z', lower: 'a-z', space: '\\s', blank: ' \\t', punct: '!-\\/:-@\\[-`{-~', xdigit: '0-9A-Fa-f',
}

/** The source of a regular expression for a pattern; greedy or lazy stars. `anyCharacter` excludes `/` for path names. */
export function patternSource(pattern: string, options: { readonly lazy?: boolean; readonly path?: boolean } = {}): string {
  const any = options.path ? '[^/]' : '[\\s\\S]'
  let source = ''
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at]!
    if (char === '\\' && at + 1 < pattern.length) source += escapeRegExp(pattern[++at]!)
    else if (char === '*') source += `${any}*${options.lazy ? '?' : ''}`
    else if (char === '?') source += any
    else if (char === '[') {
      const end = bracketEnd(pattern, at)
      source += end < 0 ? '\\[' : bracketSource(pattern.slice(at + 1, end))
      if (end >= 0) at = end
    } else source += escapeRegExp(char)
  }
  return source
}

export function matchesPattern(text: string, pattern: string): boolean {
  let compiled = cache.get(pattern)
  if (!compiled) {
    if (cache.size > CACHE_LIMIT) cache.clear()
    compiled = new RegExp(`^${patternSource(pattern)}$`)
    cache.set(pattern, compiled)
  }
  return compiled.test(text)
}

/** A pattern that matches exactly this text. */
export function escapePattern(text: string): string {
  return text.replace(/[*?[\]\\]/g, '\\$&')
}

export function hasMagic(pattern: string): boolean {
  for (let at = 0; at < pattern.length; at++) {
    if (pattern[at] === '\\') at++
    else if (pattern[at] === '*' || pattern[at] === '?') return true
    else if (pattern[at] === '[' && bracketEnd(pattern, at) > 0) return true
  }
  return false
}

/** `${name#pattern}` and its three sisters. */
export function removeMatch(text: string, pattern: string, side: 'prefix' | 'suffix', greedy: boolean): string {
  if (side === 'prefix') return text.replace(new RegExp(`^(?:${patternSource(pattern, { lazy: !greedy })})`), '')
  for (let step = 0; step <= text.length; step++) {
    const start = greedy ? step : text.length - step
    if (matchesPattern(text.slice(start), pattern)) return text.slice(0, start)
  }
  return text
}

function bracketEnd(pattern: string, start: number): number {
  let at = start + 1
  if (pattern[at] === '!' || pattern[at] === '^') at++
  if (pattern[at] === ']') at++
  for (; at < pattern.length; at++) {
    if (pattern[at] === '\\') at++
    else if (pattern.startsWith('[:', at)) {
      const close = pattern.indexOf(':]', at)
      if (close > 0) at = close + 1
    } else if (pattern[at] === ']') return at
  }
  return -1
}

function bracketSource(body: string): string {
  const negated = body.startsWith('!') || body.startsWith('^')
  let inner = ''
  const text = negated ? body.slice(1) : body
  for (let at = 0; at < text.length; at++) {
    const named = text.startsWith('[:', at) ? /^\[:(\w+):\]/.exec(text.slice(at)) : null
    if (named) {
      inner += CLASSES[named[1]!] ?? ''
      at += named[0].length - 1
    } else if (text[at] === '\\' && at + 1 < text.length) inner += escapeClass(text[++at]!)
    else if (text[at] === '-' && at > 0 && at + 1 < text.length && (text[at - 1] ?? '') <= (text[at + 1] ?? '')) inner += '-'
    else inner += escapeClass(text[at]!)
  }
  if (inner === '') return negated ? '[\\s\\S]' : '(?!)'
  return `[${negated ? '^' : ''}${inner}]`
}

const escapeClass = (char: string): string => (/[\\\]^-]/.test(char) ? `\\${char}` : char === '[' ? '\\[' : char)
const escapeRegExp = (char: string): string => char.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
