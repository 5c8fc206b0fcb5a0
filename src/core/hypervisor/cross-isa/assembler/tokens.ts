/** A piece of a line; `at` is its column, counted from 1. */
export type Token =
  | { readonly kind: 'name' | 'mark'; readonly text: string; readonly at: number }
  | { readonly kind: 'number'; readonly text: string; readonly value: number; readonly at: number }
  | { readonly kind: 'string'; readonly text: string; readonly bytes: readonly number[]; readonly at: number }

export type Operand = readonly Token[]

/** Something wrong at a token; the assembler adds the line. */
export class Problem extends Error {
  readonly at: number
  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

const PATTERN = /(?<space>[ \t\r]+)|(?<comment>#.*|\/\/.*)|(?<local>\d+[bf](?![\w.]))|(?<number>0[xX][0-9a-fA-F]+|0[bB][01]+|\d+)|(?<char>'(?:\\.|[^'\\])'?)|(?<string>"(?:\\.|[^"\\])*")|(?<name>[A-Za-z_.$][\w.$]*)|(?<mark>%[a-z]\w*|<<|>>|[-+*/%&|^~(),:;=])/y
const ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, b: 8, f: 12, '\\': 92, '"': 34, '\'': 39 }

/** The tokens of a line; comments begin with `#` or `//`. Throws a `Problem`. */
export function tokensOf(line: string): Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < line.length;) {
    PATTERN.lastIndex = at
    const match = PATTERN.exec(line)
    if (!match) throw new Problem(`"${line[at]!}" means nothing here`, at + 1)
    const token = tokenOf(match[0], match.groups!, at + 1)
    if (token) tokens.push(token)
    at = PATTERN.lastIndex
  }
  return tokens
}

function tokenOf(text: string, groups: Readonly<Record<string, string | undefined>>, at: number): Token | null {
  if (groups['space'] !== undefined || groups['comment'] !== undefined) return null
  if (groups['number'] !== undefined) return { kind: 'number', text, value: Number(/^0\d/.test(text) ? `0o${text.slice(1)}` : text), at }
  if (groups['char'] !== undefined) return { kind: 'number', text, value: unescape(text.slice(1).replace(/(?<=.)'$/, ''), at)[0] ?? 0, at }
  if (groups['string'] !== undefined) return { kind: 'string', text, bytes: unescape(text.slice(1, -1), at), at }
  return { kind: groups['mark'] === undefined ? 'name' : 'mark', text, at }
}

/** Bytes of a text with escapes, UTF-8. */
function unescape(text: string, at: number): number[] {
  const bytes: number[] = []
  for (let i = 0; i < text.length;) {
    const octal = /^\\([0-7]{1,3})/.exec(text.slice(i))
    if (octal) {
      bytes.push(parseInt(octal[1]!, 8) & 255)
      i += octal[0].length
    } else if (text[i] === '\\') {
      const value = ESCAPES[text[i + 1] ?? '']
      if (value === undefined) throw new Problem(`there is no escape "${text.slice(i, i + 2)}"`, at)
      bytes.push(value)
      i += 2
    } else {
      const point = text.codePointAt(i)!
      bytes.push(...utf8(point))
      i += point > 0xffff ? 2 : 1
    }
  }
  return bytes
}

function utf8(point: number): number[] {
  if (point < 0x80) return [point]
  if (point < 0x800) return [0xc0 | (point >> 6), 0x80 | (point & 63)]
  const tail = [0x80 | ((point >> 6) & 63), 0x80 | (point & 63)]
  return point < 0x1_0000 ? [0xe0 | (point >> 12), ...tail] : [0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), ...tail]
}

/** Cuts at the commas outside parentheses. */
export function operandsOf(tokens: readonly Token[]): Operand[] {
  if (tokens.length === 0) return []
  const operands: Token[][] = [[]]
  let depth = 0
  for (const token of tokens) {
    if (token.kind === 'mark' && token.text === '(') depth++
    if (token.kind === 'mark' && token.text === ')') depth--
    if (token.kind === 'mark' && token.text === ',' && depth === 0) operands.push([])
    else operands.at(-1)!.push(token)
  }
  return operands
}
