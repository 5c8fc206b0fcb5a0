import { encodeAddress } from './address.ts'
import { match, MATCH, type MatchContext, missText, NO_MATCH } from './match.ts'
import type { ImmediateOperand, MemoryOperand, Operand } from './operand.ts'
import { Problem } from './problem.ts'
import { type Template, TEMPLATES } from './templates.ts'
import type { Token } from './token.ts'
import { isScalar, type Value } from './value.ts'

/** A number in the code whose value may only be known at the end. */
export interface Field {
  readonly value: Value
  /** Bytes. */
  readonly size: number
  /** Counted from the end of the instruction. */
  readonly relative: boolean
  /** What a value out of range is called: `byte`, `signed byte`, `word`, `dword`; null: no matter. */
  readonly range: string | null
  readonly token: Token | undefined
}

export type Part = number | Field

/** An instruction as it stands in the source. */
export interface Instruction {
  readonly mnemonic: string
  readonly token: Token
  readonly prefixes: readonly string[]
  readonly operands: readonly Operand[]
}

/** What surrounds the instruction. */
export interface EncodeContext {
  readonly bits: 16 | 32
  /** Bytes from here to the target of a jump; null: not known yet, or not in this section. */
  distance(target: Value): bigint | null
}

const REPEAT: Readonly<Record<string, number>> = { rep: 0xf3, repe: 0xf3, repz: 0xf3, repne: 0xf2, repnz: 0xf2, xrelease: 0xf3, xacquire: 0xf2, bnd: 0xf2 }
const SEGMENT: Readonly<Record<string, number>> = { es: 0x26, cs: 0x2e, ss: 0x36, ds: 0x3e, fs: 0x64, gs: 0x65 }
const PREFIX_NAMES = new Set([...Object.keys(REPEAT), ...Object.keys(SEGMENT), 'lock', 'o16', 'o32', 'a16', 'a32', 'wait', 'fwait', 'nobnd'])
export const isPrefix = (name: string): boolean => PREFIX_NAMES.has(name)

/** Bytes and fields of an instruction: the first template that fits, as NASM chooses. Throws `Problem`. */
export function encode(instruction: Instruction, context: EncodeContext): Part[] {
  const { prefixes, operands } = instruction
  const own = context.bits === 32 ? 4 : 2
  if (instruction.mnemonic === '') return prefixBytes(prefixes, overrideOf(instruction, undefined), 0, addressPrefix(prefixes), context.bits)
  const matching: MatchContext = {
    bits: context.bits, ownSize: prefixes.includes('o16') ? 2 : prefixes.includes('o32') ? 4 : own,
    shortJumpReaches: (template, { value }) => {
      if (value.unknown) return true
      const distance = context.distance(value)
      if (distance === null) return false
      const length = lengthOf(assemble(template, instruction, context))
      return distance - length >= -128n && distance - length <= 127n
    },
  }
  let best = NO_MATCH
  for (const template of TEMPLATES.get(instruction.mnemonic) ?? []) {
    const result = match(template, operands, matching)
    if (result === MATCH) return assemble(template, instruction, context)
    best = Math.max(best, result)
  }
  throw sizeless(instruction, best, matching)
}

const lengthOf = (parts: readonly Part[]): bigint => BigInt(parts.reduce<number>((sum, part) => sum + (typeof part === 'number' ? 1 : part.size), 0))

const KEYWORD: Readonly<Record<number, string>> = { 1: 'byte', 2: 'word', 4: 'dword' }

function sizeless(instruction: Instruction, best: number, matching: MatchContext): Problem {
  const text = missText(best)
  const memory = instruction.operands.find(({ kind }) => kind === 'memory')
  if (!memory || best !== 1) return new Problem(text, instruction.token)
  const [wide] = [matching.ownSize, 1].filter((size) => fitsWith(instruction, size, matching))
  return new Problem(text, memory.token, wide === undefined ? null : `${KEYWORD[wide]!} [`)
}

function fitsWith({ mnemonic, operands }: Instruction, size: number, matching: MatchContext): boolean {
  const sized = operands.map((operand) => (operand.kind === 'memory' ? { ...operand, size } : operand))
  return (TEMPLATES.get(mnemonic) ?? []).some((template) => match(template, sized, matching) === MATCH)
}

/** Prefixes in NASM's order: wait, repeat, lock, segment, operand size, address size. An explicit size stands, whatever the operands need. */
function prefixBytes(prefixes: readonly string[], segment: string | null, operandSize: number, addressSize: number, bits: 16 | 32): number[] {
  const bytes: number[] = prefixes.includes('wait') || prefixes.includes('fwait') ? [0x9b] : []
  const repeat = prefixes.findLast((name) => REPEAT[name] !== undefined)
  if (repeat !== undefined) bytes.push(REPEAT[repeat]!)
  if (prefixes.includes('lock')) bytes.push(0xf0)
  if (segment !== null) bytes.push(SEGMENT[segment]!)
  const size = prefixes.includes('o16') ? 2 : prefixes.includes('o32') ? 4 : operandSize
  if (size !== 0 && size * 8 !== bits) bytes.push(0x66)
  if (addressSize !== 0 && addressSize * 8 !== bits) bytes.push(0x67)
  return bytes
}

/** The overriding segment: of the memory operand, or as a prefix of its own. */
function overrideOf({ prefixes, token }: Instruction, memory: MemoryOperand | undefined): string | null {
  const prefix = prefixes.findLast((name) => SEGMENT[name] !== undefined)
  if (prefix !== undefined && memory?.segment) throw new Problem('instruction has conflicting segment overrides', token)
  return memory?.segment ?? prefix ?? null
}

const addressPrefix = (prefixes: readonly string[]): 0 | 2 | 4 => (prefixes.includes('a16') ? 2 : prefixes.includes('a32') ? 4 : 0)

function assemble(template: Template, instruction: Instruction, context: EncodeContext): Part[] {
  const { form, slots } = template
  const { bits } = context
  const operands = instruction.operands.map((operand, n) => ({ operand, slot: slots[n]! }))
  const memory = instruction.operands.find((operand) => operand.kind === 'memory')
  const prefixed = addressPrefix(instruction.prefixes)
  const address = memory ? encodeAddress(memory, bits, prefixed, memory.token) : null
  const parts: Part[] = prefixBytes(instruction.prefixes, overrideOf(instruction, memory), template.operandSize, address?.size ?? (template.addressSize || prefixed), bits)
  if (template.prefix !== 0) parts.push(template.prefix)
  parts.push(...form.bytes)
  if (form.modrm) {
    const reg = operands.find(({ slot }) => /^[GSCD][a-z]$/.test(slot.word) && slot.word !== 'CL')?.operand
    const rm = operands.find(({ slot }) => /^[EMR][a-z]$/.test(slot.word))?.operand ?? reg
    const field = form.group >= 0 ? form.group : reg?.kind === 'register' ? reg.number : 0
    if (address) {
      parts.push(address.modrm | (field << 3))
      if (address.sib >= 0) parts.push(address.sib)
      if (address.displacementSize > 0) parts.push(displacement(address.displacement, address.displacementSize, memory!))
    } else parts.push(0xc0 | (field << 3) | (rm?.kind === 'register' ? rm.number : 0))
  } else if (address && memory) parts.push({ value: address.displacement, size: address.size, relative: false, range: null, token: memory.token })
  for (const { operand, slot } of operands) if (operand.kind === 'immediate') parts.push(...immediate(operand, slot.word, template))
  if (template.implied >= 0) parts.push(template.implied)
  return parts
}

function displacement(value: Value, size: number, memory: MemoryOperand & { readonly token: Token }): Field {
  return { value, size, relative: false, range: size === 1 ? 'signed byte' : size === 2 ? 'word' : 'dword', token: memory.token }
}

function immediate(operand: ImmediateOperand & { readonly token: Token }, word: string, template: Template): Part[] {
  const { value, token } = operand
  const own = template.operandSize || 4
  switch (word) {
    case '1': return []
    case 'Jb': return [{ value, size: 1, relative: true, range: 'short', token }]
    case 'Jv': return [{ value, size: own, relative: true, range: null, token }]
    case 'Pv': return [{ value, size: own, relative: false, range: own === 2 ? 'word' : 'dword', token }, { value: operand.selector!, size: 2, relative: false, range: 'word', token }]
    case 'Is': return [{ value, size: 1, relative: false, range: isScalar(value) && BigInt.asUintN(own * 8, value.n + 128n) <= 255n ? null : 'signed byte', token }]
    case 'Ib': return [{ value, size: 1, relative: false, range: template.form.opcode.code === '6a' ? 'signed byte' : 'byte', token }]
    case 'Iw': return [{ value, size: 2, relative: false, range: 'word', token }]
    default: return [{ value, size: own, relative: false, range: own === 2 ? 'word' : 'dword', token }]
  }
}
