export type Value = bigint | number | string | boolean | null | List | Tuple | Dict | PySet | Callable | Module

export class List { items: Value[]; constructor(items: Value[]) { this.items = items } }
export class Tuple { readonly items: readonly Value[]; constructor(items: readonly Value[]) { this.items = items } }
/** Keys are looked up by their `repr`, which tells values and types apart as far as this subset needs. */
export class Dict {
  readonly entries = new Map<string, [Value, Value]>()
  get(key: Value): Value | undefined { return this.entries.get(keyOf(key))?.[1] }
  set(key: Value, value: Value): void { this.entries.set(keyOf(key), [key, value]) }
}
export class PySet {
  readonly entries = new Map<string, Value>()
  constructor(items: Iterable<Value> = []) { for (const item of items) this.add(item) }
  add(item: Value): void { this.entries.set(keyOf(item), item) }
}
export class Module {
  readonly name: string
  readonly members: Map<string, Value>
  constructor(name: string, members: Readonly<Record<string, Value>>) { this.name = name; this.members = new Map(Object.entries(members)) }
}
export class Callable {
  readonly name: string
  readonly call: (args: Value[], named: ReadonlyMap<string, Value>) => Promise<Value>
  constructor(name: string, call: Callable['call']) { this.name = name; this.call = call }
}
/** A Python exception on its way up. */
export class Raised extends Error {
  readonly kind: string
  constructor(kind: string, message: string) { super(message); this.kind = kind }
}

const keyOf = (value: Value): string => (typeof value === 'boolean' ? String(Number(value)) : repr(value))

export function typeName(value: Value): string {
  if (value === null) return 'NoneType'
  if (typeof value === 'bigint') return 'int'
  if (typeof value === 'number') return 'float'
  if (typeof value === 'string') return 'str'
  if (typeof value === 'boolean') return 'bool'
  return value instanceof List ? 'list' : value instanceof Tuple ? 'tuple' : value instanceof Dict ? 'dict' : value instanceof PySet ? 'set' : value instanceof Module ? 'module' : 'function'
}

export function repr(value: Value): string {
  if (typeof value === 'string') {
    const quote = value.includes("'") && !value.includes('"') ? '"' : "'"
    return quote + value.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/\t/g, '\\t').replaceAll(quote, `\\${quote}`) + quote
  }
  return str(value)
}

export function str(value: Value): string {
  if (value === null) return 'None'
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number') return floatText(value)
  if (value instanceof List) return `[${value.items.map(repr).join(', ')}]`
  if (value instanceof Tuple) return `(${value.items.map(repr).join(', ')}${value.items.length === 1 ? ',' : ''})`
  if (value instanceof Dict) return `{${[...value.entries.values()].map(([key, item]) => `${repr(key)}: ${repr(item)}`).join(', ')}}`
  if (value instanceof PySet) return value.entries.size === 0 ? 'set()' : `{${[...value.entries.values()].map(repr).join(', ')}}`
  return `<${typeName(value)} ${value.name}>`
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Number.isInteger(value) && Math.abs(value) < 1e16) return `${value}.0`
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2')
}

export function truth(value: Value): boolean {
  if (value instanceof List || value instanceof Tuple) return value.items.length > 0
  if (value instanceof Dict || value instanceof PySet) return value.entries.size > 0
  return value !== null && value !== false && value !== 0n && value !== 0 && value !== ''
}

export function iterate(value: Value): Value[] {
  if (typeof value === 'string') return [...value]
  if (value instanceof List || value instanceof Tuple) return [...value.items]
  if (value instanceof Dict) return [...value.entries.values()].map(([key]) => key)
  if (value instanceof PySet) return [...value.entries.values()]
  throw new Raised('TypeError', `'${typeName(value)}' object is not iterable`)
}

export const isNumber = (value: Value): value is bigint | number | boolean => typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean'
export const toNumber = (value: Value): number => (isNumber(value) ? Number(value) : wrongType(value, 'a number'))
export const toInt = (value: Value): number => (typeof value === 'bigint' || typeof value === 'boolean' ? Number(value) : wrongType(value, 'an integer'))

function wrongType(value: Value, wanted: string): never {
  throw new Raised('TypeError', `'${typeName(value)}' object cannot be interpreted as ${wanted}`)
}

export function equal(a: Value, b: Value): boolean {
  if (isNumber(a) && isNumber(b)) return Number(a) === Number(b)
  return typeName(a) === typeName(b) && repr(a) === repr(b)
}

export function less(a: Value, b: Value): boolean {
  if (isNumber(a) && isNumber(b)) return typeof a === 'bigint' && typeof b === 'bigint' ? a < b : Number(a) < Number(b)
  if (typeof a === 'string' && typeof b === 'string') return a < b
  if ((a instanceof List && b instanceof List) || (a instanceof Tuple && b instanceof Tuple)) {
    for (const [index, item] of a.items.entries()) {
      const other = b.items[index]
      if (other === undefined) return false
      if (!equal(item, other)) return less(item, other)
    }
    return a.items.length < b.items.length
  }
  throw new Raised('TypeError', `'<' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`)
}
