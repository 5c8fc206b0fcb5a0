import type { Part } from './encode.ts'
import type { Names } from './expression.ts'
import { REGISTER_NAMES } from './operand.ts'
import { Problem } from './problem.ts'
import { Section } from './section.ts'
import { nearest } from './suggest.ts'
import type { SymbolTable } from './symbols.ts'
import type { Token } from './token.ts'
import { combine, scalar, term, UNKNOWN, type Value } from './value.ts'

/** Bytes that a line made, for the listing and the debugger. */
export interface Emitted {
  readonly line: number
  readonly depth: number
  readonly tokens: readonly Token[]
  readonly section: Section | null
  readonly offset: number
  readonly length: number
}

/** Where a pass stands: sections, place, scope of local labels, bits. The symbols outlive it. */
export class State implements Names {
  readonly symbols: SymbolTable
  readonly sections: Section[]
  readonly final: boolean
  readonly first: boolean
  bits: 16 | 32 = 16
  origin: bigint | null = null
  section: Section
  /** Base and offset of an `absolute` region; null: in a section. */
  absolute: { readonly base: Value; offset: number } | null = null
  /** The last label that was not local. */
  scope = ''
  /** The line being read: `$` stands for its beginning. */
  line = 0
  #here: Value = UNKNOWN

  constructor(symbols: SymbolTable, sections: Section[], pass: number, final: boolean) {
    this.symbols = symbols
    this.sections = sections
    this.first = pass === 1
    this.final = final
    for (const section of sections) section.rewind()
    this.section = this.open('.text')
  }

  open(name: string): Section {
    const known = this.sections.find((section) => section.name === name)
    if (known) return known
    if (this.sections.length >= 1000) throw new Problem('too many sections')
    const made = new Section(name, this.sections.length)
    this.sections.push(made)
    return made
  }

  /** Address of the next byte. */
  place(): Value {
    return this.absolute ? combine(this.absolute.base, scalar(BigInt(this.absolute.offset)), 1n) : term(this.section.base, BigInt(this.section.offset))
  }

  beginStatement(): void {
    this.#here = this.place()
  }

  here(): Value {
    return this.#here
  }

  base(): Value {
    return this.absolute ? this.absolute.base : term(this.section.base)
  }

  isRegister(name: string): boolean {
    return REGISTER_NAMES.has(name)
  }

  /** Its full name: local labels belong to the label before them. */
  fullName(text: string): string {
    const name = text.startsWith('$') ? text.slice(1) : text
    return name.startsWith('.') && !name.startsWith('..') ? this.scope + name : name
  }

  symbol(token: Token): Value {
    const name = this.fullName(token.text)
    if (this.symbols.has(name)) return this.symbols.value(name)
    if (this.first) return UNKNOWN
    throw new Problem(`symbol \`${name}' not defined`, token, this.#nearSymbol(token.text, name))
  }

  #nearSymbol(text: string, full: string): string | null {
    const local = full !== text && full.startsWith(this.scope)
    const near = nearest(full, [...this.symbols.names().filter((name) => !name.startsWith('..@')), ...(local ? [] : REGISTER_NAMES.keys())])
    return near !== null && local && near.startsWith(this.scope) ? near.slice(this.scope.length) : near
  }

  /** Value at run time: a section's base is its address. */
  resolve(value: Value): bigint {
    let sum = value.n
    for (const [name, count] of value.terms) sum += count * BigInt(this.sections[Number(name.slice(1))]?.address ?? 0)
    return sum
  }

  /** Writes parts of code or data; fields only have their values in the last pass. `range` is told of values that do not fit. */
  emit(parts: readonly (Part | readonly number[])[], overflow: (range: string, token: Token | undefined) => void): void {
    const length = parts.reduce<number>((sum, part) => sum + (typeof part === 'number' ? 1 : 'length' in part ? part.length : part.size), 0)
    if (this.absolute) {
      this.absolute.offset += length
      return
    }
    const bytes: number[] = []
    const end = BigInt(this.section.address + this.section.offset + length)
    for (const part of parts) {
      if (typeof part === 'number') bytes.push(part)
      else if ('length' in part) for (const byte of part) bytes.push(byte)
      else {
        const value = this.final ? this.resolve(part.value) - (part.relative ? end : 0n) : 0n
        if (this.final && part.range && !fits(value, part.range)) overflow(part.range, part.token)
        for (let n = 0n, rest = BigInt.asUintN(64, value); n < part.size; n++, rest >>= 8n) bytes.push(Number(rest & 255n))
      }
    }
    this.section.write(bytes)
  }
}

/** Whether a value fits its field, signed or unsigned. */
function fits(value: bigint, range: string): boolean {
  switch (range) {
    case 'short': return value >= -128n && value <= 127n
    case 'signed byte': return value >= -128n && value <= 127n
    case 'byte': return value >= -256n && value <= 255n
    case 'word': return value >= -0x1_0000n && value <= 0xffffn
    default: return value >= -0x1_0000_0000n && value <= 0xffff_ffffn
  }
}
