import type { MacroTable, MultiMacro, SingleMacro } from './macro.ts'
import { splitArguments } from './macro.ts'
import { Problem } from './problem.ts'
import { isOp, textOf, type Token } from './token.ts'

/** What conditions look at. */
export interface ConditionContext {
  readonly singles: MacroTable<SingleMacro>
  readonly macros: MacroTable<MultiMacro>
  expand(tokens: readonly Token[]): Token[]
  number(tokens: readonly Token[], directive: string): bigint
  special(name: string): boolean
  context(): string | null
}

/** `%if…` by the rest of its name; `n` in front turns it round. */
const TESTS: Readonly<Record<string, (tokens: readonly Token[], c: ConditionContext) => boolean>> = {
  '': (tokens, c) => c.number(tokens, '%if') !== 0n,
  def: (tokens, c) => tokens.some(({ text }) => c.singles.all(text).length > 0 || c.special(text)),
  macro: (tokens, c) => macroExists(tokens, c),
  idn: (tokens, c) => identical(tokens, c, false),
  idni: (tokens, c) => identical(tokens, c, true),
  empty: (tokens, c) => c.expand(tokens).length === 0,
  token: (tokens, c) => c.expand(tokens).length === 1,
  id: (tokens, c) => c.expand(tokens)[0]?.kind === 'id',
  str: (tokens, c) => c.expand(tokens)[0]?.kind === 'string',
  num: (tokens, c) => {
    const expanded = c.expand(tokens)
    return (isOp(expanded[0], '-') || isOp(expanded[0], '+') ? expanded[1] : expanded[0])?.kind === 'number'
  },
  ctx: (tokens, c) => c.context() !== null && (tokens.length === 0 || tokens.some(({ text }) => text === c.context())),
  env: () => false,
}

function identical(tokens: readonly Token[], c: ConditionContext, caseless: boolean): boolean {
  const expanded = c.expand(tokens)
  const [a, b, more] = splitArguments(expanded, Infinity, false)
  // As in NASM, white space in front of the comma belongs to the first text.
  if (expanded[a?.length ?? 0]?.space) return false
  if (!a || !b || more) throw new Problem("`%ifidn' expects two comma-separated arguments", tokens[0])
  const plain = (part: readonly Token[]): string => {
    const text = part.map((token) => (token.kind === 'string' ? `"${token.text.slice(1, -1)}"` : token.text)).join(' ')
    return caseless ? text.toLowerCase() : text
  }
  return plain(a) === plain(b)
}

function macroExists(tokens: readonly Token[], c: ConditionContext): boolean {
  const [name, counts] = [tokens[0], textOf(tokens.slice(1))]
  const range = /^(\d+)(?:-(\d+|\*))?/.exec(counts)
  const least = range ? Number(range[1]) : 0
  const most = range ? (range[2] === undefined ? least : range[2] === '*' ? Infinity : Number(range[2])) : Infinity
  return name !== undefined && c.macros.all(name.text).some((macro) => macro.least <= most && macro.most >= least)
}

/** Whether the condition named by `kind` (`def`, `nidn`, …) holds; undefined: there is no such condition. */
export function condition(kind: string, tokens: readonly Token[], c: ConditionContext): boolean | undefined {
  if (Object.hasOwn(TESTS, kind)) return TESTS[kind]!(tokens, c)
  const negative = kind.startsWith('n') ? kind.slice(1) : '?'
  return Object.hasOwn(TESTS, negative) ? !TESTS[negative]!(tokens, c) : undefined
}
