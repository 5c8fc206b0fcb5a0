import type { Argument, Expression, Loop, Parameter, Statement } from './syntax.ts'
import { PythonSyntaxError, tokenize, type Token } from './tokens.ts'

const NOT_MODELLED = ['class', 'with', 'async', 'await', 'yield', 'match', 'nonlocal', 'del', 'assert']
const BINARY: Readonly<Record<string, number>> = { '|': 6, '^': 7, '&': 8, '<<': 9, '>>': 9, '+': 10, '-': 10, '*': 11, '/': 11, '//': 11, '%': 11, '@': 11 }
const COMPARE = ['<', '>', '<=', '>=', '==', '!=', 'in', 'not', 'is']

export function parsePython(source: string): readonly Statement[] {
  return new Parser(tokenize(source)).module()
}

class Parser {
  private at = 0
  private readonly tokens: readonly Token[]

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
  }

  module(): Statement[] {
    const body: Statement[] = []
    while (this.token.kind !== 'end') body.push(...this.statement())
    return body
  }

  /** A whole expression text (inside an f-string). */
  only(): Expression {
    const value = this.expressions()
    if (this.token.kind !== 'newline') this.fail()
    return value
  }

  private get token(): Token {
    return this.tokens[this.at]!
  }

  private is(text: string): boolean {
    return this.token.text === text && (this.token.kind === 'operator' || this.token.kind === 'name')
  }

  private take(text: string): boolean {
    if (!this.is(text)) return false
    this.at++
    return true
  }

  private expect(text: string): void {
    if (!this.take(text)) this.fail(text === ':' ? "expected ':'" : 'invalid syntax')
  }

  private stands(kind: Token['kind']): boolean {
    return this.token.kind === kind
  }

  private kind(kind: Token['kind'], message: string): void {
    if (this.token.kind !== kind) this.fail(message)
    this.at++
  }

  private name(): string {
    if (this.token.kind !== 'name') this.fail()
    return this.tokens[this.at++]!.text
  }

  private fail(message = 'invalid syntax'): never {
    throw new PythonSyntaxError(message, this.token.line)
  }

  private block(): Statement[] {
    this.expect(':')
    if (!this.stands('newline')) return this.simpleLine()
    this.at++
    this.kind('indent', 'expected an indented block')
    const body: Statement[] = []
    while (!this.stands('dedent') && !this.stands('end')) body.push(...this.statement())
    if (this.token.kind === 'dedent') this.at++
    return body
  }

  private statement(): Statement[] {
    const { line } = this.token
    if (this.token.kind === 'name' && NOT_MODELLED.includes(this.token.text)) this.fail(`'${this.token.text}' is not modelled in Glasshouse's Python`)
    if (this.take('if')) return [this.ifStatement(line)]
    if (this.take('while')) return [{ type: 'while', line, test: this.expression(), body: this.block() }]
    if (this.take('for')) {
      const target = this.targets()
      this.expect('in')
      return [{ type: 'for', line, target, source: this.expressions(), body: this.block() }]
    }
    if (this.take('def')) {
      const name = this.name()
      this.expect('(')
      const parameters = this.parameters(')')
      this.expect(')')
      if (this.take('->')) this.expression()
      return [{ type: 'def', line, name, parameters, body: this.block() }]
    }
    if (this.take('try')) return [this.tryStatement(line)]
    return this.simpleLine()
  }

  private ifStatement(line: number): Statement {
    const branches: [Expression, Statement[]][] = [[this.expression(), this.block()]]
    while (this.take('elif')) branches.push([this.expression(), this.block()])
    return { type: 'if', line, branches, otherwise: this.take('else') ? this.block() : [] }
  }

  private tryStatement(line: number): Statement {
    const body = this.block()
    const handlers: { kinds: string[]; alias: string | null; body: Statement[] }[] = []
    while (this.take('except')) {
      const kinds: string[] = []
      const grouped = this.take('(')
      if (!this.is(':')) do kinds.push(this.dotted()); while (this.take(','))
      if (grouped) this.expect(')')
      handlers.push({ kinds, alias: this.take('as') ? this.name() : null, body: this.block() })
    }
    return { type: 'try', line, body, handlers, last: this.take('finally') ? this.block() : [] }
  }

  private simpleLine(): Statement[] {
    const body: Statement[] = []
    do {
      if (this.token.kind === 'newline') break
      body.push(this.simple())
    } while (this.take(';'))
    if (this.token.kind !== 'newline') this.fail()
    this.at++
    return body
  }

  private simple(): Statement {
    const { line } = this.token
    for (const type of ['pass', 'break', 'continue'] as const) if (this.take(type)) return { type, line }
    for (const type of ['return', 'raise'] as const) if (this.take(type)) return { type, line, value: this.token.kind === 'newline' ? null : this.expressions() }
    if (this.take('global')) {
      const names = [this.name()]
      while (this.take(',')) names.push(this.name())
      return { type: 'global', line, names }
    }
    if (this.take('import')) {
      const module = this.dotted()
      return { type: 'import', line, module, alias: this.take('as') ? this.name() : module, names: null }
    }
    if (this.take('from')) return this.fromImport(line)
    const value = this.expressions()
    const augmented = /^(\+|-|\*|\/|\/\/|%|\*\*|&|\||\^)=$/.exec(this.token.text)
    if (augmented && this.token.kind === 'operator') {
      this.at++
      return { type: 'augment', line, target: value, operator: augmented[1]!, value: this.expressions() }
    }
    if (this.take(':')) this.expression()
    const chain = [value]
    while (this.take('=')) chain.push(this.expressions())
    return chain.length === 1 ? { type: 'expression', line, value } : { type: 'assign', line, targets: chain.slice(0, -1), value: chain.at(-1)! }
  }

  private fromImport(line: number): Statement {
    const module = this.dotted()
    this.expect('import')
    const names: [string, string][] = []
    do {
      const name = this.name()
      names.push([name, this.take('as') ? this.name() : name])
    } while (this.take(','))
    return { type: 'import', line, module, alias: module, names }
  }

  private dotted(): string {
    let text = this.name()
    while (this.take('.')) text += `.${this.name()}`
    return text
  }

  private parameters(end: string): Parameter[] {
    const list: Parameter[] = []
    while (!this.is(end)) {
      const star = this.take('*')
      const name = this.name()
      if (end === ')' && this.take(':')) this.expression()
      list.push({ name, star, fallback: this.take('=') ? this.expression() : null })
      if (!this.take(',')) break
    }
    return list
  }

  private targets(): Expression {
    const items = [this.postfix()]
    while (this.take(',')) items.push(this.postfix())
    return items.length === 1 ? items[0]! : { type: 'tuple', items }
  }

  private expressions(): Expression {
    const first = this.expression()
    if (!this.is(',')) return first
    const items = [first]
    while (this.take(',')) if (!['newline', 'end'].includes(this.token.kind) && !this.is('=') && !this.is(')')) items.push(this.expression())
    return { type: 'tuple', items }
  }

  private expression(): Expression {
    if (this.take('lambda')) {
      const parameters = this.parameters(':')
      this.expect(':')
      return { type: 'lambda', parameters, body: this.expression() }
    }
    const yes = this.or()
    if (!this.take('if')) return yes
    const test = this.or()
    this.expect('else')
    return { type: 'if', test, yes, no: this.expression() }
  }

  private or(): Expression {
    let left = this.and()
    while (this.take('or')) left = { type: 'binary', operator: 'or', left, right: this.and() }
    return left
  }

  private and(): Expression {
    let left = this.not()
    while (this.take('and')) left = { type: 'binary', operator: 'and', left, right: this.not() }
    return left
  }

  private not(): Expression {
    return this.take('not') ? { type: 'unary', operator: 'not', operand: this.not() } : this.comparison()
  }

  private comparison(): Expression {
    const first = this.arithmetic(6)
    const rest: [string, Expression][] = []
    while (COMPARE.includes(this.token.text) && this.token.kind !== 'string') {
      let operator = this.tokens[this.at++]!.text
      if (operator === 'not') {
        this.expect('in')
        operator = 'not in'
      } else if (operator === 'is' && this.take('not')) operator = 'is not'
      rest.push([operator, this.arithmetic(6)])
    }
    return rest.length === 0 ? first : { type: 'compare', first, rest }
  }

  private arithmetic(minimum: number): Expression {
    let left = this.unary()
    for (;;) {
      const operator = this.token.kind === 'operator' ? this.token.text : ''
      const precedence = BINARY[operator]
      if (precedence === undefined || precedence < minimum) return left
      this.at++
      left = { type: 'binary', operator, left, right: this.arithmetic(precedence + 1) }
    }
  }

  private unary(): Expression {
    for (const operator of ['-', '+', '~']) if (this.take(operator)) return { type: 'unary', operator, operand: this.unary() }
    const base = this.postfix()
    return this.take('**') ? { type: 'binary', operator: '**', left: base, right: this.unary() } : base
  }

  private postfix(): Expression {
    let target = this.atom()
    for (;;) {
      const { line } = this.token
      if (this.take('.')) target = { type: 'attribute', target, name: this.name(), line }
      else if (this.take('(')) target = { type: 'call', target, args: this.arguments(), line }
      else if (this.take('[')) {
        target = { type: 'index', target, index: this.subscript(), line }
        this.expect(']')
      } else return target
    }
  }

  private subscript(): Expression {
    const part = (): Expression | null => (this.is(':') || this.is(']') ? null : this.expression())
    const from = part()
    if (!this.take(':')) return from ?? this.fail()
    const to = part()
    return { type: 'slice', from, to, step: this.take(':') ? part() : null }
  }

  private arguments(): Argument[] {
    const args: Argument[] = []
    while (!this.take(')')) {
      const star = this.take('*')
      const named = this.token.kind === 'name' && this.tokens[this.at + 1]?.text === '=' && this.tokens[this.at + 1]?.kind === 'operator'
      const name = named ? this.name() : null
      if (named) this.at++
      const value = this.expression()
      args.push({ name, star, value: this.is('for') ? { type: 'comprehension', kind: 'generator', item: value, loops: this.loops() } : value })
      if (!this.take(',')) {
        this.expect(')')
        break
      }
    }
    return args
  }

  private loops(): Loop[] {
    const loops: Loop[] = []
    while (this.take('for')) {
      const target = this.targets()
      this.expect('in')
      const source = this.or()
      const conditions: Expression[] = []
      while (this.take('if')) conditions.push(this.or())
      loops.push({ target, source, conditions })
    }
    return loops
  }

  private atom(): Expression {
    const { kind, text } = this.token
    if (kind === 'number') {
      this.at++
      const digits = text.replaceAll('_', '')
      return { type: 'constant', value: /^0x/i.test(digits) || /^\d+$/.test(digits) ? BigInt(digits) : Number(digits) }
    }
    if (kind === 'string' || kind === 'fstring') return this.strings()
    if (this.take('(')) return this.parenthesised()
    if (this.take('[')) return this.display('list', ']')
    if (this.take('{')) return this.braces()
    if (kind !== 'name') this.fail()
    this.at++
    if (text === 'True' || text === 'False') return { type: 'constant', value: text === 'True' }
    return text === 'None' ? { type: 'constant', value: null } : { type: 'name', name: text }
  }

  private strings(): Expression {
    const parts: (string | { value: Expression; format: string; repr: boolean })[] = []
    while (this.token.kind === 'string' || this.token.kind === 'fstring') {
      const token = this.tokens[this.at++]!
      if (token.kind === 'string') parts.push(token.text)
      else for (const match of token.text.matchAll(/\{\{|\}\}|\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}|([^{}]+)/g)) {
        if (match[1] === undefined) {
          parts.push(match[2] ?? match[0].charAt(0))
          continue
        }
        const field = /^((?:[^:!'"[\](){}]|'[^']*'|"[^"]*"|\[[^\]]*\]|\([^)]*\)|!=)*)(!r|!s)?(?::(.*))?$/s.exec(match[1])
        if (!field) throw new PythonSyntaxError('f-string: invalid syntax', token.line)
        parts.push({ value: new Parser(tokenize(field[1]!)).only(), format: field[3] ?? '', repr: field[2] === '!r' })
      }
    }
    return parts.every((part) => typeof part === 'string') ? { type: 'constant', value: parts.join('') } : { type: 'fstring', parts }
  }

  private parenthesised(): Expression {
    if (this.take(')')) return { type: 'tuple', items: [] }
    const value = this.expressions()
    const result: Expression = this.is('for') ? { type: 'comprehension', kind: 'generator', item: value, loops: this.loops() } : value
    this.expect(')')
    return result
  }

  private display(kind: 'list' | 'set', end: string, first?: Expression): Expression {
    if (!first && this.take(end)) return { type: kind, items: [] }
    const items = [first ?? this.expression()]
    if (this.is('for')) {
      const loops = this.loops()
      this.expect(end)
      return { type: 'comprehension', kind, item: items[0]!, loops }
    }
    while (this.take(',')) if (!this.is(end)) items.push(this.expression())
    this.expect(end)
    return { type: kind, items }
  }

  private braces(): Expression {
    if (this.take('}')) return { type: 'dict', entries: [] }
    const key = this.expression()
    if (!this.take(':')) return this.display('set', '}', key)
    const value = this.expression()
    if (this.is('for')) {
      const loops = this.loops()
      this.expect('}')
      return { type: 'comprehension', kind: 'dict', item: key, value, loops }
    }
    const entries: [Expression, Expression][] = [[key, value]]
    while (this.take(',')) {
      if (this.is('}')) break
      const next = this.expression()
      this.expect(':')
      entries.push([next, this.expression()])
    }
    this.expect('}')
    return { type: 'dict', entries }
  }
}
