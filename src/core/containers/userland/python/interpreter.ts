import type { ProcessContext } from '../../runtime/process-context.ts'
import { MICROSECOND } from '../../../simulation/units.ts'
import { builtins, importModule } from './library.ts'
import { methodOf } from './methods.ts'
import { binary, formatValue } from './operators.ts'
import type { Expression, Loop, Parameter, Statement } from './syntax.ts'
import { Callable, Dict, equal, iterate, less, List, Module, PySet, Raised, repr, str, toInt, truth, Tuple, typeName, type Value } from './values.ts'

/** CPython runs some ten million simple steps a second. */
const STEP_TIME = 0.1 * MICROSECOND
const MAX_DEPTH = 200

class Jump {
  readonly kind: 'break' | 'continue' | 'return'
  readonly value: Value
  constructor(kind: Jump['kind'], value: Value) {
    this.kind = kind
    this.value = value
  }
}

class Scope {
  readonly names = new Map<string, Value>()
  readonly globals = new Set<string>()
  readonly parent: Scope | undefined
  constructor(parent: Scope | undefined) {
    this.parent = parent
  }
}

/** Walks a program's tree; every step is charged as CPU time, so that loops can be stopped. */
export class PythonInterpreter {
  line = 0
  private readonly process: ProcessContext
  private readonly top = new Scope(undefined)
  private readonly library: ReadonlyMap<string, Value>
  private depth = 0

  constructor(process: ProcessContext, argv: readonly string[]) {
    this.process = process
    this.library = builtins(process)
    this.top.names.set('__name__', '__main__')
    this.top.names.set('__file__', argv[0] ?? '')
    this.argv = argv
  }

  private readonly argv: readonly string[]

  async run(statements: readonly Statement[]): Promise<void> {
    await this.block(statements, this.top)
  }

  private async block(statements: readonly Statement[], scope: Scope): Promise<Jump | undefined> {
    for (const statement of statements) {
      this.line = statement.line
      const jump = await this.statement(statement, scope)
      if (jump) return jump
    }
    return undefined
  }

  private async statement(statement: Statement, scope: Scope): Promise<Jump | undefined> {
    await this.process.use(STEP_TIME)
    switch (statement.type) {
      case 'expression': await this.value(statement.value, scope); return undefined
      case 'assign': {
        const value = await this.value(statement.value, scope)
        for (const target of statement.targets) await this.assign(target, value, scope)
        return undefined
      }
      case 'augment': {
        const value = binary(statement.operator, await this.value(statement.target, scope), await this.value(statement.value, scope))
        await this.assign(statement.target, value, scope)
        return undefined
      }
      case 'if':
        for (const [test, body] of statement.branches) if (truth(await this.value(test, scope))) return this.block(body, scope)
        return this.block(statement.otherwise, scope)
      case 'while':
        while (truth(await this.value(statement.test, scope))) {
          await this.process.use(STEP_TIME)
          const jump = await this.block(statement.body, scope)
          if (jump?.kind === 'break') break
          if (jump?.kind === 'return') return jump
        }
        return undefined
      case 'for':
        for (const item of iterate(await this.value(statement.source, scope))) {
          await this.assign(statement.target, item, scope)
          const jump = await this.block(statement.body, scope)
          if (jump?.kind === 'break') break
          if (jump?.kind === 'return') return jump
        }
        return undefined
      case 'def': this.bind(statement.name, await this.makeFunction(statement.name, statement.parameters, scope, (local) => this.block(statement.body, local)), scope); return undefined
      case 'return': return new Jump('return', statement.value ? await this.value(statement.value, scope) : null)
      case 'raise': throw await this.raised(statement.value, scope)
      case 'import': this.import(statement, scope); return undefined
      case 'try': return this.attempt(statement, scope)
      case 'global': for (const name of statement.names) scope.globals.add(name); return undefined
      case 'pass': return undefined
      case 'break': case 'continue': return new Jump(statement.type, null)
    }
  }

  private async attempt(statement: Extract<Statement, { type: 'try' }>, scope: Scope): Promise<Jump | undefined> {
    try {
      return await this.block(statement.body, scope)
    } catch (error) {
      if (!(error instanceof Raised)) throw error
      const handler = statement.handlers.find(({ kinds }) => kinds.length === 0 || kinds.includes(error.kind) || (kinds.includes('Exception') && error.kind !== 'SystemExit'))
      if (!handler) throw error
      if (handler.alias !== null) this.bind(handler.alias, error.message, scope)
      return await this.block(handler.body, scope)
    } finally {
      await this.block(statement.last, scope)
    }
  }

  private async raised(value: Expression | null, scope: Scope): Promise<Raised> {
    if (value?.type === 'call' && value.target.type === 'name') return new Raised(value.target.name, value.args[0] ? str(await this.value(value.args[0].value, scope)) : '')
    return new Raised(value?.type === 'name' ? value.name : 'RuntimeError', '')
  }

  private import(statement: Extract<Statement, { type: 'import' }>, scope: Scope): void {
    const module = importModule(this.process, statement.module, this.argv)
    if (!module) throw new Raised('ModuleNotFoundError', `No module named '${statement.module}' (Glasshouse models sys, os, time, platform, math, json, random and socket of the standard library)`)
    if (!statement.names) return this.bind(statement.alias.split('.')[0]!, module, scope)
    for (const [name, alias] of statement.names) {
      const member = module.members.get(name)
      if (member === undefined) throw new Raised('ImportError', `cannot import name '${name}' from '${statement.module}'`)
      this.bind(alias, member, scope)
    }
  }

  private bind(name: string, value: Value, scope: Scope): void {
    const target = scope.globals.has(name) ? this.top : scope
    target.names.set(name, value)
  }

  private async assign(target: Expression, value: Value, scope: Scope): Promise<void> {
    if (target.type === 'name') return this.bind(target.name, value, scope)
    if (target.type === 'tuple' || target.type === 'list') {
      const values = iterate(value)
      if (values.length !== target.items.length) throw new Raised('ValueError', values.length < target.items.length ? `not enough values to unpack (expected ${target.items.length}, got ${values.length})` : `too many values to unpack (expected ${target.items.length})`)
      for (const [index, item] of target.items.entries()) await this.assign(item, values[index]!, scope)
      return
    }
    if (target.type !== 'index') throw new Raised('TypeError', 'this target cannot be assigned to in Glasshouse\'s Python')
    const [container, key] = [await this.value(target.target, scope), await this.value(target.index, scope)]
    if (container instanceof Dict) container.set(key, value)
    else if (container instanceof List) container.items[position(container.items.length, key)] = value
    else throw new Raised('TypeError', `'${typeName(container)}' object does not support item assignment`)
  }

  private async makeFunction(name: string, parameters: readonly Parameter[], scope: Scope, body: (local: Scope) => Promise<Jump | undefined>): Promise<Callable> {
    const fallbacks = new Map<string, Value>()
    for (const parameter of parameters) if (parameter.fallback) fallbacks.set(parameter.name, await this.value(parameter.fallback, scope))
    return new Callable(name, async (args, named) => {
      const local = new Scope(scope)
      let at = 0
      for (const parameter of parameters) {
        if (parameter.star) {
          local.names.set(parameter.name, new Tuple(args.slice(at)))
          at = args.length
          continue
        }
        const value = at < args.length ? args[at++] : (named.get(parameter.name) ?? fallbacks.get(parameter.name))
        if (value === undefined) throw new Raised('TypeError', `${name}() missing 1 required positional argument: '${parameter.name}'`)
        local.names.set(parameter.name, value)
      }
      if (at < args.length) throw new Raised('TypeError', `${name}() takes ${parameters.length} positional arguments but ${args.length} were given`)
      if (++this.depth > MAX_DEPTH) throw new Raised('RecursionError', 'maximum recursion depth exceeded')
      try {
        return (await body(local))?.value ?? null
      } finally {
        this.depth--
      }
    })
  }

  private async value(expression: Expression, scope: Scope): Promise<Value> {
    switch (expression.type) {
      case 'constant': return expression.value
      case 'name': return this.lookup(expression.name, scope)
      case 'fstring': {
        let text = ''
        for (const part of expression.parts) text += typeof part === 'string' ? part : part.repr ? repr(await this.value(part.value, scope)) : formatValue(await this.value(part.value, scope), part.format)
        return text
      }
      case 'list': return new List(await this.all(expression.items, scope))
      case 'tuple': return new Tuple(await this.all(expression.items, scope))
      case 'set': return new PySet(await this.all(expression.items, scope))
      case 'dict': {
        const dict = new Dict()
        for (const [key, value] of expression.entries) dict.set(await this.value(key, scope), await this.value(value, scope))
        return dict
      }
      case 'comprehension': return this.comprehension(expression, scope)
      case 'unary': return this.unary(expression.operator, await this.value(expression.operand, scope))
      case 'binary': return this.binary(expression, scope)
      case 'compare': return this.compare(expression, scope)
      case 'if': return this.value(truth(await this.value(expression.test, scope)) ? expression.yes : expression.no, scope)
      case 'lambda': return this.makeFunction('<lambda>', expression.parameters, scope, async (local) => new Jump('return', await this.value(expression.body, local)))
      case 'call': return this.call(expression, scope)
      case 'attribute': return this.attribute(await this.value(expression.target, scope), expression.name)
      case 'index': return this.index(await this.value(expression.target, scope), expression.index, scope)
      case 'slice': throw new Raised('TypeError', 'a slice stands only in brackets')
    }
  }

  private async all(items: readonly Expression[], scope: Scope): Promise<Value[]> {
    const values: Value[] = []
    for (const item of items) values.push(await this.value(item, scope))
    return values
  }

  private lookup(name: string, scope: Scope): Value {
    for (let at: Scope | undefined = scope; at; at = at.parent) {
      const value = at.names.get(name)
      if (value !== undefined) return value
    }
    const value = this.library.get(name)
    if (value === undefined) throw new Raised('NameError', `name '${name}' is not defined`)
    return value
  }

  private async comprehension(expression: Extract<Expression, { type: 'comprehension' }>, scope: Scope): Promise<Value> {
    const local = new Scope(scope)
    const [items, dict] = [[] as Value[], new Dict()]
    const walk = async (loops: readonly Loop[]): Promise<void> => {
      const [loop, ...inner] = loops
      if (!loop) {
        await this.process.use(STEP_TIME)
        const item = await this.value(expression.item, local)
        if (expression.value) dict.set(item, await this.value(expression.value, local))
        else items.push(item)
        return
      }
      for (const item of iterate(await this.value(loop.source, local))) {
        await this.assign(loop.target, item, local)
        let wanted = true
        for (const condition of loop.conditions) wanted &&= truth(await this.value(condition, local))
        if (wanted) await walk(inner)
      }
    }
    await walk(expression.loops)
    return expression.kind === 'dict' ? dict : expression.kind === 'set' ? new PySet(items) : new List(items)
  }

  private unary(operator: string, value: Value): Value {
    if (operator === 'not') return !truth(value)
    if (operator === '~') return ~BigInt(toInt(value))
    return operator === '-' ? binary('-', 0n, value) : value
  }

  private async binary(expression: Extract<Expression, { type: 'binary' }>, scope: Scope): Promise<Value> {
    const left = await this.value(expression.left, scope)
    if (expression.operator === 'and') return truth(left) ? this.value(expression.right, scope) : left
    if (expression.operator === 'or') return truth(left) ? left : this.value(expression.right, scope)
    return binary(expression.operator, left, await this.value(expression.right, scope))
  }

  private async compare(expression: Extract<Expression, { type: 'compare' }>, scope: Scope): Promise<boolean> {
    let left = await this.value(expression.first, scope)
    for (const [operator, next] of expression.rest) {
      const right = await this.value(next, scope)
      if (!holds(operator, left, right)) return false
      left = right
    }
    return true
  }

  private async call(expression: Extract<Expression, { type: 'call' }>, scope: Scope): Promise<Value> {
    const target = await this.value(expression.target, scope)
    const args: Value[] = []
    const named = new Map<string, Value>()
    for (const argument of expression.args) {
      const value = await this.value(argument.value, scope)
      if (argument.star) args.push(...iterate(value))
      else if (argument.name === null) args.push(value)
      else named.set(argument.name, value)
    }
    this.line = expression.line
    if (!(target instanceof Callable)) throw new Raised('TypeError', `'${typeName(target)}' object is not callable`)
    await this.process.use(STEP_TIME)
    return target.call(args, named)
  }

  private attribute(target: Value, name: string): Value {
    const member = target instanceof Module ? target.members.get(name) : methodOf(target, name)
    if (member === undefined) throw new Raised('AttributeError', target instanceof Module ? `module '${target.name}' has no attribute '${name}' (or Glasshouse does not model it)` : `'${typeName(target)}' object has no attribute '${name}'`)
    return member
  }

  private async index(target: Value, index: Expression, scope: Scope): Promise<Value> {
    if (index.type === 'slice') return this.slice(target, index, scope)
    const key = await this.value(index, scope)
    if (target instanceof Dict) {
      const value = target.get(key)
      if (value === undefined) throw new Raised('KeyError', repr(key))
      return value
    }
    if (typeof target === 'string') return target[position(target.length, key)]!
    if (target instanceof List || target instanceof Tuple) return target.items[position(target.items.length, key)]!
    throw new Raised('TypeError', `'${typeName(target)}' object is not subscriptable`)
  }

  private async slice(target: Value, slice: Extract<Expression, { type: 'slice' }>, scope: Scope): Promise<Value> {
    const items = iterate(target)
    const bound = async (expression: Expression | null, fallback: number): Promise<number> => {
      const value = expression ? await this.value(expression, scope) : null
      if (value === null) return fallback
      const at = toInt(value)
      return at < 0 ? Math.max(-1, at + items.length) : Math.min(at, items.length)
    }
    const step = slice.step ? toInt(await this.value(slice.step, scope)) : 1
    if (step === 0) throw new Raised('ValueError', 'slice step cannot be zero')
    const [from, to] = [await bound(slice.from, step > 0 ? 0 : items.length - 1), await bound(slice.to, step > 0 ? items.length : -1)]
    const chosen: Value[] = []
    for (let at = from; step > 0 ? at < to : at > to; at += step) if (items[at] !== undefined) chosen.push(items[at]!)
    return typeof target === 'string' ? chosen.map(str).join('') : target instanceof Tuple ? new Tuple(chosen) : new List(chosen)
  }
}

function position(length: number, key: Value): number {
  const at = toInt(key)
  const real = at < 0 ? at + length : at
  if (real < 0 || real >= length) throw new Raised('IndexError', 'list index out of range')
  return real
}

function holds(operator: string, a: Value, b: Value): boolean {
  switch (operator) {
    case '==': case 'is': return equal(a, b)
    case '!=': case 'is not': return !equal(a, b)
    case '<': return less(a, b)
    case '>': return less(b, a)
    case '<=': return !less(b, a)
    case '>=': return !less(a, b)
    default: {
      const found = typeof b === 'string' ? b.includes(str(a)) : b instanceof Dict ? b.get(a) !== undefined : iterate(b).some((item) => equal(item, a))
      return found === (operator === 'in')
    }
  }
}
