import { type Operand, Problem, type Token } from './tokens.ts'

/** Value of a name or of a local label (`1f`, `2b`); undefined: not known (yet). */
export type Resolve = (name: string, at: number) => number | undefined

/** GNU as: products and shifts bind closest, then bit operations, then sums. */
const LEVELS: readonly Readonly<Record<string, (a: number, b: number) => number>>[] = [
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '|': (a, b) => a | b, '&': (a, b) => a & b, '^': (a, b) => a ^ b },
  { '*': (a, b) => Math.imul(a, b), '/': (a, b) => (b === 0 ? NaN : Math.trunc(a / b)), '%': (a, b) => (b === 0 ? NaN : a % b), '<<': (a, b) => a << b, '>>': (a, b) => a >>> b },
]

const DEEPEST = 50

class Parser {
  readonly #tokens: Operand
  readonly #resolve: Resolve
  #next = 0
  #depth = 0

  constructor(tokens: Operand, resolve: Resolve) {
    this.#tokens = tokens
    this.#resolve = resolve
  }

  all(): number | undefined {
    const value = this.#level(0)
    const rest = this.#tokens[this.#next]
    if (rest) throw new Problem(`"${rest.text}" is too much here`, rest.at)
    return value
  }

  #level(level: number): number | undefined {
    const operators = LEVELS[level]
    if (!operators) return this.#atom()
    let value = this.#level(level + 1)
    for (;;) {
      const token = this.#tokens[this.#next]
      if (token?.kind !== 'mark' || !Object.hasOwn(operators, token.text)) return value
      this.#next++
      const right = this.#level(level + 1)
      value = value === undefined || right === undefined ? undefined : operators[token.text]!(value, right)
      if (Number.isNaN(value)) throw new Problem('division by zero', token.at)
    }
  }

  #atom(): number | undefined {
    const token = this.#tokens[this.#next++]
    if (!token) throw new Problem('an expression is missing', this.#tokens.at(-1)?.at ?? 1)
    if (token.kind === 'number') return token.value
    if (token.kind === 'name') return this.#resolve(token.text, token.at)
    if (++this.#depth > DEEPEST) throw new Problem('the expression is nested too deeply', token.at)
    const value = this.#nested(token)
    this.#depth--
    return value
  }

  #nested(token: Token): number | undefined {
    switch (token.text) {
      case '+': return this.#atom()
      case '-': return negated(this.#atom())
      case '~': return inverted(this.#atom())
      case '(': return this.#parenthesis()
      case '%hi': return upperPart(this.#argument())
      case '%lo': return lowerPart(this.#argument())
    }
    throw new Problem(`"${token.text}" cannot stand here`, token.at)
  }

  #argument(): number | undefined {
    const token = this.#tokens[this.#next++]
    if (token?.text !== '(') throw new Problem('"(" is missing', token?.at ?? this.#tokens.at(-1)!.at)
    return this.#parenthesis()
  }

  #parenthesis(): number | undefined {
    const value = this.#level(0)
    const token = this.#tokens[this.#next++]
    if (token?.text !== ')') throw new Problem('")" is missing', token?.at ?? this.#tokens.at(-1)!.at)
    return value
  }
}

const negated = (value: number | undefined): number | undefined => (value === undefined ? undefined : -value)
const inverted = (value: number | undefined): number | undefined => (value === undefined ? undefined : ~value)
/** What `lui` must load so that adding the sign-extended lower part gives the value. */
export const upperPart = (value: number | undefined): number | undefined => (value === undefined ? undefined : ((value + 0x800) >>> 12) & 0xf_ffff)
export const lowerPart = (value: number | undefined): number | undefined => (value === undefined ? undefined : (value << 20) >> 20)

/** Value of an expression; undefined: it has a name that is not known. Throws a `Problem`. */
export const evaluate = (tokens: Operand, resolve: Resolve): number | undefined => new Parser(tokens, resolve).all()
