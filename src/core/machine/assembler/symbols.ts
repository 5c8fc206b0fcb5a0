import { sameValue, UNKNOWN, type Value } from './value.ts'

interface Entry {
  value: Value
  readonly kind: 'label' | 'equ'
  /** Pass in which it was last defined. */
  pass: number
  readonly line: number
}

/** Symbols over all passes: a pass sees values of the one before for what it has not reached yet. */
export class SymbolTable {
  readonly #entries = new Map<string, Entry>()
  #pass = 0
  /** Some value is another one than in the pass before. */
  changed = false

  begin(pass: number): void {
    this.#pass = pass
    this.changed = false
  }

  /** Defines a symbol in this pass; the line of the first definition if it is the second. */
  define(name: string, value: Value, kind: 'label' | 'equ', line: number): number | null {
    const entry = this.#entries.get(name)
    if (entry?.pass === this.#pass) return entry.line
    if (!entry || !sameValue(entry.value, value)) this.changed = true
    if (entry) {
      entry.value = value
      entry.pass = this.#pass
    } else this.#entries.set(name, { value, kind, pass: this.#pass, line })
    return null
  }

  has(name: string): boolean {
    return this.#entries.has(name)
  }

  value(name: string): Value {
    return this.#entries.get(name)?.value ?? UNKNOWN
  }

  names(): string[] {
    return [...this.#entries.keys()]
  }

  /** Labels, without those that macros make for themselves. */
  *labels(): Generator<readonly [string, Value]> {
    for (const [name, { kind, value }] of this.#entries) if (kind === 'label' && !name.startsWith('..@')) yield [name, value]
  }
}
