import { type SingleExpansion, quoted, quotedTokens } from './expand.ts'
import { lexLine, stringBytes } from './lexer.ts'
import { type MacroTable, type MultiMacro, type SingleMacro, splitArguments } from './macro.ts'
import { Problem } from './problem.ts'
import { isOp, textOf, type Token } from './token.ts'

/** What definitions work on. */
export interface DefinitionContext {
  readonly singles: MacroTable<SingleMacro>
  readonly expansion: SingleExpansion
  number(tokens: readonly Token[], directive: string): bigint
}

type Define = (tokens: readonly Token[], directive: string, c: DefinitionContext, caseless: boolean) => void

function named(tokens: readonly Token[], directive: string): Token {
  const name = tokens[0]
  if (name?.kind !== 'id') throw new Problem(`\`%${directive}' expects a macro identifier`, name)
  return name
}

function setPlain(c: DefinitionContext, name: string, body: readonly Token[], caseless: boolean): void {
  c.singles.set(name, { parameters: null, body }, caseless, () => true)
}

const define: Define = (tokens, directive, c, caseless) => {
  const name = named(tokens, directive)
  const expandNow = directive.includes('x')
  if (!isOp(tokens[1], '(') || tokens[1]!.space) {
    const body = tokens.slice(1)
    setPlain(c, name.text, expandNow ? c.expansion.expand(body) : body, caseless)
    return
  }
  const end = tokens.findIndex((token, n) => n > 1 && isOp(token, ')'))
  if (end < 0) throw new Problem("`)' expected to terminate macro template", tokens[1])
  const parameters = splitArguments(tokens.slice(2, end), Infinity, false).map((part) => part.at(-1)?.text ?? '')
  const body = tokens.slice(end + 1)
  c.singles.set(name.text, { parameters, body: expandNow ? c.expansion.expand(body) : body }, caseless, (other) => other.parameters === null || other.parameters.length === parameters.length)
}

const assign: Define = (tokens, directive, c, caseless) => {
  const name = named(tokens, directive)
  const value = c.number(tokens.slice(1), '%assign')
  const number: Token = { ...name, kind: 'number', text: String(value < 0n ? -value : value), space: true }
  setPlain(c, name.text, value < 0n ? [{ ...name, kind: 'op', text: '-', space: true }, number] : [number], caseless)
}

/** The strings of the rest of the line; commas between them may be there. */
function strings(tokens: readonly Token[], c: DefinitionContext, directive: string): string[] {
  const expanded = c.expansion.expand(tokens).filter((token) => !isOp(token, ','))
  const wrong = expanded.find(({ kind }) => kind !== 'string')
  if (wrong || expanded.length === 0) throw new Problem(`\`%${directive}' requires string parameters`, wrong ?? tokens[0])
  return expanded.map(({ text }) => text.slice(1, -1))
}

const substring: Define = (tokens, directive, c, caseless) => {
  const name = named(tokens, directive)
  const [string, ...range] = c.expansion.expand(tokens.slice(1))
  if (string?.kind !== 'string') throw new Problem(`\`%${directive}' requires string as second parameter`, string ?? name)
  const [from, count] = splitArguments(isOp(range[0], ',') ? range.slice(1) : range, 2, true).map((part) => Number(c.number(part, '%substr')))
  const text = string.text.slice(1, -1)
  const start = (from ?? 1) - 1
  const length = count === undefined ? 1 : count < 0 ? text.length + count + 1 - start : count
  setPlain(c, name.text, [quoted(text.slice(Math.max(0, start), Math.max(0, start + length)), string)], caseless)
}

const DEFINES: Readonly<Record<string, Define>> = {
  define, xdefine: define, assign,
  undef: (tokens, directive, c) => c.singles.delete(named(tokens, directive).text),
  defstr: (tokens, directive, c, caseless) => setPlain(c, named(tokens, directive).text, [quotedTokens(c.expansion.expand(tokens.slice(1)), tokens[0]!)], caseless),
  deftok: (tokens, directive, c, caseless) => {
    const name = named(tokens, directive)
    setPlain(c, name.text, lexLine(strings(tokens.slice(1), c, directive).join(''), name.line), caseless)
  },
  strcat: (tokens, directive, c, caseless) => setPlain(c, named(tokens, directive).text, [quoted(strings(tokens.slice(1), c, directive).join(''), tokens[0]!)], caseless),
  strlen: (tokens, directive, c, caseless) => {
    const name = named(tokens, directive)
    const [text] = strings(tokens.slice(1), c, directive)
    setPlain(c, name.text, [{ ...name, kind: 'number', text: String(stringBytes(`"${text!}"`).length), space: true }], caseless)
  },
  substr: substring,
}

/** Runs `%define` and its kin, `%i…` ignoring case; false: it is none of them. */
export function defineBy(directive: string, tokens: readonly Token[], c: DefinitionContext): boolean {
  const known = Object.hasOwn(DEFINES, directive) ? directive : directive.startsWith('i') && Object.hasOwn(DEFINES, directive.slice(1)) ? directive.slice(1) : null
  if (known === null) return false
  DEFINES[known]!(tokens, known, c, known !== directive)
  return true
}

/** The name and parameter counts in a `%macro` line: `name 1-3+ default, default`. */
export function macroHeader(tokens: readonly Token[], body: Token[][]): MultiMacro {
  const name = tokens[0]
  if (name?.kind !== 'id') throw new Problem("`%macro' expects a macro name", name)
  const range = /^(\d+)(?:-(\d+|\*))?(\+)?(?:\.nolist)?/.exec(textOf(tokens.slice(1)).replace(/\s+(?=[-+*])/g, ''))
  if (!range) throw new Problem("`%macro' expects a parameter count", tokens[1] ?? name)
  const least = Number(range[1])
  const most = range[2] === undefined ? least : range[2] === '*' ? Infinity : Number(range[2])
  if (most < least) throw new Problem('minimum parameter count exceeds maximum', tokens[1])
  let at = 1
  for (let length = 0; at < tokens.length && length < range[0].length; at++) length += tokens[at]!.text.length
  return { name: name.text, least, most, greedy: range[3] !== undefined, defaults: splitArguments(tokens.slice(at), Infinity, false), body }
}
