export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'fstring' | 'operator' | 'newline' | 'indent' | 'dedent' | 'end'
  readonly text: string
  readonly line: number
}

/** The text is not Python of the modelled subset. */
export class PythonSyntaxError extends Error {
  override readonly name = 'SyntaxError'
  readonly line: number

  constructor(message: string, line: number) {
    super(message)
    this.line = line
  }
}

const TOKEN = /([A-Za-z_]\w*)|(0[xX][\da-fA-F]+|\d[\d_]*(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+)|(\*\*=|\/\/=|<<=|>>=|->|:=|\*\*|\/\/|<<|>>|[-+*/%&|^<>=!]=|[-+*/%&|^~<>=()[\]{},:.;@])/y
const STRING = /([rRbBfFuU]{0,2})("""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*')/y
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"', '0': '\0', a: '\x07', b: '\b', '\n': '' }

/** Splits Python text into tokens, with indentation as tokens of its own. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = []
  const indents = [0]
  let [at, line, depth, fresh] = [0, 1, 0, true]
  const push = (kind: Token['kind'], text: string): void => void tokens.push({ kind, text, line })
  while (at < source.length) {
    if (fresh && depth === 0) {
      const blank = /[ \t]*(#[^\n]*)?(\n|$)/y
      blank.lastIndex = at
      const empty = blank.exec(source)
      if (empty && at < source.length) {
        at += Math.max(1, empty[0].length)
        line++
        continue
      }
      const width = /^[ \t]*/.exec(source.slice(at))![0].replaceAll('\t', '        ').length
      if (width > indents.at(-1)!) {
        indents.push(width)
        push('indent', '')
      }
      while (width < indents.at(-1)!) {
        indents.pop()
        push('dedent', '')
      }
      if (width !== indents.at(-1)) throw new PythonSyntaxError('unindent does not match any outer indentation level', line)
      at += /^[ \t]*/.exec(source.slice(at))![0].length
      fresh = false
    }
    const char = source[at]!
    if (char === '\n') {
      if (depth === 0) {
        push('newline', '')
        fresh = true
      }
      at++
      line++
    } else if (char === '#') at = source.indexOf('\n', at) < 0 ? source.length : source.indexOf('\n', at)
    else if (char === '\\' && source[at + 1] === '\n') {
      at += 2
      line++
    } else if (/\s/.test(char)) at++
    else {
      const word = readWord(source, at, line)
      push(word.kind, word.text)
      if (word.kind === 'operator' && '([{'.includes(word.text)) depth++
      if (word.kind === 'operator' && ')]}'.includes(word.text)) depth--
      at += word.length
      line += word.lines
    }
  }
  push('newline', '')
  while (indents.length > 1) {
    indents.pop()
    push('dedent', '')
  }
  push('end', '')
  return tokens
}

function readWord(source: string, at: number, line: number): Pick<Token, 'kind' | 'text'> & { readonly length: number; readonly lines: number } {
  STRING.lastIndex = at
  const string = STRING.exec(source)
  if (string) {
    const body = /^("""|''')/.test(string[2]!) ? string[2]!.slice(3, -3) : string[2]!.slice(1, -1)
    return { kind: /f/i.test(string[1]!) ? 'fstring' : 'string', text: /r/i.test(string[1]!) ? body : unescapeString(body), length: string[0].length, lines: string[0].split('\n').length - 1 }
  }
  TOKEN.lastIndex = at
  const match = TOKEN.exec(source)
  if (!match) throw new PythonSyntaxError(/["']/.test(source[at]!) ? 'unterminated string literal' : `invalid character '${source[at]}'`, line)
  return { kind: match[1] ? 'name' : match[2] ? 'number' : 'operator', text: match[0], length: match[0].length, lines: 0 }
}

function unescapeString(text: string): string {
  return text.replace(/\\(x[\da-fA-F]{2}|u[\da-fA-F]{4}|[\s\S])/g, (whole, code: string) => (/^[xu]./.test(code) ? String.fromCharCode(parseInt(code.slice(1), 16)) : (ESCAPES[code] ?? whole)))
}
