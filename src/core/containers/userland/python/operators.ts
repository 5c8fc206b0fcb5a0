import { isNumber, List, PySet, Raised, repr, str, Tuple, typeName, type Value } from './values.ts'

/** Binary operators but `and`, `or` and comparisons. */
export function binary(operator: string, a: Value, b: Value): Value {
  if (isNumber(a) && isNumber(b)) {
    const [x, y] = [typeof a === 'boolean' ? BigInt(a) : a, typeof b === 'boolean' ? BigInt(b) : b]
    return typeof x === 'bigint' && typeof y === 'bigint' ? integers(operator, x, y) : floats(operator, Number(x), Number(y))
  }
  if (operator === '+') {
    if (typeof a === 'string' && typeof b === 'string') return a + b
    if (a instanceof List && b instanceof List) return new List([...a.items, ...b.items])
    if (a instanceof Tuple && b instanceof Tuple) return new Tuple([...a.items, ...b.items])
    if (typeof a === 'string') throw new Raised('TypeError', `can only concatenate str (not "${typeName(b)}") to str`)
  }
  if (operator === '*' && typeof b === 'bigint') {
    const times = Math.max(0, Math.min(1_000_000, Number(b)))
    if (typeof a === 'string') return a.repeat(times)
    if (a instanceof List) return new List(Array.from({ length: times }, () => a.items).flat())
  }
  if (operator === '%' && typeof a === 'string') return percent(a, b instanceof Tuple ? b.items : [b])
  if (a instanceof PySet && b instanceof PySet) {
    const [left, right] = [[...a.entries.values()], new Set(b.entries.keys())]
    if (operator === '|') return new PySet([...left, ...b.entries.values()])
    if (operator === '&' || operator === '-') return new PySet(left.filter((item) => right.has(repr(item)) === (operator === '&')))
  }
  throw new Raised('TypeError', `unsupported operand type(s) for ${operator}: '${typeName(a)}' and '${typeName(b)}'`)
}

function integers(operator: string, a: bigint, b: bigint): Value {
  if (b === 0n && ['/', '//', '%'].includes(operator)) throw new Raised('ZeroDivisionError', operator === '/' ? 'division by zero' : 'integer division or modulo by zero')
  const floor = (): bigint => a / b - (a % b !== 0n && (a < 0n) !== (b < 0n) ? 1n : 0n)
  switch (operator) {
    case '+': return a + b
    case '-': return a - b
    case '*': return a * b
    case '/': return Number(a) / Number(b)
    case '//': return floor()
    case '%': return a - floor() * b
    case '**':
      if (b > 100_000n) throw new Raised('OverflowError', 'exponent too large for this interpreter')
      return b < 0n ? Number(a) ** Number(b) : a ** b
    case '<<': return a << b
    case '>>': return a >> b
    case '&': return a & b
    case '|': return a | b
    default: return a ^ b
  }
}

function floats(operator: string, a: number, b: number): Value {
  if (b === 0 && ['/', '//', '%'].includes(operator)) throw new Raised('ZeroDivisionError', 'float division by zero')
  switch (operator) {
    case '+': return a + b
    case '-': return a - b
    case '*': return a * b
    case '/': return a / b
    case '//': return Math.floor(a / b)
    case '%': return a - Math.floor(a / b) * b
    case '**': return a ** b
    default: throw new Raised('TypeError', `unsupported operand type(s) for ${operator}: 'float' and 'float'`)
  }
}

function percent(text: string, values: readonly Value[]): string {
  let at = 0
  return text.replace(/%(%|[-0]?\d*(?:\.\d+)?[sdfrx])/g, (whole, code: string) => (code === '%' ? '%' : formatValue(values[at++] ?? '', whole.slice(1).replace(/[sr]$/, ''))))
}

/** The format language of f-strings and `format`: fill, alignment, sign, width, `,`, precision, type. */
export function formatValue(value: Value, spec: string): string {
  const match = /^(?:(.)?([<>^=]))?([+ ]?)(0?)(\d*)(,?)(?:\.(\d+))?([bdeEfFgGnosxX%]?)$/.exec(spec)
  if (!match) throw new Raised('ValueError', `Invalid format specifier '${spec}'`)
  const [, fill, align, sign, zero, width, comma, precision, type] = match
  let text = str(value)
  if (isNumber(value) && typeof value !== 'boolean') {
    const number = Number(value)
    if (type === 'f' || type === 'F') text = number.toFixed(Number(precision ?? 6))
    else if (type === '%') text = `${(number * 100).toFixed(Number(precision ?? 6))}%`
    else if (type === 'e') text = number.toExponential(Number(precision ?? 6)).replace(/e([+-])(\d)$/, 'e$10$2')
    else if (type === 'x' || type === 'b' || type === 'o') text = BigInt(Math.trunc(number)).toString({ x: 16, b: 2, o: 8 }[type])
    else if (precision !== undefined) text = String(Number(number.toPrecision(Math.max(1, Number(precision)))))
    if (comma) text = text.replace(/^(-?\d+)/, (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ','))
    if (sign === '+' && number >= 0) text = `+${text}`
  } else if (precision !== undefined) text = text.slice(0, Number(precision))
  const size = Number(width || 0)
  const pad = fill ?? (zero ? '0' : ' ')
  const side = align ?? (isNumber(value) ? '>' : '<')
  if (side === '<') return text.padEnd(size, pad)
  if (side === '^') return text.padStart(Math.floor((size + text.length) / 2), pad).padEnd(size, pad)
  return zero && text.startsWith('-') ? `-${text.slice(1).padStart(size - 1, '0')}` : text.padStart(size, pad)
}
