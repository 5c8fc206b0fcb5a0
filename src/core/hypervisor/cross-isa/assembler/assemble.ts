import type { AssembleMessage } from '../../../../protocol/machine.ts'
import { FIRST_ADDRESS, PAGE } from '../program/guest-memory.ts'
import type { Program } from '../program/program.ts'
import { DIRECTIVES, MOST_BYTES } from './directives.ts'
import { instructionWords, isInstruction } from './instruction-words.ts'
import { Section } from './section.ts'
import { operandsOf, Problem, type Token, tokensOf } from './tokens.ts'

const MOST_SOURCE = 1 << 20
const MOST_MESSAGES = 100

export interface RiscvAssembly {
  /** Null: there are errors. */
  readonly program: Program | null
  /** Addresses of the labels, and values of `.equ`; without local ones. */
  readonly symbols: ReadonlyMap<string, number>
  /** Line, counted from 1, of the source at the address of each instruction. */
  readonly lines: ReadonlyMap<number, number>
  readonly messages: readonly AssembleMessage[]
}

/**
 * Assembles the syntax of GNU as for RV32IM, as `as -march=rv32im -mabi=ilp32` and `ld --no-relax -Ttext 0x10000` would with the data on the next page behind the
 * code. Never throws on bad source: what is wrong is said with its place.
 */
export function assembleRiscv(source: string): RiscvAssembly {
  return new Assembly(source.length > MOST_SOURCE ? '' : source, source.length > MOST_SOURCE ? `the source is longer than ${MOST_SOURCE} characters` : null).run()
}

/** One line: its tokens from the second on, and the statement's place. */
interface Statement { readonly tokens: readonly Token[]; readonly line: number }

class Assembly {
  readonly #statements: Statement[] = []
  readonly #messages: AssembleMessage[] = []
  readonly #sections = ['.text', '.data', '.bss'].map((name) => new Section(name))
  #section = this.#sections[0]!
  #symbols = new Map<string, number>()
  #before = new Map<string, number>()
  /** Addresses of each local label in the order of the source. */
  #locals = new Map<string, number[]>()
  #localsBefore = new Map<string, number[]>()
  readonly #lines = new Map<number, number>()
  #final = false
  #line = 1

  constructor(source: string, refusal: string | null) {
    if (refusal !== null) this.#complain(refusal, 1)
    source.split('\n').forEach((text, at) => this.#guard(at + 1, () => {
      let rest = tokensOf(text)
      for (let end = rest.findIndex(isSeparator); end >= 0; end = rest.findIndex(isSeparator)) {
        this.#statements.push({ tokens: rest.slice(0, end), line: at + 1 })
        rest = rest.slice(end + 1)
      }
      if (rest.length > 0) this.#statements.push({ tokens: rest, line: at + 1 })
    }))
  }

  run(): RiscvAssembly {
    this.#layOut()
    this.#pass()
    this.#layOut()
    // A second pass with the places of the sections, and a last one with the right addresses of all labels.
    for (const final of [false, true]) {
      const lengths = this.#sections.map(({ bytes }) => bytes.length)
      this.#before = this.#symbols
      this.#localsBefore = this.#locals
      this.#final = final
      this.#pass()
      if (this.#messages.length === 0 && this.#sections.some(({ bytes }, i) => bytes.length !== lengths[i])) this.#complain('"li" of an address has no fixed length: use "la"', 1)
    }
    return this.#result()
  }

  #result(): RiscvAssembly {
    const [code, data, zeros] = this.#sections as [Section, Section, Section]
    const filled = [code, data].filter(({ bytes }) => bytes.length > 0)
    const program = this.#messages.length > 0 ? null : {
      entry: this.#symbols.get('_start') ?? code.address,
      segments: filled.map(({ address, bytes }) => ({ address, bytes: Uint8Array.from(bytes) })),
      end: Math.max(code.here, data.here, zeros.here),
    }
    return { program, symbols: this.#symbols, lines: this.#lines, messages: this.#messages }
  }

  #layOut(): void {
    let at = FIRST_ADDRESS
    for (const section of this.#sections) {
      section.address = at
      at = Math.ceil((at + Math.max(section.bytes.length, 1)) / PAGE) * PAGE
    }
  }

  #pass(): void {
    this.#symbols = new Map()
    this.#locals = new Map()
    this.#section = this.#sections[0]!
    for (const section of this.#sections) section.bytes = []
    for (const { tokens, line } of this.#statements) {
      this.#guard(line, () => this.#statement(tokens))
      if (this.#sections.reduce((sum, { bytes }) => sum + bytes.length, 0) > MOST_BYTES) return this.#complain(`the program is larger than ${MOST_BYTES} bytes`, 1)
    }
  }

  #guard(line: number, action: () => void): void {
    this.#line = line
    try {
      action()
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      this.#complain(error.message, error.at)
    }
  }

  #complain(message: string, column: number): void {
    const known = this.#messages.some((one) => one.line === this.#line && one.column === column)
    if (!known && this.#messages.length < MOST_MESSAGES) this.#messages.push({ severity: 'error', line: this.#line, column, endColumn: column + 1, message, suggestion: null })
  }

  #statement(tokens: readonly Token[]): void {
    const [first, second] = tokens
    if (!first) return
    if (second?.text === ':' && second.kind === 'mark') {
      this.#label(first)
      return this.#statement(tokens.slice(2))
    }
    if (second?.text === '=' && first.kind === 'name') return DIRECTIVES.get('.equ')!([[first], tokens.slice(2)], this.#context(), first)
    const name = first.text.toLowerCase()
    const operands = operandsOf(tokens.slice(1))
    const directive = DIRECTIVES.get(name)
    if (directive) return directive(operands, this.#context(), first)
    if (first.kind !== 'name' || !isInstruction(name)) throw new Problem(`there is no instruction or directive "${first.text}"`, first.at)
    const pc = this.#section.here
    const words = instructionWords({ mnemonic: name, operands }, { pc, name: first, final: this.#final, resolve: this.#resolve })
    if (this.#final) this.#lines.set(pc, this.#line)
    for (const word of words) this.#section.put(word, 4)
  }

  #label(token: Token): void {
    const { here } = this.#section
    if (token.kind !== 'number') return this.#define(token, here)
    const places = this.#locals.get(token.text)
    if (places) places.push(here)
    else this.#locals.set(token.text, [here])
  }

  #define(token: Token, value: number): void {
    if (token.kind !== 'name') throw new Problem(`"${token.text}" is not a name`, token.at)
    if (this.#symbols.has(token.text)) throw new Problem(`"${token.text}" is defined twice`, token.at)
    this.#symbols.set(token.text, value)
  }

  #context(): Parameters<NonNullable<ReturnType<typeof DIRECTIVES.get>>>[1] {
    return {
      section: this.#section, resolve: this.#resolve, final: this.#final, define: (name, value) => this.#define(name, value),
      enter: (name, at) => {
        const section = this.#sections.find((one) => name === one.name || name.startsWith(`${one.name}.`)) ?? (/^\.s?rodata|^\.sdata/.test(name) ? this.#sections[1] : undefined)
        if (!section) throw new Problem(`there is no section "${name}" here: .text, .data, .bss`, at)
        this.#section = section
      },
    }
  }

  readonly #resolve = (name: string, at: number): number | undefined => {
    if (name === '.') return this.#section.here
    const local = /^(\d+)([bf])$/.exec(name)
    const value = local ? this.#local(local[1]!, local[2] === 'f') : this.#symbols.get(name) ?? this.#before.get(name)
    if (value === undefined && this.#final) throw new Problem(`"${name}" is not defined`, at)
    return value
  }

  #local(label: string, forward: boolean): number | undefined {
    const seen = this.#locals.get(label) ?? []
    return forward ? this.#localsBefore.get(label)?.[seen.length] : seen.at(-1)
  }
}

const isSeparator = (token: Token): boolean => token.kind === 'mark' && token.text === ';'
