import { Failure } from '../../base/failure.ts'
import type { Machine } from '../board/machine.ts'
import { eflags } from '../cpu/flags.ts'
import { CPL, CR0, CR2, CR3, CR4, EIP } from '../cpu/layout.ts'
import { peekLinear } from '../inspect/peek.ts'
import type { SymbolTable } from '../inspect/symbols.ts'

/** A value before an instruction; NaN where memory cannot be read, which compares false with everything. */
type Term = () => number

const WORDS = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi']
const HALVES = ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di']
const BYTES = ['al', 'cl', 'dl', 'bl', 'ah', 'ch', 'dh', 'bh']
const SEGMENTS = ['es', 'cs', 'ss', 'ds', 'fs', 'gs']
const CONTROLS: Readonly<Record<string, number>> = { cr0: CR0, cr2: CR2, cr3: CR3, cr4: CR4, eip: EIP, cpl: CPL }
const FLAG_BITS: Readonly<Record<string, number>> = { cf: 0, pf: 2, af: 4, zf: 6, sf: 7, tf: 8, if: 9, df: 10, of: 11 }
const SIZES: Readonly<Record<string, number>> = { byte: 1, word: 2, dword: 4 }
const DEEPEST = 50

const truth = (value: boolean): number => (value ? 1 : 0)
type Binary = (a: number, b: number) => number

/** Operators by how tightly they bind, loosest first: comparisons bind looser than bits, so `eax & 1 == 0` asks what it says. */
const LEVELS: readonly Readonly<Record<string, Binary>>[] = [
  { '||': (a, b) => truth(holds(a) || holds(b)) },
  { '&&': (a, b) => truth(holds(a) && holds(b)) },
  {
    '==': (a, b) => truth(a === b), '!=': (a, b) => truth(a < b || a > b), '<=': (a, b) => truth(a <= b), '>=': (a, b) => truth(a >= b),
    '<': (a, b) => truth(a < b), '>': (a, b) => truth(a > b),
  },
  { '|': bits((a, b) => a | b), '^': bits((a, b) => a ^ b) },
  { '&': bits((a, b) => a & b) },
  { '<<': bits((a, b) => (b > 31 ? 0 : a << b)), '>>': bits((a, b) => (b > 31 ? 0 : a >>> b)) },
  { '+': bits((a, b) => a + b), '-': bits((a, b) => a - b) },
  { '*': bits((a, b) => Math.imul(a, b)), '/': bits((a, b) => (b === 0 ? NaN : Math.floor(a / b))), '%': bits((a, b) => (b === 0 ? NaN : a % b)) },
]

function holds(value: number): boolean {
  return value !== 0 && !Number.isNaN(value)
}

/** 32 bits, unsigned; what is not known stays so. */
function bits(operation: Binary): Binary {
  return (a, b) => {
    const result = operation(a, b)
    return Number.isNaN(a) || Number.isNaN(b) || Number.isNaN(result) ? NaN : result >>> 0
  }
}

interface Token { readonly text: string; readonly column: number }

function tokens(text: string): Token[] {
  const found: Token[] = []
  const pattern = /\s*(\|\||&&|==|!=|<=|>=|<<|>>|[-+*/%&|^~!<>()[\]]|[A-Za-z_.$?@][\w.$?@]*|\d\w*|$)/y
  while (pattern.lastIndex < text.length) {
    const begin = pattern.lastIndex
    const match = pattern.exec(text)
    if (!match) {
      const column = begin + (/^\s*/.exec(text.slice(begin))?.[0].length ?? 0)
      throw refusal(`"${text[column]}" has no meaning here`, column, text[column] === '=' ? 'Compare with ==.' : '')
    }
    if (match[1] !== '') found.push({ text: match[1]!, column: pattern.lastIndex - match[1]!.length })
  }
  return found
}

const refusal = (what: string, column: number, hint = ''): Failure => new Failure('invalid', `${what} (column ${column + 1}).`, hint)

class Parser {
  readonly #tokens: readonly Token[]
  readonly #end: number
  readonly #machine: Machine
  readonly #symbols: SymbolTable
  #at = 0
  #depth = 0

  constructor(text: string, machine: Machine, symbols: SymbolTable) {
    this.#tokens = tokens(text)
    this.#end = text.length
    this.#machine = machine
    this.#symbols = symbols
  }

  whole(): Term {
    const term = this.#binary(0)
    const rest = this.#tokens[this.#at]
    if (rest) throw refusal(`"${rest.text}" is one too many`, rest.column)
    return term
  }

  #binary(level: number): Term {
    const operators = LEVELS[level]
    if (!operators) return this.#unary()
    let left = this.#binary(level + 1)
    for (;;) {
      const word = this.#tokens[this.#at]?.text
      const operator = word !== undefined && Object.hasOwn(operators, word) ? operators[word] : undefined
      if (!operator) return left
      this.#at++
      const [a, b] = [left, this.#binary(level + 1)]
      left = () => operator(a(), b())
    }
  }

  #unary(): Term {
    const token = this.#tokens[this.#at++]
    if (!token) throw refusal('Something is missing at the end', this.#end)
    if (++this.#depth > DEEPEST) throw refusal('This is nested too deeply', token.column)
    const term = this.#primary(token)
    this.#depth--
    return term
  }

  #primary({ text, column }: Token): Term {
    if (text === '-' || text === '~' || text === '!') {
      const operand = this.#unary()
      if (text === '!') return () => truth(!holds(operand()))
      const apply = bits(text === '-' ? (a) => -a : (a) => ~a)
      return () => apply(operand(), 0)
    }
    if (text === '(') return this.#until(')', column)
    if (text === '[') return this.#memory(4, column)
    if (Object.hasOwn(SIZES, text.toLowerCase())) {
      const bracket = this.#tokens[this.#at++]
      if (bracket?.text !== '[') throw refusal(`After "${text}" comes an address in brackets`, bracket?.column ?? this.#end, `For example ${text} [esp].`)
      return this.#memory(SIZES[text.toLowerCase()]!, bracket.column)
    }
    if (/^\d/.test(text)) return this.#number(text, column)
    if (/^[A-Za-z_.$?@]/.test(text)) return this.#name(text, column)
    throw refusal(`A value is missing before "${text}"`, column)
  }

  #until(close: string, opened: number): Term {
    const inner = this.#binary(0)
    const token = this.#tokens[this.#at++]
    if (token?.text !== close) throw refusal(`"${close}" is missing for the one that opens in column ${opened + 1}`, token?.column ?? this.#end)
    return inner
  }

  #memory(size: number, opened: number): Term {
    const address = this.#until(']', opened)
    const { cpu } = this.#machine
    return () => {
      const at = address()
      const bytes = Number.isNaN(at) ? null : peekLinear(cpu, at >>> 0, size)
      return bytes?.length === size ? bytes.reduceRight((value, byte) => value * 256 + byte, 0) : NaN
    }
  }

  #number(text: string, column: number): Term {
    const word = text.toLowerCase().replaceAll('_', '')
    const value = /^(?:0x[0-9a-f]+|0b[01]+|\d+)$/.test(word) ? Number(word) : /^\d[0-9a-f]*h$/.test(word) ? parseInt(word, 16) : NaN
    if (!(value <= 0xffff_ffff)) throw refusal(`"${text}" is not a number of 32 bits`, column, 'Numbers are written 16, 0x10, 10h or 0b10000.')
    return () => value
  }

  #name(text: string, column: number): Term {
    const { cpu } = this.#machine
    const { s, r16, r8, selectors } = cpu
    const name = text.toLowerCase()
    const wide = WORDS.indexOf(name)
    if (wide >= 0) return () => s[wide]! >>> 0
    const half = HALVES.indexOf(name)
    if (half >= 0) return () => r16[half * 2]!
    const byte = BYTES.indexOf(name)
    if (byte >= 0) return () => r8[byte < 4 ? byte * 4 : (byte - 4) * 4 + 1]!
    const segment = SEGMENTS.indexOf(name)
    if (segment >= 0) return () => selectors[segment]! & 0xffff
    if (Object.hasOwn(CONTROLS, name)) {
      const at = CONTROLS[name]!
      return () => s[at]! >>> 0
    }
    if (name === 'eflags') return () => eflags(s) >>> 0
    if (Object.hasOwn(FLAG_BITS, name)) {
      const bit = FLAG_BITS[name]!
      return () => (eflags(s) >> bit) & 1
    }
    if (name === 'tick') return () => this.#machine.tick
    const address = this.#symbols.address(text)
    if (address === undefined) throw refusal(`"${text}" is neither a register, a flag nor a symbol of this program`, column)
    return () => address
  }
}

/**
 * A condition over registers, flags, memory (linear addresses) and symbols, e.g. `eax == 0x10 && [counter] > 3`, as a function. Values are unsigned and
 * 32 bits wide. Memory that cannot be read makes every comparison false. Throws a `Failure` that names the column.
 */
export function parsePredicate(text: string, machine: Machine, symbols: SymbolTable): () => boolean {
  const term = new Parser(text, machine, symbols).whole()
  return () => holds(term())
}
