import type { Token } from './token.ts'

const PREPROCESSOR = /%(?:\{[^}]*\}|\[|%[\w.?@$#~]+|\$+[\w.?@#~]+|[-+]?\d+|\?\??|[A-Za-z_]\w*|\+(?!\d)|\*(?=\d))/y
const NUMBER = /(?:\$\d[\dA-Fa-f_]*|\d(?:[\w]|\.(?=\d))*)/y
const NAME = /\$?(?:[A-Za-z_.@]|\?(?=[\w.?@$#~]))[\w.?@$#~]*/y
const STRING = /"[^"]*"|'[^']*'|`(?:\\.|[^`\\])*`/y
const OPERATOR = /<=>|<<<|>>>|<<|>>|<=|>=|<>|==|!=|&&|\|\||\^\^|\/\/|%%|\$\$|[-+*/%&|^~!<>=(),:[\]{}?$\\#@.;]/y
const RULES: readonly (readonly [Token['kind'], RegExp])[] = [['string', STRING], ['pp', PREPROCESSOR], ['number', NUMBER], ['id', NAME], ['op', OPERATOR]]

/** The tokens of one line up to its comment. A character that begins nothing, an open quote among them, becomes an operator of its own. */
export function lexLine(text: string, line: number): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const start = at
    while (/\s/.test(text.charAt(at))) at++
    if (at >= text.length || text.charAt(at) === ';') break
    const [kind, length] = tokenAt(text, at)
    tokens.push({ kind, text: text.slice(at, at + length), space: at > start, line, column: at + 1 })
    at += length
  }
  return tokens
}

function tokenAt(text: string, at: number): [Token['kind'], number] {
  for (const [kind, rule] of RULES) {
    rule.lastIndex = at
    const found = rule.exec(text)
    if (found) return [kind, found[0].length]
  }
  return ['op', 1]
}

/** Lines of a source; one that ends with a backslash goes on with the next. */
export function lexSource(source: string): Token[][] {
  const lines = source.split(/\r?\n/)
  const result: Token[][] = []
  for (let n = 0; n < lines.length; n++) {
    const first = n
    const tokens = lexLine(lines[n]!, n + 1)
    while (tokens.at(-1)?.text === '\\' && n + 1 < lines.length) {
      tokens.pop()
      n++
      tokens.push(...lexLine(lines[n]!, n + 1))
    }
    result.push(tokens)
    for (let skipped = first; skipped < n; skipped++) result.push([])
  }
  return result
}

/** Its value modulo 2^64; null: not a number. */
export function numberValue(text: string): bigint | null {
  const plain = text.replaceAll('_', '').toLowerCase()
  const forms: readonly (readonly [RegExp, string])[] = [
    [/^0[xh]([\da-f]+)$/, '0x'], [/^\$(\d[\da-f]*)$/, '0x'], [/^0[by]([01]+)$/, '0b'], [/^0[oq]([0-7]+)$/, '0o'], [/^0[dt](\d+)$/, ''],
    [/^(\d[\da-f]*)[hx]$/, '0x'], [/^([01]+)[by]$/, '0b'], [/^([0-7]+)[oq]$/, '0o'], [/^(\d+)[dt]?$/, ''],
  ]
  for (const [form, prefix] of forms) {
    const digits = form.exec(plain)?.[1]
    if (digits !== undefined) return BigInt.asUintN(64, BigInt(prefix + digits))
  }
  return null
}

const ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, a: 7, b: 8, v: 11, f: 12, e: 27 }

/** The bytes of a quoted string: UTF-8; only the back quote knows escapes. */
export function stringBytes(quoted: string): number[] {
  const body = quoted.slice(1, -1)
  const bytes: number[] = []
  for (let at = 0; at < body.length;) {
    const escape = quoted.startsWith('`') && body.charAt(at) === '\\' ? /\\(?:x([\da-fA-F]{1,2})|([0-7]{1,3})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|(.))/y : null
    if (escape) {
      escape.lastIndex = at
      const found = escape.exec(body)
      if (found) {
        bytes.push(...escaped(found))
        at += found[0].length
        continue
      }
    }
    const point = body.codePointAt(at)!
    bytes.push(...utf8(point))
    at += point > 0xffff ? 2 : 1
  }
  return bytes
}

function escaped([, hex, octal, unicode, wide, character]: RegExpExecArray): number[] {
  if (hex !== undefined) return [parseInt(hex, 16)]
  if (octal !== undefined) return [parseInt(octal, 8) & 255]
  const point = unicode ?? wide
  if (point !== undefined) return utf8(parseInt(point, 16))
  return ESCAPES[character!] !== undefined ? [ESCAPES[character!]!] : utf8(character!.codePointAt(0)!)
}

function utf8(point: number): number[] {
  if (point < 0x80) return [point]
  if (point < 0x800) return [0xc0 | (point >> 6), 0x80 | (point & 63)]
  if (point < 0x1_0000) return [0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63)]
  return [0xf0 | ((point >> 18) & 7), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63)]
}
