import { Problem } from './problem.ts'
import { isOp, type Token } from './token.ts'

/** `%define`: one line, perhaps with parameters (null: without parentheses). */
export interface SingleMacro {
  readonly parameters: readonly string[] | null
  readonly body: readonly Token[]
}

/** `%macro`: a body of lines. */
export interface MultiMacro {
  readonly name: string
  readonly least: number
  readonly most: number
  /** The last parameter takes the rest of the line. */
  readonly greedy: boolean
  readonly defaults: readonly (readonly Token[])[]
  readonly body: Token[][]
}

/** One expansion of a multi-line macro. */
export interface MacroCall {
  readonly macro: MultiMacro
  parameters: (readonly Token[])[]
  /** Number of the expansion, for `%%` labels. */
  readonly id: number
  readonly label: readonly Token[]
}

/** Definitions by name, those that ignore case apart. */
export class MacroTable<T> {
  readonly #exact = new Map<string, T[]>()
  readonly #caseless = new Map<string, T[]>()

  /** Takes over all definitions of another table. */
  copyFrom(other: MacroTable<T>): void {
    for (const [name, values] of other.#exact) this.#exact.set(name, values)
    for (const [name, values] of other.#caseless) this.#caseless.set(name, values)
  }

  all(name: string): readonly T[] {
    return this.#exact.get(name) ?? this.#caseless.get(name.toLowerCase()) ?? []
  }

  /** Replaces what `same` says is the same definition. */
  set(name: string, value: T, caseless: boolean, same: (other: T) => boolean): void {
    const table = caseless ? this.#caseless : this.#exact
    const key = caseless ? name.toLowerCase() : name
    table.set(key, [...(table.get(key) ?? []).filter((other) => !same(other)), value])
  }

  delete(name: string, gone: (value: T) => boolean = () => true): void {
    for (const [table, key] of [[this.#exact, name], [this.#caseless, name.toLowerCase()]] as const) {
      const left = (table.get(key) ?? []).filter((value) => !gone(value))
      if (left.length === 0) table.delete(key)
      else table.set(key, left)
    }
  }

  names(): string[] {
    return [...this.#exact.keys(), ...this.#caseless.keys()]
  }
}

/** Splits at commas outside braces (and, for single-line macros, parentheses); braces around a whole argument go. */
export function splitArguments(tokens: readonly Token[], most: number, parentheses: boolean): Token[][] {
  if (tokens.length === 0) return []
  const result: Token[][] = [[]]
  let depth = 0
  for (const token of tokens) {
    if (isOp(token, '{') || (parentheses && (isOp(token, '(') || isOp(token, '[')))) depth++
    else if (isOp(token, '}') || (parentheses && (isOp(token, ')') || isOp(token, ']')))) depth--
    if (depth === 0 && isOp(token, ',') && result.length < most) result.push([])
    else result.at(-1)!.push(token)
  }
  return result.map((argument) => (isOp(argument[0], '{') && isOp(argument.at(-1), '}') ? argument.slice(1, -1) : argument))
}

const INVERSE: Readonly<Record<string, string>> = {
  a: 'na', ae: 'nae', b: 'nb', be: 'nbe', c: 'nc', e: 'ne', g: 'ng', ge: 'nge', l: 'nl', le: 'nle', o: 'no', p: 'np', pe: 'po', po: 'pe', s: 'ns', z: 'nz',
}

function inverse(token: Token): Token {
  const name = token.text.toLowerCase()
  const text = INVERSE[name] ?? Object.keys(INVERSE).find((key) => INVERSE[key] === name)
  if (text === undefined) throw new Problem(`condition code \`${token.text}' is not valid`, token)
  return { ...token, text }
}

/** A parameter's tokens where `reference` names one (`1`, `0`, `00`, `-1`, `2:4`); null: it does not. */
export function parameterTokens(call: MacroCall, reference: string, at: Token): readonly Token[] | null {
  if (reference === '0') return [{ ...at, kind: 'number', text: String(call.parameters.length) }]
  if (reference === '00') return call.label
  const range = /^(-?\d+):(-?\d+)$/.exec(reference)
  if (range) return rangeTokens(call, Number(range[1]), Number(range[2]), at)
  const single = /^([-+]?)(\d+)$/.exec(reference)
  if (!single) return null
  const tokens = call.parameters[Number(single[2]) - 1] ?? []
  if (single[1] === '-' && tokens[0]) return [inverse(tokens[0]), ...tokens.slice(1)]
  return tokens
}

function rangeTokens({ parameters }: MacroCall, from: number, to: number, at: Token): readonly Token[] {
  const index = (n: number): number => (n < 0 ? parameters.length + n : n - 1)
  const [first, last] = [index(from), index(to)]
  const chosen = first <= last ? parameters.slice(first, last + 1) : parameters.slice(last, first + 1).reverse()
  return chosen.flatMap((tokens, n) => (n === 0 ? tokens : [{ ...at, kind: 'op' as const, text: ',' }, ...tokens]))
}
