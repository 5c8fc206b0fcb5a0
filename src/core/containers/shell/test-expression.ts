import type { ProcessContext } from '../runtime/process-context.ts'
import { fileTest, integerTest } from './file-test.ts'

/** `test` was given something it cannot read: status 2. */
export class TestError extends Error {
  override readonly name = 'TestError'
}

const BINARY = ['=', '!=', '-eq', '-ne', '-lt', '-le', '-gt', '-ge', '-nt', '-ot', '-ef', '<', '>']

/** `test` and `[`: by number of arguments as POSIX demands, with -a, -o and parentheses beyond. */
export function evaluateTest(context: ProcessContext, words: readonly string[], bash: boolean): boolean {
  const evaluator = new TestEvaluator(context, words, bash)
  return evaluator.run()
}

class TestEvaluator {
  private at = 0
  private readonly context: ProcessContext
  private readonly words: readonly string[]
  private readonly operators: readonly string[]
  private readonly bash: boolean

  constructor(context: ProcessContext, words: readonly string[], bash: boolean) {
    this.context = context
    this.words = words
    this.bash = bash
    this.operators = bash ? [...BINARY, '=='] : BINARY
  }

  run(): boolean {
    const { words } = this
    if (words.length === 0) return false
    if (words.length === 1) return words[0] !== ''
    if (words.length === 3 && this.operators.includes(words[1]!)) return this.binary(words[0]!, words[1]!, words[2]!)
    if (words.length === 4 && words[0] === '!') return !new TestEvaluator(this.context, words.slice(1), this.bash).run()
    const value = this.or()
    if (this.at < words.length) throw new TestError(this.bash ? (words.length === 3 ? `${words[1]}: binary operator expected` : 'too many arguments') : `${words[this.at]}: unexpected operator`)
    return value
  }

  private or(): boolean {
    let value = this.and()
    while (this.words[this.at] === '-o') {
      this.at++
      const right = this.and()
      value = value || right
    }
    return value
  }

  private and(): boolean {
    let value = this.not()
    while (this.words[this.at] === '-a') {
      this.at++
      const right = this.not()
      value = value && right
    }
    return value
  }

  private not(): boolean {
    if (this.words[this.at] === '!' && this.at + 1 < this.words.length) {
      this.at++
      return !this.not()
    }
    return this.primary()
  }

  private primary(): boolean {
    const word = this.words[this.at]
    const next = this.words[this.at + 1]
    if (word === undefined) throw new TestError('argument expected')
    if (next !== undefined && this.operators.includes(next) && this.at + 2 < this.words.length) {
      this.at += 3
      return this.binary(word, next, this.words[this.at - 1]!)
    }
    if (word === '(') {
      this.at++
      const value = this.or()
      if (this.words[this.at++] !== ')') throw new TestError(this.bash ? "`)' expected" : 'closing paren expected')
      return value
    }
    if (/^-[a-zA-Z]$/.test(word) && next !== undefined) {
      this.at += 2
      return this.unary(word, next)
    }
    this.at++
    return word !== ''
  }

  private unary(operator: string, operand: string): boolean {
    if (operator === '-n') return operand !== ''
    if (operator === '-z') return operand === ''
    if (!'bcdefghkLprsStuwxOGN'.includes(operator.charAt(1))) throw new TestError(`${operator}: ${this.bash ? 'unary operator expected' : 'unexpected operator'}`)
    return fileTest(this.context, operator, operand)
  }

  private binary(left: string, operator: string, right: string): boolean {
    switch (operator) {
      case '=': case '==': return left === right
      case '!=': return left !== right
      case '<': return left < right
      case '>': return left > right
      case '-nt': case '-ot': case '-ef': return this.compareFiles(operator, left, right)
      default: return integerTest(operator, this.integer(left), this.integer(right))
    }
  }

  private compareFiles(operator: string, left: string, right: string): boolean {
    const [a, b] = [this.context.files.stat(left), this.context.files.stat(right)]
    if (operator === '-ef') return a !== undefined && a.inode === b?.inode
    const [newer, older] = operator === '-nt' ? [a, b] : [b, a]
    return newer !== undefined && (older === undefined || newer.mtime > older.mtime)
  }

  private integer(text: string): bigint {
    if (!/^\s*[+-]?\d+\s*$/.test(text)) throw new TestError(this.bash ? `${text}: integer expression expected` : `Illegal number: ${text}`)
    return BigInt(text.trim().replace(/^\+/, ''))
  }
}
