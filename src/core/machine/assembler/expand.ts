import { lexLine } from './lexer.ts'
import { type MacroCall, type MacroTable, parameterTokens, type SingleMacro, splitArguments } from './macro.ts'
import { Problem } from './problem.ts'
import { isOp, textOf, type Token } from './token.ts'

/** Puts parameters, `%%` and `%$` labels and `%?` in the place of what names them. `context` is the prefix of the innermost context, if any. */
export function substitute(tokens: readonly Token[], call: MacroCall | null, context: (depth: number, at: Token) => string): Token[] {
  const result: Token[] = []
  // A name or number that touches what was put in grows together with it: `fault_%1`, `%1_end`.
  let touching = false
  const push = (values: readonly Token[], put: boolean): void => {
    for (const [n, value] of values.entries()) {
      const last = result.at(-1)
      const joins = (touching || put) && n === 0 && last && !value.space && /^(?:id|number)$/.test(last.kind) && /^(?:id|number)$/.test(value.kind)
      if (joins) result.splice(-1, 1, { ...last, text: last.text + value.text })
      else result.push(value)
    }
    if (values.length > 0) touching = put
  }
  for (const token of tokens) {
    if (token.kind !== 'pp') {
      push([token], false)
      continue
    }
    const name = token.text.replace(/^%\{?/, '').replace(/\}$/, '')
    const values = call ? parameterTokens(call, name, token) : null
    if (values) push(values.map((value, n) => (n === 0 ? { ...value, space: token.space } : value)), true)
    else if (call && name.startsWith('%')) push([{ ...token, kind: 'id', text: `..@${call.id}.${name.slice(1)}` }], true)
    else if (name.startsWith('$')) {
      const plain = name.replace(/^\$+/, '')
      push([{ ...token, kind: 'id', text: `${context(name.length - plain.length, token)}${plain}` }], true)
    } else if (call && (name === '?' || name === '??')) push([{ ...token, kind: 'id', text: call.macro.name }], true)
    else push([token], false)
  }
  return result
}

/** `a %+ b` becomes one token. */
function paste(tokens: readonly Token[]): Token[] {
  if (!tokens.some(({ kind, text }) => kind === 'pp' && text === '%+')) return [...tokens]
  const result: Token[] = []
  for (let n = 0; n < tokens.length; n++) {
    const token = tokens[n]!
    const next = tokens[n + 1]
    const last = result.at(-1)
    if (token.text === '%+' && token.kind === 'pp' && last && next) {
      result.pop()
      const text = last.text + next.text
      const joined = lexLine(text, last.line).map((part) => ({ ...part, column: last.column, space: part.space || (part.column === 1 && last.space) }))
      result.push(...joined)
      n++
    } else result.push(token)
  }
  return result
}

const MOST_TOKENS = 50_000
const DEEPEST = 60

/** Expands single-line macros. `special` gives the tokens of names that change by themselves (`__LINE__`). */
export class SingleExpansion {
  readonly #macros: MacroTable<SingleMacro>
  readonly #special: (name: string, at: Token) => readonly Token[] | null
  #made = 0

  constructor(macros: MacroTable<SingleMacro>, special: (name: string, at: Token) => readonly Token[] | null) {
    this.#macros = macros
    this.#special = special
  }

  expand(tokens: readonly Token[]): Token[] {
    this.#made = 0
    return paste(this.#expand(tokens, [], 0))
  }

  #expand(tokens: readonly Token[], busy: readonly string[], depth: number): Token[] {
    if (depth > DEEPEST) throw new Problem('macro is nested too deeply', tokens[0])
    const result: Token[] = []
    for (let n = 0; n < tokens.length; n++) {
      const token = tokens[n]!
      if (++this.#made > MOST_TOKENS) throw new Problem('macros make this line too long', token)
      if (token.kind === 'pp' && token.text === '%[') {
        const end = closing(tokens, n)
        result.push(...this.#expand(tokens.slice(n + 1, end), busy, depth + 1))
        n = end
        continue
      }
      const found = token.kind === 'id' && !busy.includes(token.text) ? this.#call(tokens, n, depth, busy) : null
      if (!found) result.push(token)
      else {
        const body = found.body.map((part, i) => ({ ...part, line: token.line, column: token.column, space: i === 0 ? token.space : part.space }))
        result.push(...this.#expand(body, [...busy, token.text], depth + 1))
        n = found.last
      }
    }
    return result
  }

  /** What the name at `at` stands for, and the last token of its call. */
  #call(tokens: readonly Token[], at: number, depth: number, busy: readonly string[]): { body: readonly Token[]; last: number } | null {
    const token = tokens[at]!
    const special = this.#special(token.text, token)
    if (special) return { body: special, last: at }
    const all = this.#macros.all(token.text)
    const plain = all.find(({ parameters }) => parameters === null)
    if (plain) return { body: plain.body, last: at }
    if (all.length === 0 || !isOp(tokens[at + 1], '(')) return null
    const end = closing(tokens, at + 1)
    const given = splitArguments(tokens.slice(at + 2, end), Infinity, true)
    const macro = all.find(({ parameters }) => parameters!.length === given.length) ?? (given.length === 0 ? all.find(({ parameters }) => parameters!.length === 1) : undefined)
    if (!macro) throw new Problem(`macro \`${token.text}' exists, but not taking ${given.length} parameter${given.length === 1 ? '' : 's'}`, token)
    const values = given.map((argument) => this.#expand(argument, busy, depth + 1))
    const body = macro.body.flatMap((part) => {
      const which = part.kind === 'id' ? macro.parameters!.indexOf(part.text) : -1
      return which < 0 ? [part] : (values[which] ?? []).map((value, n) => (n === 0 ? { ...value, space: part.space } : value))
    })
    return { body: paste(body), last: end }
  }
}

/** The bracket that closes the one at `at`. */
function closing(tokens: readonly Token[], at: number): number {
  let depth = 0
  for (let n = at; n < tokens.length; n++) {
    const { kind, text } = tokens[n]!
    if (kind === 'op' && /^[([{]$/.test(text) || text === '%[') depth++
    else if (kind === 'op' && /^[)\]}]$/.test(text) && --depth === 0) return n
  }
  throw new Problem(`${tokens[at]!.text === '(' ? "expecting `)' to terminate macro parameters" : "expecting `]'"}`, tokens[at])
}

/** A string token with this text. */
export function quoted(text: string, at: Token): Token {
  const quote = ['"', "'", '`'].find((mark) => !text.includes(mark)) ?? '"'
  return { ...at, kind: 'string', text: `${quote}${quote === '"' ? text.replaceAll('"', "'") : text}${quote}` }
}

export const quotedTokens = (tokens: readonly Token[], at: Token): Token => quoted(textOf(tokens), at)
