import { DATA_SIZES, type DataPart, readData, RESERVE_SIZES } from './data.ts'
import { constant, DIRECTIVES, timesCount } from './directives.ts'
import { encode, type EncodeContext, type Instruction, isPrefix } from './encode.ts'
import { Expressions } from './expression.ts'
import { type Operand, readOperand, REGISTER_NAMES, SIZES } from './operand.ts'
import type { ExpandedLine } from './preprocessor.ts'
import { LIMITS, Problem, TooMuch } from './problem.ts'
import type { Emitted, State } from './state.ts'
import { nearest } from './suggest.ts'
import { TEMPLATES } from './templates.ts'
import { isOp, type Token } from './token.ts'
import type { Value } from './value.ts'

/** Whom a pass tells. */
export interface PassHost {
  report(severity: 'error' | 'warning', message: string, token: Token | undefined, line: number, suggestion?: string | null): void
  emitted(what: Emitted): void
  incbin(name: string): Uint8Array | null
  spend(work: number): void
}

const STATEMENTS = new Set([...Object.keys(DATA_SIZES), ...Object.keys(RESERVE_SIZES), 'times', 'equ', 'incbin', ...Object.keys(DIRECTIVES)])
export const isMnemonic = (name: string): boolean => TEMPLATES.has(name.toLowerCase()) || STATEMENTS.has(name.toLowerCase()) || isPrefix(name.toLowerCase())

/** Reads the lines of one pass. */
export class Pass {
  readonly #state: State
  readonly #host: PassHost
  #line: ExpandedLine = { tokens: [], line: 0, depth: 0 }

  constructor(state: State, host: PassHost) {
    this.#state = state
    this.#host = host
  }

  /** One line; problems are reported. */
  line(line: ExpandedLine): void {
    this.#line = line
    const state = this.#state
    state.line = line.line
    state.beginStatement()
    const { section, absolute } = state
    const offset = absolute ? absolute.offset : section.offset
    try {
      this.#statement(line.tokens)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      this.#host.report('error', error.message, error.token ?? line.tokens[0], line.line, error.suggestion)
    }
    const same = state.section === section && state.absolute === absolute
    const length = same ? (absolute ? absolute.offset : section.offset) - offset : 0
    this.#host.emitted({ line: line.line, depth: line.depth, tokens: line.tokens, section: absolute ? null : section, offset, length })
  }

  #statement(tokens: readonly Token[]): void {
    const [first, second] = tokens
    if (!first) return
    if (isOp(first, '[')) return this.#bracketed(tokens)
    const escaped = first.text.startsWith('$')
    if (first.kind !== 'id' || (REGISTER_NAMES.has(first.text.toLowerCase()) && !escaped && !isPrefix(first.text.toLowerCase()))) throw new Problem('label or instruction expected at start of line', first)
    if (isMnemonic(first.text) && !isOp(second, ':') && !escaped) return this.#command(tokens, null)
    const colon = isOp(second, ':')
    const rest = tokens.slice(colon ? 2 : 1)
    if (rest.length === 0 && !colon) this.#orphan(first)
    if (rest[0]?.kind === 'id' && rest[0].text.toLowerCase() === 'equ') return this.#equate(first, rest.slice(1), rest[0])
    if (rest.length > 0 && !isOp(rest[0], '[') && !(rest[0]!.kind === 'id' && isMnemonic(rest[0]!.text))) throw this.#notInstruction(first, rest[0]!, colon)
    this.#label(first)
    if (rest.length > 0) this.#command(rest, first)
  }

  /** Neither a label with an instruction nor an instruction: most likely one of them is misspelt. */
  #notInstruction(first: Token, second: Token, colon: boolean): Problem {
    const wrong = colon ? second : first
    const known = [...TEMPLATES.keys(), ...STATEMENTS]
    const near = wrong.kind === 'id' ? nearest(wrong.text, known) : null
    if (second.kind === 'id' && !colon && near === null && nearest(second.text, known) !== null) return new Problem('parser: instruction expected', second, nearest(second.text, known))
    return new Problem('parser: instruction expected', wrong, near)
  }

  #orphan(token: Token): void {
    this.#host.report('warning', 'label alone on a line without a colon might be in error', token, this.#line.line, nearest(token.text, [...TEMPLATES.keys(), ...STATEMENTS]) ?? `${token.text}:`)
  }

  #label(token: Token): void {
    this.#define(token, this.#state.place(), 'label')
  }

  #define(token: Token, value: Value, kind: 'label' | 'equ'): void {
    const state = this.#state
    const name = state.fullName(token.text)
    if (kind === 'label' && !name.startsWith('..@') && !token.text.startsWith('.')) state.scope = name
    const line = state.symbols.define(name, value, kind, this.#line.line)
    if (line !== null) throw new Problem(`label \`${name}' inconsistently redefined; it is first defined in line ${line}`, token)
  }

  #equate(label: Token, tokens: readonly Token[], equ: Token): void {
    if (tokens.length === 0) throw new Problem('bad syntax for EQU', equ)
    const reader = new Expressions(tokens, 0, this.#state)
    const value = reader.read()
    if (reader.next) throw new Problem('bad syntax for EQU', reader.next)
    if (!value.unknown) this.#define(label, value, 'equ')
  }

  #bracketed(tokens: readonly Token[]): void {
    const name = tokens[1]
    const end = tokens.findLastIndex((token) => isOp(token, ']'))
    if (name?.kind !== 'id' || end < 0) throw new Problem('invalid directive line', tokens[0])
    this.#directive(name, tokens.slice(2, end))
  }

  #directive(name: Token, tokens: readonly Token[]): void {
    const key = name.text.toLowerCase()
    if (!Object.hasOwn(DIRECTIVES, key)) throw new Problem(`unrecognized directive [${name.text}]`, name, nearest(name.text, Object.keys(DIRECTIVES)))
    DIRECTIVES[key]!(tokens, this.#state, name)
  }

  #command(tokens: readonly Token[], label: Token | null): void {
    const name = tokens[0]!
    const key = name.text.toLowerCase()
    if (Object.hasOwn(DIRECTIVES, key)) return this.#directive(name, tokens.slice(1))
    if (key === 'equ') throw new Problem('EQU not preceded by label', name)
    if (key === 'times') return this.#times(tokens)
    this.#repeated(tokens, 1, label)
  }

  #times(tokens: readonly Token[]): void {
    const reader = new Expressions(tokens, 1, this.#state)
    const value = reader.read()
    const rest = tokens.slice(reader.at)
    if (value.unknown && !this.#state.first) return
    const count = timesCount(value, tokens[1]!)
    if (rest.length === 0) return
    if (rest[0]!.kind !== 'id' || !isMnemonic(rest[0]!.text)) throw new Problem('parser: instruction expected', rest[0], nearest(rest[0]!.text, TEMPLATES.keys()))
    if (rest[0]!.text.toLowerCase() === 'times') throw new Problem('cannot use TIMES within TIMES', rest[0])
    this.#repeated(rest, count, null)
  }

  #repeated(tokens: readonly Token[], count: number, label: Token | null): void {
    const state = this.#state
    const name = tokens[0]!
    const key = name.text.toLowerCase()
    if (Object.hasOwn(DIRECTIVES, key) || key === 'equ') throw new Problem('TIMES repeats instructions and data only', name)
    if (count > LIMITS.output) throw new TooMuch(`TIMES ${count} is more than an image can hold`)
    if (Object.hasOwn(RESERVE_SIZES, key)) return this.#reserve(tokens, RESERVE_SIZES[key]! * count)
    if (state.section.reserved && !state.absolute) throw new Problem(`attempt to initialize memory in BSS section \`${state.section.name}'`, name)
    const parts = key === 'incbin' ? this.#incbin(tokens) : Object.hasOwn(DATA_SIZES, key) ? readData(tokens.slice(1), DATA_SIZES[key]!, state, (work) => this.#host.spend(work)) : null
    const instruction = parts === null ? this.#instruction(tokens) : null
    if (state.absolute) throw new Problem('attempt to assemble code in [ABSOLUTE] space', name)
    if (count > 0) this.#write(parts, instruction, count)
    if (label && count === 0) throw new Problem('empty statement', name)
  }

  /** Data and code repeat byte by byte, but for jumps: their distance changes. */
  #write(data: readonly DataPart[] | null, instruction: Instruction | null, count: number): void {
    const state = this.#state
    const parts = data ?? encode(instruction!, this.#context())
    const before = state.section.offset
    state.emit(parts, (range, token) => this.#overflow(range, token))
    const moves = parts.some((part) => typeof part !== 'number' && !('length' in part) && part.relative)
    this.#host.spend(parts.length + (moves ? count * 8 : count >> 6))
    if (!moves) state.section.repeat(state.section.offset - before, count - 1)
    else for (let n = 1; n < count; n++) state.emit(encode(instruction!, this.#context()), () => undefined)
  }

  #context(): EncodeContext {
    const state = this.#state
    return {
      bits: state.bits,
      distance: ({ n, terms }) => (terms.size === 1 && terms.get(state.section.base) === 1n ? n - BigInt(state.section.offset) : null),
    }
  }

  #overflow(range: string, token: Token | undefined): void {
    if (range === 'short') this.#host.report('error', 'short jump is out of range', token, this.#line.line)
    else this.#host.report('warning', range === 'signed byte' ? 'signed byte value exceeds bounds' : `${range} data exceeds bounds`, token, this.#line.line)
  }

  #reserve(tokens: readonly Token[], size: number): void {
    const state = this.#state
    const count = constant(tokens.slice(1), state, tokens[0]!, 'attempt to reserve non-constant quantity of BSS space')
    if (count < 0n || count * BigInt(size) > BigInt(LIMITS.output)) throw new Problem(count < 0n ? `attempt to reserve a negative quantity (${count})` : 'attempt to reserve more than an image can hold', tokens[1])
    if (state.absolute) state.absolute.offset += Number(count) * size
    else {
      if (!state.section.reserved && count > 0n) this.#host.report('warning', `uninitialized space declared in ${state.section.name} section: zeroing`, tokens[0], this.#line.line)
      state.section.reserve(Number(count) * size)
    }
  }

  #incbin(tokens: readonly Token[]): number[][] {
    const name = tokens[1]
    if (name?.kind !== 'string') throw new Problem('`incbin\' expects a file name', name ?? tokens[0])
    const bytes = this.#host.incbin(name.text.slice(1, -1))
    if (!bytes) throw new Problem(`\`incbin': unable to open file \`${name.text.slice(1, -1)}': a program is one source, without files beside it`, name)
    const [skip, most] = [0, 1].map((n) => this.#incbinNumber(tokens, n))
    return [[...bytes.subarray(skip ?? 0, most === undefined ? undefined : (skip ?? 0) + most)]]
  }

  #incbinNumber(tokens: readonly Token[], which: number): number | undefined {
    const reader = new Expressions(tokens, 2, this.#state)
    for (let n = 0; isOp(reader.next, ','); n++) {
      reader.at++
      const value = reader.read()
      if (n === which) return Number(value.n)
    }
    return undefined
  }

  #instruction(tokens: readonly Token[]): Instruction {
    const prefixes: string[] = []
    let at = 0
    while (tokens[at]?.kind === 'id' && isPrefix(tokens[at]!.text.toLowerCase())) prefixes.push(tokens[at++]!.text.toLowerCase())
    const token = tokens[at]
    if (!token) return { mnemonic: '', token: tokens[0]!, prefixes, operands: [] }
    const mnemonic = token.text.toLowerCase()
    if (!TEMPLATES.has(mnemonic)) throw new Problem('parser: instruction expected', token, nearest(mnemonic, TEMPLATES.keys()))
    return { mnemonic, token, prefixes, operands: this.#operands(tokens, at + 1) }
  }

  #operands(tokens: readonly Token[], from: number): Operand[] {
    const reader = new Expressions(tokens, from, this.#state)
    const operands: Operand[] = []
    while (reader.next) {
      operands.push(readOperand(reader))
      const next = reader.next
      if (!next) break
      if (!isOp(next, ',')) throw new Problem('comma, colon, decorator or end of line expected after operand', next, next.kind === 'id' && Object.hasOwn(SIZES, next.text) ? null : `, ${next.text}`)
      reader.at++
      if (!reader.next) throw new Problem('expression syntax error: an operand is missing after the comma', next)
      if (operands.length >= 5) throw new Problem('too many operands', reader.next)
    }
    return operands
  }
}

