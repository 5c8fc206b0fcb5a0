import { numberValue, stringBytes } from './lexer.ts'
import { Problem } from './problem.ts'
import { isOp, type Token } from './token.ts'
import { combine, isScalar, meet, registerValue, scalar, scale, UNKNOWN, type Value } from './value.ts'

/** What names stand for. */
export interface Names {
  /** A symbol's value, `UNKNOWN` where it is still to come. */
  symbol(token: Token): Value
  isRegister(name: string): boolean
  /** `$` and `$$`. */
  here(): Value
  base(): Value
}

/** Which register of an address was written as the base (NASM's hint): the first one, unless it was multiplied. */
export interface Hint {
  base: string | null
  kind: 'none' | 'base' | 'not-base' | 'summed'
}

const mask = (n: bigint): bigint => BigInt.asUintN(64, n)
const truth = (yes: boolean): bigint => (yes ? 1n : 0n)

/** Binary operators by precedence, weakest first (NASM manual 3.5). */
const LEVELS: readonly (readonly string[])[] = [
  ['||'], ['^^'], ['&&'], ['=', '==', '!=', '<>', '<', '<=', '>', '>=', '<=>'], ['|'], ['^'], ['&'], ['<<', '>>', '<<<', '>>>'], ['+', '-'], ['*', '/', '//', '%', '%%'],
]

const LEVEL_OF: ReadonlyMap<string, number> = new Map(LEVELS.flatMap((operators, level) => operators.map((operator): [string, number] => [operator, level])))

/** Operators that work on numbers only. */
const SCALAR: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  '||': (a, b) => truth(a !== 0n || b !== 0n), '^^': (a, b) => truth((a !== 0n) !== (b !== 0n)), '&&': (a, b) => truth(a !== 0n && b !== 0n),
  '|': (a, b) => a | b, '^': (a, b) => a ^ b, '&': (a, b) => a & b,
  '<<': (a, b) => shift(b, (by) => mask(a) << by), '<<<': (a, b) => shift(b, (by) => mask(a) << by),
  '>>': (a, b) => shift(b, (by) => mask(a) >> by), '>>>': (a, b) => (mask(b) > 63n ? (a < 0n ? -1n : 0n) : a >> mask(b)),
  '*': (a, b) => a * b, '/': (a, b) => mask(a) / mask(b), '//': (a, b) => a / b, '%': (a, b) => mask(a) % mask(b), '%%': (a, b) => a % b,
}
const shift = (by: bigint, result: (by: bigint) => bigint): bigint => (mask(by) > 63n ? 0n : result(mask(by)))

const COMPARE: Readonly<Record<string, (d: bigint) => bigint>> = {
  '=': (d) => truth(d === 0n), '==': (d) => truth(d === 0n), '!=': (d) => truth(d !== 0n), '<>': (d) => truth(d !== 0n),
  '<': (d) => truth(d < 0n), '<=': (d) => truth(d <= 0n), '>': (d) => truth(d > 0n), '>=': (d) => truth(d >= 0n),
  // NASM 2.16 gives 0, not -1, for less.
  '<=>': (d) => truth(d > 0n),
}

const DEEPEST = 100

/** Reads expressions from tokens, one after the other. Throws `Problem`. */
export class Expressions {
  readonly #tokens: readonly Token[]
  readonly #names: Names
  #depth = 0
  at: number
  hint: Hint = { base: null, kind: 'none' }

  constructor(tokens: readonly Token[], at: number, names: Names) {
    this.#tokens = tokens
    this.at = at
    this.#names = names
  }

  get next(): Token | undefined {
    return this.#tokens[this.at]
  }

  /** The value of the expression that starts here. */
  read(): Value {
    if (++this.#depth > DEEPEST) throw new Problem('expression is nested too deeply', this.next)
    const condition = this.#binary(0)
    let value = condition
    if (isOp(this.next, '?')) {
      this.at++
      const yes = this.read()
      this.#expect(':')
      const no = this.read()
      if (!condition.unknown && condition.terms.size > 0) throw new Problem("`?' operator may only be applied to scalar values", this.next)
      value = condition.unknown ? UNKNOWN : condition.n !== 0n ? yes : no
    }
    this.#depth--
    return value
  }

  /** Operators of at least this level, by climbing. */
  #binary(least: number): Value {
    let left = this.#unary()
    for (;;) {
      const token = this.next
      const level = token?.kind === 'op' ? LEVEL_OF.get(token.text) : undefined
      if (level === undefined || level < least) return left
      this.at++
      left = this.#apply(token!, left, this.#binary(level + 1))
    }
  }

  #apply(token: Token, a: Value, b: Value): Value {
    const { text } = token
    if (text === '+' || text === '-') {
      const factor = text === '+' ? 1n : -1n
      if (meet(a, b, factor)) this.hint.kind = 'summed'
      return combine(a, b, factor)
    }
    if (Object.hasOwn(COMPARE, text)) {
      const difference = combine(a, b, -1n)
      if (difference.unknown) return UNKNOWN
      if (difference.terms.size > 0) return this.#notComparable(token)
      return scalar(COMPARE[text]!(a.terms.size === 0 ? a.n - b.n : difference.n))
    }
    if (text === '*' && !a.unknown && !b.unknown && (a.terms.size > 0) !== (b.terms.size > 0)) {
      for (const name of [...a.terms.keys(), ...b.terms.keys()]) if (this.hint.kind === 'base' && this.hint.base === name) this.hint.kind = 'not-base'
      return a.terms.size > 0 ? scale(a, b.n) : scale(b, a.n)
    }
    if (a.unknown || b.unknown) return UNKNOWN
    if (!isScalar(a) || !isScalar(b)) throw new Problem(`\`${text}' operator may only be applied to scalar values`, token)
    if (b.n === 0n && /^(?:\/\/?|%%?)$/.test(text)) throw new Problem('division by zero', token)
    return scalar(SCALAR[text]!(a.n, b.n))
  }

  /** Addresses of different sections are just not equal. */
  #notComparable(token: Token): Value {
    if (token.text === '=' || token.text === '==') return scalar(0n)
    if (token.text === '!=' || token.text === '<>') return scalar(1n)
    throw new Problem(`\`${token.text}': operands differ by a non-scalar`, token)
  }

  #unary(): Value {
    const token = this.next
    if (!token) throw new Problem('expression syntax error: unexpected end of line')
    if (token.kind !== 'op') return this.#primary(token)
    const single: Readonly<Record<string, (value: bigint) => bigint>> = { '~': (n) => ~n, '!': (n) => truth(n === 0n) }
    if (token.text === '-' || token.text === '+' || Object.hasOwn(single, token.text)) {
      if (++this.#depth > DEEPEST) throw new Problem('expression is nested too deeply', token)
      this.at++
      const value = this.#unary()
      this.#depth--
      if (token.text === '+') return value
      if (token.text === '-') return scale(value, -1n)
      if (value.unknown) return UNKNOWN
      if (!isScalar(value)) throw new Problem(`\`${token.text}' operator may only be applied to scalar values`, token)
      return scalar(single[token.text]!(value.n))
    }
    return this.#primary(token)
  }

  #primary(token: Token): Value {
    this.at++
    if (token.kind === 'number') {
      const value = numberValue(token.text)
      if (value === null) throw new Problem(`\`${token.text}' is not a number`, token)
      return scalar(value)
    }
    if (token.kind === 'string') return scalar(characters(token))
    if (token.kind === 'id') return this.#name(token)
    if (token.text === '$') return this.#names.here()
    if (token.text === '$$') return this.#names.base()
    if (token.text === '(') {
      const value = this.read()
      this.#expect(')')
      return value
    }
    this.at--
    throw new Problem(token.text === '"' || token.text === "'" || token.text === '`' ? 'unterminated string' : 'expression syntax error', token)
  }

  #name(token: Token): Value {
    const lower = token.text.toLowerCase()
    if (!this.#names.isRegister(lower)) return this.#names.symbol(token)
    if (this.hint.kind === 'none') this.hint = { base: lower, kind: 'base' }
    return registerValue(lower)
  }

  #expect(text: string): void {
    if (!isOp(this.next, text)) throw new Problem(text === ')' ? "expecting `)'" : "expecting `:'", this.next ?? this.#tokens[this.at - 1])
    this.at++
  }
}

/** A character constant: its bytes, the first the lowest (NASM manual 3.4.3). */
function characters(token: Token): bigint {
  return stringBytes(token.text).slice(0, 8).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
}
