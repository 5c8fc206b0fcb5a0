/** Patterns of a `.dockerignore`, cleaned as Docker cleans them. */
export function dockerignorePatterns(text: string): string[] {
  return text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const negated = line.startsWith('!')
      const pattern = negated ? line.slice(1).trim() : line
      if (pattern === '') return negated ? '!' : ''
      const cleaned = cleanPath(pattern)
      return (negated ? '!' : '') + (cleaned.length > 1 && cleaned.startsWith('/') ? cleaned.slice(1) : cleaned)
    })
}

/**
 * A test of relative, `/`-separated paths: true when the path or one of its parent folders is ignored; a later `!` pattern
 * takes it back. Throws an Error for a pattern that is none.
 */
export function ignoreMatcher(patterns: readonly string[]): (path: string) => boolean {
  const rules = patterns.map((pattern) => pattern.trim()).filter((pattern) => pattern !== '').map((pattern) => {
    const negated = pattern.startsWith('!')
    const body = negated ? pattern.slice(1) : pattern
    if (body === '') throw new Error('illegal exclusion pattern: "!"')
    return { negated, matches: patternSource(cleanPath(body)) }
  })
  return (path) => {
    const parts = path.split('/')
    const prefixes = parts.map((_, i) => parts.slice(0, parts.length - i).join('/'))
    let ignored = false
    for (const rule of rules) {
      if (ignored === rule.negated && prefixes.some((prefix) => rule.matches.test(prefix))) ignored = !rule.negated
    }
    return ignored
  }
}

/** As Go's filepath.Clean: no `.`, `..` resolved where it can be, no double or trailing slash. */
export function cleanPath(path: string): string {
  const rooted = path.startsWith('/')
  const out: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') out.push(part)
    else if (out.length > 0 && out.at(-1) !== '..') out.pop()
    else if (!rooted) out.push(part)
  }
  return (rooted ? '/' : '') + out.join('/') || (rooted ? '/' : '.')
}

/** `**` spans folders, `*` and `?` stay within one, `[…]` is a class, a backslash quotes. Throws for an unclosed class. */
export function patternSource(pattern: string): RegExp {
  let source = '^'
  const chars = [...pattern]
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i]!
    if (char === '*' && chars[i + 1] === '*') {
      i++
      if (chars[i + 1] === '/') i++
      // At the end `**` takes everything below; elsewhere it takes whole folders, or none.
      source += i + 1 >= chars.length ? '.*' : '(?:.*/)?'
    } else if (char === '*') source += '[^/]*'
    else if (char === '?') source += '[^/]'
    else if (char === '[') {
      const { text, end } = characterClass(chars, i)
      source += text
      i = end
    } else if (char === '\\' && i + 1 < chars.length) source += quoted(chars[++i]!)
    else if (char === '\\') throw new Error('syntax error in pattern')
    else source += quoted(char)
  }
  return new RegExp(`${source}$`, 'su')
}

/** Go's filepath.Match grammar: neither `]` nor `-` can stand for itself unquoted. */
function characterClass(chars: readonly string[], start: number): { text: string; end: number } {
  let body = ''
  let at = start + 1
  const member = (): string => {
    const char = chars[at++]
    if (char === undefined || char === '-' || char === ']') throw new Error('syntax error in pattern')
    if (char !== '\\') return classChar(char)
    const escaped = chars[at++]
    if (escaped === undefined) throw new Error('syntax error in pattern')
    return classChar(escaped)
  }
  if (chars[at] === '^') {
    body = '^'
    at++
  }
  do {
    body += member()
    if (chars[at] !== '-') continue
    at++
    body += `-${member()}`
  } while (chars[at] !== ']')
  return { text: `[${body}]`, end: at }
}

const classChar = (char: string): string => (/[\\\]^[-]/.test(char) ? `\\${char}` : char)
const quoted = (char: string): string => char.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')
