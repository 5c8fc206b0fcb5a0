import { evaluate, type Resolve } from './expression.ts'
import type { Section } from './section.ts'
import { type Operand, Problem, type Token } from './tokens.ts'

/** Bytes of all sections together. */
export const MOST_BYTES = 16 << 20
const NOP = 0x13

export interface DirectiveContext {
  readonly section: Section
  readonly resolve: Resolve
  readonly final: boolean
  enter(section: string, at: number): void
  define(name: Token, value: number): void
}

type Directive = (operands: readonly Operand[], context: DirectiveContext, name: Token) => void

const known = (operand: Operand, { resolve }: DirectiveContext, name: Token): number => {
  const value = evaluate(operand, resolve)
  if (value === undefined) throw new Problem('this value must be known here', operand[0]?.at ?? name.at)
  return value
}

const data = (size: number): Directive => (operands, context) => {
  for (const operand of operands) {
    const value = evaluate(operand, context.resolve) ?? 0
    if (context.final && (value < -(2 ** (8 * size - 1)) || value >= 2 ** (8 * size))) throw new Problem(`${value} does not fit ${size} bytes`, operand[0]?.at ?? 1)
    context.section.put(value < 0 ? value + 2 ** (8 * size) : value, size)
  }
}

const text = (end: readonly number[]): Directive => (operands, { section }, name) => {
  for (const operand of operands) {
    const token = operand[0]
    if (token?.kind !== 'string' || operand.length > 1) throw new Problem('a text in double quotes is needed', token?.at ?? name.at)
    for (const byte of [...token.bytes, ...end]) section.bytes.push(byte)
  }
}

const space: Directive = (operands, context, name) => {
  const count = known(operands[0] ?? [], context, name)
  const fill = operands[1] ? known(operands[1], context, name) & 255 : 0
  if (count < 0 || context.section.bytes.length + count > MOST_BYTES) throw new Problem(`${count} bytes are too many`, name.at)
  for (let i = 0; i < count; i++) context.section.bytes.push(fill)
}

const align = (toBytes: (value: number) => number): Directive => (operands, context, name) => {
  const { section } = context
  const to = toBytes(known(operands[0] ?? [], context, name))
  if (!Number.isInteger(to) || to < 1 || to > 4096 || (to & (to - 1)) !== 0) throw new Problem('an alignment is a power of two, at most 4096 bytes', name.at)
  if (section.name !== '.text') {
    while (section.here % to !== 0) section.bytes.push(0)
    return
  }
  while (section.here % Math.min(to, 4) !== 0) section.bytes.push(0)
  while (section.here % to !== 0) section.put(NOP, 4)
}

const section = (fixed: string | null): Directive => (operands, context, name) => context.enter(fixed ?? operands[0]?.map((token) => token.text).join('') ?? '', name.at)
const nothing: Directive = () => undefined

const equ: Directive = (operands, context, name) => {
  const symbol = operands[0]?.[0]
  if (symbol?.kind !== 'name' || operands[0]!.length > 1 || !operands[1]) throw new Problem(`"${name.text}" is written ${name.text} NAME, VALUE`, name.at)
  context.define(symbol, known(operands[1], context, name))
}

/** Those of GNU as that small programs need. */
export const DIRECTIVES: ReadonlyMap<string, Directive> = new Map([
  ['.text', section('.text')], ['.data', section('.data')], ['.bss', section('.bss')], ['.section', section(null)],
  ['.byte', data(1)], ['.half', data(2)], ['.2byte', data(2)], ['.word', data(4)], ['.4byte', data(4)], ['.long', data(4)],
  ['.ascii', text([])], ['.asciz', text([0])], ['.string', text([0])], ['.zero', space], ['.skip', space], ['.space', space],
  ['.align', align((value) => 2 ** value)], ['.p2align', align((value) => 2 ** value)], ['.balign', align((value) => value)],
  ['.equ', equ], ['.set', equ], ['.globl', nothing], ['.global', nothing], ['.option', nothing], ['.type', nothing], ['.size', nothing], ['.file', nothing], ['.attribute', nothing],
])
