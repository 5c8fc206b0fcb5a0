import type { Interpreter } from './interpreter.ts'
import type { Condition } from './parser.ts'
import { matchesPattern } from './pattern.ts'
import { ShellError } from './shell-state.ts'
import { fileTest, integerTest } from './file-test.ts'

/** `[[ … ]]`. */
export async function evaluateCondition(shell: Interpreter, condition: Condition): Promise<boolean> {
  const { expander } = shell
  switch (condition.type) {
    case 'CondNot': return !(await evaluateCondition(shell, condition.operand))
    case 'CondAnd': return (await evaluateCondition(shell, condition.left)) && (await evaluateCondition(shell, condition.right))
    case 'CondOr': return (await evaluateCondition(shell, condition.left)) || (await evaluateCondition(shell, condition.right))
    case 'CondGroup': return evaluateCondition(shell, condition.expression)
    case 'CondWord': return (await expander.text(condition.word)) !== ''
    case 'CondUnary': {
      const operand = await expander.text(condition.operand)
      if (condition.operator === '-z') return operand === ''
      if (condition.operator === '-n') return operand !== ''
      if (condition.operator === '-v') return shell.state.variables.get(operand) !== undefined
      return fileTest(shell.context, condition.operator, operand)
    }
    case 'CondBinary': return binary(shell, condition)
  }
}

async function binary(shell: Interpreter, condition: Extract<Condition, { type: 'CondBinary' }>): Promise<boolean> {
  const { expander } = shell
  const left = await expander.text(condition.left)
  const { operator } = condition
  if (operator === '=' || operator === '==' || operator === '!=') return matchesPattern(left, await expander.pattern(condition.right)) === (operator !== '!=')
  const right = await expander.text(condition.right)
  if (operator === '=~') return matchRegExp(shell, left, right)
  if (operator === '<') return left < right
  if (operator === '>') return left > right
  if (operator === '-nt' || operator === '-ot' || operator === '-ef') return compareFiles(shell, operator, left, right)
  const [a, b] = [await expander.arithmetic(left), await expander.arithmetic(right)]
  return integerTest(operator, a, b)
}

export function compareFiles(shell: Pick<Interpreter, 'context'>, operator: '-nt' | '-ot' | '-ef', left: string, right: string): boolean {
  const [a, b] = [shell.context.files.stat(left), shell.context.files.stat(right)]
  if (operator === '-ef') return a !== undefined && b !== undefined && a.inode === b.inode
  if (operator === '-nt') return a !== undefined && (b === undefined || a.mtime > b.mtime)
  return b !== undefined && (a === undefined || a.mtime < b.mtime)
}

function matchRegExp(shell: Interpreter, text: string, source: string): boolean {
  let match: RegExpExecArray | null
  try {
    match = new RegExp(source.replaceAll('[[:space:]]', '\\s').replaceAll('[[:digit:]]', '\\d').replace(/\[:(\w+):\]/g, (_, name: string) => ({ alpha: 'A-Za-z', digit: '0-9', alnum: 'A-Za-z0-9', upper: 'A-Z', lower: 'a-z', space: '\\s' })[name] ?? '')).exec(text)
  } catch {
    throw new ShellError('', { status: 2 })
  }
  shell.state.variables.setArray('BASH_REMATCH', match ? match.map((group, index): [string, string] => [String(index), group ?? '']) : [])
  return match !== null
}
