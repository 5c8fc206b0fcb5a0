import { Expressions } from './expression.ts'
import { Problem } from './problem.ts'
import type { Section } from './section.ts'
import type { State } from './state.ts'
import { isOp, type Token } from './token.ts'
import { isScalar, type Value } from './value.ts'

type Directive = (tokens: readonly Token[], state: State, name: Token) => void

function read(tokens: readonly Token[], state: State, name: Token): Value {
  if (tokens.length === 0) throw new Problem(`\`${name.text}' expects a value`, name)
  const reader = new Expressions(tokens, 0, state)
  const value = reader.read()
  if (reader.next) throw new Problem('expression syntax error', reader.next)
  return value
}

/** A number that is known now. */
export function constant(tokens: readonly Token[], state: State, name: Token, message: string): bigint {
  const value = read(tokens, state, name)
  if (!isScalar(value)) throw new Problem(message, tokens[0])
  return value.n
}

const bits: Directive = (tokens, state, name) => {
  const value = constant(tokens, state, name, 'segment size must be a constant')
  if (value !== 16n && value !== 32n) throw new Problem(`\`${value}' is not a segment size of this processor; it must be 16 or 32`, tokens[0], '32')
  state.bits = value === 16n ? 16 : 32
}

const org: Directive = (tokens, state, name) => {
  const value = constant(tokens, state, name, 'org value must be a constant')
  if (state.origin !== null && state.origin !== value) throw new Problem('program origin redefined', name)
  if (value < 0n || value > 0xffff_ffffn) throw new Problem('program origin is not an address of 32 bits', tokens[0])
  state.origin = value
}

/** `.text`: dots and dashes belong to the name, so neighbouring tokens are joined. */
function sectionName(tokens: readonly Token[]): { name: string; rest: readonly Token[] } {
  const end = tokens.findIndex((token, n) => n > 0 && token.space)
  const part = end < 0 ? tokens : tokens.slice(0, end)
  return { name: part.map(({ text }) => text.replace(/^["'`](.*)["'`]$/, '$1')).join(''), rest: end < 0 ? [] : tokens.slice(end) }
}

const ATTRIBUTES: Readonly<Record<string, (section: Section, value: string, number: () => number) => void>> = {
  align: (section, _, number) => {
    const value = number()
    if (value < 1 || (value & (value - 1)) !== 0) throw new Problem('argument to `align\' is not power of two')
    section.align = value
  },
  start: (section, _, number) => { section.start = number() },
  vstart: (section, _, number) => { section.virtualStart = number() },
  follows: (section, value) => { section.follows = value },
  vfollows: (section, value) => { section.virtualFollows = value },
}

const section: Directive = (tokens, state, token) => {
  const { name, rest } = sectionName(tokens)
  if (name === '') throw new Problem(`\`${token.text}' expects the name of a section`, token)
  state.absolute = null
  state.section = state.open(name)
  for (let at = 0; at < rest.length;) {
    const word = rest[at]!
    const key = word.text.toLowerCase()
    if (isOp(rest[at + 1], '=') && Object.hasOwn(ATTRIBUTES, key)) {
      const end = rest.findIndex((other, n) => n > at + 1 && isOp(rest[n + 1], '=') && Object.hasOwn(ATTRIBUTES, other.text.toLowerCase()))
      const value = rest.slice(at + 2, end < 0 ? endOfValue(rest, at + 2) : end)
      ATTRIBUTES[key]!(state.section, value.map(({ text }) => text).join(''), () => address(value, state, word))
      at += 2 + value.length
    } else {
      if (key === 'nobits') state.section.reserved = true
      else if (key === 'progbits') state.section.reserved = false
      else if (!/^(?:code|data|text|bss|exec|write|noexec|nowrite|alloc|public|private)$/.test(key)) throw new Problem(`unknown section attribute \`${word.text}'`, word)
      at++
    }
  }
}

/** A value goes on until a word that stands apart. */
function endOfValue(tokens: readonly Token[], from: number): number {
  const end = tokens.findIndex((token, n) => n > from && token.space && /^(?:progbits|nobits|exec|noexec)$/i.test(token.text))
  return end < 0 ? tokens.length : end
}

function address(tokens: readonly Token[], state: State, name: Token): number {
  const value = constant(tokens, state, name, 'section attribute value must be a constant')
  if (value < 0n || value > 0xffff_ffffn) throw new Problem('section attribute value is out of range', tokens[0])
  return Number(value)
}

const sectalign: Directive = (tokens, state, name) => {
  const value = constant(tokens, state, name, 'alignment must be a constant')
  if (value < 1n || value > 0x8000_0000n || (value & (value - 1n)) !== 0n) throw new Problem('alignment is not power of two', tokens[0])
  if (!state.absolute) state.section.align = Math.max(state.section.align, Number(value))
}

const absolute: Directive = (tokens, state, name) => {
  const base = read(tokens, state, name)
  if (base.unknown) throw new Problem('invalid expression for absolute: it must be known here', tokens[0])
  state.absolute = { base, offset: 0 }
}

/** Symbols are all in one program: the name is checked, nothing else follows from it. */
const global: Directive = (tokens, state, name) => {
  const symbol = tokens[0]
  if (symbol?.kind !== 'id') throw new Problem(`identifier expected after ${name.text.toUpperCase()}`, symbol ?? name)
  if (state.final && !state.symbols.has(state.fullName(symbol.text))) state.symbol(symbol)
}

const external: Directive = (tokens, _, name) => {
  throw new Problem('binary format does not support external references: there is one file, and no linker', tokens[0] ?? name)
}

const nothing: Directive = () => undefined

export const DIRECTIVES: Readonly<Record<string, Directive>> = {
  bits, use16: (_, state) => { state.bits = 16 }, use32: (_, state) => { state.bits = 32 }, org, section, segment: section, sectalign, absolute,
  restore: (_, state) => { state.absolute = null }, global, static: global, extern: external, required: external, common: external,
  default: nothing, cpu: nothing, float: nothing, warning: nothing, list: nothing, debug: nothing,
}

/** Number of repetitions in front of `times`. */
export function timesCount(value: Value, token: Token): number {
  if (!isScalar(value)) throw new Problem('non-constant argument supplied to TIMES', token)
  if (value.n < 0n) throw new Problem(`TIMES value ${value.n} is negative`, token)
  return Number(value.n)
}

