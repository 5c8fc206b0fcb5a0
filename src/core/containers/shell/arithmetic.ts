/** Shell arithmetic (POSIX 2.6.4, bash's additions): 64-bit two's complement, by precedence climbing over the text. */
export class ArithmeticError extends Error {
  override readonly name = 'ArithmeticError'
}

export interface ArithmeticVariables {
  get(name: string): string
  set(name: string, value: string): void
}

const BINARY: Readonly<Record<string, number>> = {
  ',': 1, '||': 4, '&&': 5, '|': 6, '^': 7, '&': 8, '==': 9, '!=': 9, '<': 10, '>': 10, '<=': 10, '>=': 10, '<<': 11, '>>': 11,
  '+': 12, '-': 12, '*': 13, '/': 13, '%': 13, '**': 15,
}
const ASSIGNMENTS = ['=', '+=', '-=', '*=', '/=', '%=', '<<=', '>>=', '&=', '|=', '^=']
const TERNARY = 3
const UNARY = 14
const TOKEN = /\s*(\d+#[\da-zA-Z@_]+|0[xX][\da-fA-F]+|\d\w*|[A-Za-z_]\w*(?:\[[^\]]*\])?|<<=|>>=|\*\*|\+\+|--|&&|\|\||[<>=!+\-*/%&|^]=|<<|>>|[-+*/%<>=!~&|^?:,()])/y
const MAX_DEPTH = 100

export function evaluateArithmetic(text: string, variables: ArithmeticVariables, depth = 0): bigint {
  if (depth > MAX_DEPTH) throw new ArithmeticError('expression recursion level exceeded')
  if (text.trim() === '') return 0n
  return new Evaluator(text, variables, depth).run()
}

interface Place {
  readonly value: bigint
  /** The variable the value came from, when it can be assigned to. */
  readonly name?: string
}

class Evaluator {
  private readonly tokens: string[] = []
  private at = 0
  private muted = 0
  private nesting = 0
  private readonly text: string
  private readonly variables: ArithmeticVariables
  private readonly depth: number

  constructor(text: string, variables: ArithmeticVariables, depth: number) {
    this.text = text
    this.variables = variables
    this.depth = depth
    TOKEN.lastIndex = 0
    let end = 0
    for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
      this.tokens.push(match[1]!)
      end = TOKEN.lastIndex
    }
    if (text.slice(end).trim() !== '') throw new ArithmeticError(`syntax error: invalid arithmetic operator (error token is "${text.slice(end).trim()}")`)
  }

  run(): bigint {
    const { value } = this.expression(0)
    if (this.at < this.tokens.length) throw new ArithmeticError(`syntax error in expression (error token is "${this.tokens.slice(this.at).join(' ')}")`)
    return value
  }

  private expression(minimum: number): Place {
    if (++this.nesting > MAX_DEPTH) throw new ArithmeticError('expression recursion level exceeded')
    let left = this.unary()
    for (let operator = this.tokens[this.at]; operator !== undefined; operator = this.tokens[this.at]) {
      if (ASSIGNMENTS.includes(operator) && left.name !== undefined && minimum <= 2) left = this.assign(left, operator)
      else if (operator === '?' && minimum <= TERNARY) left = this.ternary(left)
      else {
        const precedence = BINARY[operator]
        if (precedence === undefined || precedence < minimum || ASSIGNMENTS.includes(operator)) break
        this.at++
        left = { value: this.binary(operator, precedence, left.value) }
      }
    }
    this.nesting--
    return left
  }

  private binary(operator: string, precedence: number, left: bigint): bigint {
    const skip = (operator === '&&' && left === 0n) || (operator === '||' && left !== 0n)
    if (skip) this.muted++
    const right = this.expression(operator === '**' ? precedence : precedence + 1).value
    if (skip) this.muted--
    return this.apply(operator, left, right)
  }

  private assign(target: Place, operator: string): Place {
    this.at++
    const right = this.expression(2).value
    const value = operator === '=' ? right : this.apply(operator.slice(0, -1), target.value, right)
    return this.store(target.name!, value)
  }

  private store(name: string, value: bigint): Place {
    if (this.muted === 0) this.variables.set(name, String(value))
    return { value }
  }

  private ternary(condition: Place): Place {
    this.at++
    const chosen = condition.value !== 0n
    const branch = (live: boolean): bigint => {
      if (!live) this.muted++
      const { value } = this.expression(TERNARY - 1)
      if (!live) this.muted--
      return value
    }
    const yes = branch(chosen)
    if (this.tokens[this.at++] !== ':') throw new ArithmeticError('`:\' expected for conditional expression')
    const no = branch(!chosen)
    return { value: chosen ? yes : no }
  }

  private unary(): Place {
    const token = this.tokens[this.at++]
    if (token === undefined) throw new ArithmeticError(`syntax error: operand expected (error token is "${this.tokens.at(-1) ?? this.text}")`)
    if (token === '(') {
      const inner = this.expression(0)
      if (this.tokens[this.at++] !== ')') throw new ArithmeticError('missing `)\'')
      return { value: inner.value }
    }
    if (token === '++' || token === '--') {
      const operand = this.unary()
      const delta = token === '++' ? 1n : -1n
      return operand.name === undefined ? operand : this.store(operand.name, wrap(operand.value + delta))
    }
    if ('-+!~'.includes(token)) {
      const { value } = this.expression(UNARY)
      return { value: token === '-' ? wrap(-value) : token === '!' ? (value === 0n ? 1n : 0n) : token === '~' ? ~value : value }
    }
    if (/^\d/.test(token)) return { value: parseNumber(token) }
    if (!/^[A-Za-z_]/.test(token)) throw new ArithmeticError(`syntax error: operand expected (error token is "${this.tokens.slice(this.at - 1).join(' ')}")`)
    return this.variable(token)
  }

  private variable(name: string): Place {
    const text = this.variables.get(name)
    const value = /^-?\d+$/.test(text) ? parseSigned(text) : evaluateArithmetic(text, this.variables, this.depth + 1)
    const next = this.tokens[this.at]
    if (next !== '++' && next !== '--') return { value, name }
    this.at++
    this.store(name, wrap(value + (next === '++' ? 1n : -1n)))
    return { value }
  }

  private apply(operator: string, a: bigint, b: bigint): bigint {
    const truth = (yes: boolean): bigint => (yes ? 1n : 0n)
    switch (operator) {
      case '+': return wrap(a + b)
      case '-': return wrap(a - b)
      case '*': return wrap(a * b)
      case '/':
      case '%':
        if (b === 0n) {
          if (this.muted > 0) return 0n
          throw new ArithmeticError('division by 0')
        }
        return wrap(operator === '/' ? a / b : a % b)
      case '**':
        if (b < 0n) throw new ArithmeticError('exponent less than 0')
        return power(a, b)
      case '<<': return wrap(a << (b & 63n))
      case '>>': return a >> (b & 63n)
      case '<': return truth(a < b)
      case '>': return truth(a > b)
      case '<=': return truth(a <= b)
      case '>=': return truth(a >= b)
      case '==': return truth(a === b)
      case '!=': return truth(a !== b)
      case '&': return a & b
      case '|': return a | b
      case '^': return a ^ b
      case '&&': return truth(a !== 0n && b !== 0n)
      case '||': return truth(a !== 0n || b !== 0n)
      default: return b
    }
  }
}

function power(base: bigint, exponent: bigint): bigint {
  let [result, factor, rest] = [1n, base, exponent]
  for (; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = wrap(result * factor)
    factor = wrap(factor * factor)
  }
  return result
}

const wrap = (value: bigint): bigint => BigInt.asIntN(64, value)
const parseSigned = (text: string): bigint => (text.startsWith('-') ? wrap(-parseNumber(text.slice(1))) : parseNumber(text))

function parseNumber(token: string): bigint {
  const based = /^(\d+)#(.+)$/.exec(token)
  if (based) {
    let value = 0n
    for (const digit of based[2]!) value = value * BigInt(based[1]!) + BigInt(parseInt(digit, 36))
    return wrap(value)
  }
  if (/^0[xX][\da-fA-F]+$/.test(token)) return wrap(BigInt(token))
  if (/^0[0-7]+$/.test(token)) return wrap(BigInt(`0o${token.slice(1)}`))
  if (/^0\d+$/.test(token)) throw new ArithmeticError(`${token}: value too great for base (error token is "${token}")`)
  if (!/^\d+$/.test(token)) throw new ArithmeticError(`syntax error in expression (error token is "${token}")`)
  return wrap(BigInt(token))
}
