import type { ProcessContext } from '../runtime/process-context.ts'
import { program, usageError } from './support.ts'

class ExprError extends Error {
  override readonly name = 'ExprError'
}

/** By rising strength; the operators of a level bind from the left. */
const LEVELS: readonly (readonly string[])[] = [['|'], ['&'], ['<', '<=', '=', '==', '!=', '>=', '>'], ['+', '-'], ['*', '/', '%'], [':']]

/** expr(1)'s grammar over its arguments. Throws `ExprError` in its words. */
class Expression {
  private readonly words: readonly string[]
  private at = 0

  constructor(words: readonly string[]) {
    this.words = words
  }

  evaluate(): string {
    const value = this.level(0)
    if (this.at < this.words.length) throw new ExprError(`syntax error: unexpected argument '${this.words[this.at]!}'`)
    return value
  }

  private level(depth: number): string {
    const operators = LEVELS[depth]
    if (!operators) return this.primary()
    let left = this.level(depth + 1)
    while (operators.includes(this.words[this.at] ?? '')) {
      const operator = this.words[this.at++]!
      left = apply(operator, left, this.level(depth + 1))
    }
    return left
  }

  private primary(): string {
    const word = this.words[this.at++]
    if (word === undefined) throw new ExprError(`syntax error: missing argument after '${this.words.at(-1) ?? ''}'`)
    if (word === '(') {
      const value = this.level(0)
      if (this.words[this.at++] !== ')') throw new ExprError("syntax error: expecting ')'")
      return value
    }
    if (word === 'length') return String([...this.primary()].length)
    if (word === 'match') return match(this.primary(), this.primary())
    if (word === 'substr') return [...this.primary()].slice(Number(this.primary()) - 1).slice(0, Number(this.primary())).join('')
    return word
  }
}

const isNumber = (text: string): boolean => /^-?\d+$/.test(text)
const isNull = (text: string): boolean => text === '' || /^-?0+$/.test(text)

function apply(operator: string, left: string, right: string): string {
  if (operator === '|') return isNull(left) ? (isNull(right) ? '0' : right) : left
  if (operator === '&') return isNull(left) || isNull(right) ? '0' : left
  if (operator === ':') return match(left, right)
  if (['+', '-', '*', '/', '%'].includes(operator)) return calculate(operator, left, right)
  const order = isNumber(left) && isNumber(right) ? Number(BigInt(left) - BigInt(right)) : left < right ? -1 : left > right ? 1 : 0
  const holds = operator === '<' ? order < 0 : operator === '<=' ? order <= 0 : operator === '>' ? order > 0 : operator === '>=' ? order >= 0 : (order === 0) === (operator !== '!=')
  return holds ? '1' : '0'
}

function calculate(operator: string, left: string, right: string): string {
  if (!isNumber(left) || !isNumber(right)) throw new ExprError('non-integer argument')
  const [a, b] = [BigInt(left), BigInt(right)]
  if (operator === '+') return String(a + b)
  if (operator === '-') return String(a - b)
  if (operator === '*') return String(a * b)
  if (b === 0n) throw new ExprError('division by zero')
  return String(operator === '/' ? a / b : a % b)
}

/** A basic regular expression from the beginning: what its first group holds, or how many characters it covers. */
function match(text: string, pattern: string): string {
  const source = pattern.replace(/\\([(){}|+?])|([(){}|+?])/g, (_, escaped: string | undefined, plain: string | undefined) => escaped ?? `\\${plain!}`)
  const found = new RegExp(`^(?:${source.replace(/^\^/, '')})`, 's').exec(text)
  if (pattern.includes('\\(')) return found?.[1] ?? ''
  return String(found?.[0].length ?? 0)
}

async function expr(process: ProcessContext): Promise<number> {
  const words = process.args[0] === '--' ? process.args.slice(1) : process.args
  if (words.length === 0) return usageError(process, 'missing operand', 2)
  try {
    const value = new Expression(words).evaluate()
    await process.print(`${value}\n`)
    return isNull(value) ? 1 : 0
  } catch (error) {
    if (!(error instanceof ExprError) && !(error instanceof SyntaxError)) throw error
    await process.warn(`expr: ${error.message}\n`)
    return 2
  }
}

export const EXPR = program('expr', 'coreutils', expr)
