import type { AssembleMessage } from '../../../protocol/machine.ts'
import { LIBRARY } from './library.ts'
import { lexSource } from './lexer.ts'
import { listingText } from './listing.ts'
import { Messages } from './messages.ts'
import { isMnemonic, Pass } from './pass.ts'
import { Preprocessor } from './preprocessor.ts'
import { LIMITS, TooMuch } from './problem.ts'
import { imageOf, layOut, type Section } from './section.ts'
import { type Emitted, State } from './state.ts'
import { SymbolTable } from './symbols.ts'
import type { Token } from './token.ts'

export interface AssembleOptions {
  /** Text of a file for `%include`; null: there is none. */
  readonly include?: (name: string) => string | null
  /** Bytes of a file for `incbin`; null: there is none. */
  readonly incbin?: (name: string) => Uint8Array | null
  /** Name of the source, for `__FILE__`. */
  readonly name?: string
}

export interface AssembleResult {
  /** False: there are errors, and no image. */
  readonly ok: boolean
  /** What `nasm -f bin` would write. */
  readonly image: Uint8Array
  /** Address of the image's first byte. */
  readonly origin: number
  /** Address of `_start`, `start` or `entry`, else the origin. */
  readonly entry: number
  /** Addresses of the labels, those of local ones with their full names. */
  readonly symbols: ReadonlyMap<string, number>
  /** Line of the source, counted from 1, at each address where one begins. */
  readonly lines: ReadonlyMap<number, number>
  readonly messages: readonly AssembleMessage[]
  /** As `nasm -l` writes it. */
  readonly listing: string
}

/** Assembles NASM source for the simulated processor, with the bytes of `nasm -f bin`. Never throws on bad source; limits hold (problem.ts). */
export function assemble(source: string, options: AssembleOptions = {}): AssembleResult {
  const lines = source.split(/\r?\n/)
  const messages = new Messages(lines)
  if (source.length > LIMITS.source) {
    messages.add('error', `the source is longer than ${LIMITS.source} characters`, undefined, 1)
    return failed(messages)
  }
  const assembly = new Assembly(lexSource(source), lines, options)
  return assembly.run()
}

const failed = (messages: Messages): AssembleResult =>
  ({ ok: false, image: new Uint8Array(0), origin: 0, entry: 0, symbols: new Map(), lines: new Map(), messages: messages.sorted(), listing: '' })

/** The library's definitions, read once. */
const library = new Preprocessor(LIBRARY, 'library', null, {
  names: new State(new SymbolTable(), [], 1, false), report: (_, message) => {
    throw new Error(`the library of macros is wrong: ${message}`)
  },
  spend: () => undefined, include: () => null, bits: () => 32, isMnemonic,
})
while (library.next()) continue

class Assembly {
  readonly #tokens: readonly (readonly Token[])[]
  readonly #lines: readonly string[]
  readonly #options: AssembleOptions
  readonly #symbols = new SymbolTable()
  readonly #sections: Section[] = []
  #emitted: Emitted[] = []
  #work = 0
  #line = 1

  constructor(tokens: readonly (readonly Token[])[], lines: readonly string[], options: AssembleOptions) {
    this.#tokens = tokens
    this.#lines = lines
    this.#options = options
  }

  run(): AssembleResult {
    const first = new Messages(this.#lines)
    let last = first
    try {
      this.#pass(1, false, first)
      let pass = 2
      for (; pass < LIMITS.passes; pass++) {
        this.#pass(pass, false, new Messages(this.#lines))
        if (!this.#symbols.changed) break
      }
      if (this.#symbols.changed) first.add('error', `can't find valid values for all labels after ${pass} passes, giving up`, undefined, 1)
      last = new Messages(this.#lines)
      const origin = this.#place(last)
      const state = this.#pass(pass + 1, true, last)
      return this.#result(first, last, origin, state)
    } catch (error) {
      if (!(error instanceof TooMuch)) throw error
      this.#limit(first, last === first ? [] : last.sorted(), error.message)
      return failed(first)
    }
  }

  /** Says which limit was reached, after what else was said; too many messages are no reason to throw any more. */
  #limit(messages: Messages, others: readonly AssembleMessage[], text: string): void {
    try {
      this.#takeAll(messages, others)
      messages.add('error', text, undefined, this.#line)
    } catch (error) {
      if (!(error instanceof TooMuch)) throw error
    }
  }

  #takeAll(into: Messages, all: readonly AssembleMessage[]): void {
    for (const one of all) into.take(one)
  }

  #place(messages: Messages): number {
    const origin = Number(this.#origin)
    for (const problem of layOut(this.#sections, origin)) messages.add('error', problem, undefined, 1)
    return origin
  }

  #origin = 0n

  #pass(number: number, final: boolean, messages: Messages): State {
    this.#symbols.begin(number)
    this.#emitted = []
    const state = new State(this.#symbols, this.#sections, number, final)
    const report = (severity: 'error' | 'warning', message: string, token: Token | undefined, line: number, suggestion: string | null = null): void => messages.add(severity, message, token, line, suggestion)
    const spend = (work: number): void => {
      this.#work += work
      if (this.#work > LIMITS.work) throw new TooMuch('assembling this program takes too long')
    }
    const preprocessor = new Preprocessor(this.#tokens, this.#options.name ?? 'program.asm', library, {
      names: state, report, spend, include: (name) => this.#options.include?.(name) ?? null, bits: () => state.bits, isMnemonic,
    })
    const pass = new Pass(state, {
      report, spend, incbin: (name) => this.#options.incbin?.(name) ?? null,
      emitted: (what) => {
        if (final) this.#emitted.push(what)
      },
    })
    for (let line = preprocessor.next(); line; line = preprocessor.next()) {
      this.#line = line.line
      pass.line(line)
    }
    this.#origin = state.origin ?? 0n
    return state
  }

  #result(first: Messages, last: Messages, origin: number, state: State): AssembleResult {
    this.#takeAll(last, first.sorted().filter(({ severity }) => severity === 'error'))
    const image = imageOf(this.#sections, origin)
    const symbols = new Map([...this.#symbols.labels()].map(([name, value]) => [name, Number(BigInt.asUintN(32, state.resolve(value)))]))
    const lines = new Map<number, number>()
    for (const { section, offset, length, line } of this.#emitted) if (section && length > 0) lines.set(section.address + offset, line)
    const filled = this.#sections.filter(({ reserved, offset }) => !reserved && offset > 0)
    const start = Math.min(...(filled.length > 0 ? filled.map(({ loadAddress }) => loadAddress) : [origin]), origin)
    const entry = symbols.get('_start') ?? symbols.get('start') ?? symbols.get('entry') ?? start
    if (last.errors > 0) return { ...failed(last), symbols, listing: listingText(this.#lines, this.#emitted) }
    return { ok: true, image, origin: start, entry, symbols, lines, messages: last.sorted(), listing: listingText(this.#lines, this.#emitted) }
  }
}

