import { type Expressions, type Hint } from './expression.ts'
import { Problem } from './problem.ts'
import { REGISTERS } from './forms.ts'
import { isOp, type Token } from './token.ts'
import { hasRegisters, isRegister, type Value } from './value.ts'

export type RegisterClass = 'b' | 'w' | 'd' | 'segment' | 'control' | 'debug'

export interface RegisterOperand {
  readonly kind: 'register'
  readonly class: RegisterClass
  readonly number: number
  /** Bytes; 0 for segment, control and debug registers. */
  readonly size: number
}

export interface ImmediateOperand {
  readonly kind: 'immediate'
  readonly value: Value
  /** The selector of `selector:offset`. */
  readonly selector: Value | null
  readonly size: number
  readonly strict: boolean
  readonly distance: Distance
}

export interface MemoryOperand {
  readonly kind: 'memory'
  readonly value: Value
  readonly hint: Hint
  readonly segment: string | null
  readonly size: number
  /** Bytes of the address or displacement that a keyword in the brackets asks for; 0: any. */
  readonly addressSize: number
  readonly noSplit: boolean
  readonly distance: Distance
}

export type Operand = (RegisterOperand | ImmediateOperand | MemoryOperand) & { readonly token: Token }
type Distance = 'near' | 'far' | 'short' | null

const named = (names: readonly string[], of: RegisterClass, size: number): [string, Omit<RegisterOperand, 'kind'>][] => names.map((name, number) => [name, { class: of, number, size }])
const numbered = (prefix: string): string[] => Array.from({ length: 8 }, (_, n) => `${prefix}${n}`)

export const REGISTER_NAMES: ReadonlyMap<string, Omit<RegisterOperand, 'kind'>> = new Map([
  ...named(REGISTERS.b, 'b', 1), ...named(REGISTERS.w, 'w', 2), ...named(REGISTERS.d, 'd', 4), ...named(REGISTERS.segment, 'segment', 0),
  ...named(numbered('cr'), 'control', 0), ...named(numbered('dr'), 'debug', 0),
])

export const SIZES: Readonly<Record<string, number>> = { byte: 1, word: 2, dword: 4, qword: 8, tword: 10, oword: 16 }

/** Reads one operand. */
export function readOperand(reader: Expressions): Operand {
  const token = reader.next
  if (!token) throw new Problem('expected an operand')
  let size = 0
  let strict = false
  let distance: Distance = null
  for (; reader.next?.kind === 'id'; reader.at++) {
    const word = reader.next.text.toLowerCase()
    if (Object.hasOwn(SIZES, word)) size = SIZES[word]!
    else if (word === 'strict') strict = true
    else if (word === 'near' || word === 'far' || word === 'short') distance = word
    else if (word !== 'to') break
  }
  if (isOp(reader.next, '[')) return { ...memory(reader), size, distance, token }
  const register = reader.next?.kind === 'id' ? REGISTER_NAMES.get(reader.next.text.toLowerCase()) : undefined
  if (register) {
    reader.at++
    if (size !== 0 && register.size !== 0 && size !== register.size) throw new Problem('mismatch in operand sizes', token)
    return { kind: 'register', ...register, token }
  }
  return { ...immediate(reader), size, strict, distance, token }
}

function immediate(reader: Expressions): Pick<ImmediateOperand, 'kind' | 'value' | 'selector'> {
  const start = reader.next
  const value = reader.read()
  if (hasRegisters(value)) throw new Problem('invalid use of a register in an expression; memory is written in brackets', start)
  if (!isOp(reader.next, ':')) return { kind: 'immediate', value, selector: null }
  reader.at++
  return { kind: 'immediate', value: reader.read(), selector: value }
}

function memory(reader: Expressions): Pick<MemoryOperand, 'kind' | 'value' | 'hint' | 'segment' | 'addressSize' | 'noSplit'> {
  const open = reader.next
  reader.at++
  let addressSize = 0
  let noSplit = false
  let segment: string | null = null
  for (; reader.next?.kind === 'id'; reader.at++) {
    const word = reader.next.text.toLowerCase()
    if (word === 'nosplit') noSplit = true
    else if (word === 'byte' || word === 'word' || word === 'dword') addressSize = SIZES[word]!
    else if (REGISTER_NAMES.get(word)?.class === 'segment' && segment === null) {
      segment = word
      reader.at++
      if (!isOp(reader.next, ':')) throw new Problem('invalid effective address: a segment register is followed by `:\'', reader.next ?? open)
    } else if (word !== 'abs') break
  }
  reader.hint = { base: null, kind: 'none' }
  const value = reader.read()
  if (!isOp(reader.next, ']')) throw new Problem("expecting ] at end of memory operand", reader.next ?? open)
  reader.at++
  return { kind: 'memory', value, hint: { ...reader.hint }, segment, addressSize, noSplit }
}

/** Registers of an address in NASM's order (by name), and how often each counts. */
export function addressRegisters(value: Value): [string, number][] {
  return [...value.terms].filter(([name]) => isRegister(name)).map(([name, count]): [string, number] => [name, Number(count)]).sort(([a], [b]) => (a < b ? -1 : 1))
}
