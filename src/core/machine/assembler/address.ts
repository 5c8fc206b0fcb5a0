import { addressRegisters, type MemoryOperand, REGISTER_NAMES } from './operand.ts'
import { Problem } from './problem.ts'
import { isRegister, type Value } from './value.ts'
import type { Token } from './token.ts'

/** An address as it is encoded: the mod and r/m fields (reg is still 0), SIB byte, displacement. */
export interface Address {
  readonly modrm: number
  /** -1: none. */
  readonly sib: number
  readonly displacement: Value
  /** Bytes of the displacement. */
  readonly displacementSize: 0 | 1 | 2 | 4
  /** Bytes: the address size it needs. */
  readonly size: 2 | 4
}

const ESP = 4
const EBP = 5

/** Displacement without its registers. */
function offsetOf(value: Value): Value {
  return { ...value, terms: new Map([...value.terms].filter(([name]) => !isRegister(name))) }
}

/** Bytes of an address: as its registers, its keyword, or the segment's size say. */
function addressSizeOf(operand: MemoryOperand, bits: 16 | 32, prefixed: 0 | 2 | 4, token: Token): 2 | 4 {
  const sizes = new Set(addressRegisters(operand.value).map(([name]) => REGISTER_NAMES.get(name)?.size))
  if (sizes.size > 1) throw new Problem('invalid effective address: registers of different sizes', token)
  const [size] = sizes
  if (size !== undefined && size !== 2 && size !== 4) throw new Problem('invalid effective address: this register cannot be part of one', token)
  if (size !== undefined) {
    if (operand.addressSize >= 2 && operand.addressSize !== size) throw new Problem(`invalid ${size * 8}-bit effective address`, token)
    if (prefixed !== 0 && prefixed !== size) throw new Problem('impossible combination of address sizes', token)
    return size
  }
  return operand.addressSize === 2 || operand.addressSize === 4 ? operand.addressSize : prefixed || (bits === 32 ? 4 : 2)
}

/** How NASM encodes an address: the shortest form, registers swapped where that is shorter. `prefixed`: what a prefix `a16` or `a32` asks for. */
export function encodeAddress(operand: MemoryOperand, bits: 16 | 32, prefixed: 0 | 2 | 4, token: Token): Address {
  const size = addressSizeOf(operand, bits, prefixed, token)
  const displacement = offsetOf(operand.value)
  const registers = addressRegisters(operand.value)
  if (registers.length > 2) throw new Problem('invalid effective address: too many registers', token)
  if (registers.length === 0) return { modrm: size === 2 ? 6 : EBP, sib: -1, displacement, displacementSize: size, size }
  return size === 2 ? address16(operand, registers, displacement, token) : address32(operand, registers, displacement, token)
}

/** mod and displacement size for a base that is not EBP (or BP) unless `needed`. */
function modeFor(operand: MemoryOperand, displacement: Value, needed: boolean, size: 2 | 4): [mod: number, bytes: 0 | 1 | 2 | 4] {
  const plain = !displacement.unknown && displacement.terms.size === 0
  const n = size === 2 ? BigInt.asIntN(16, displacement.n) : BigInt.asIntN(32, displacement.n)
  const wide = operand.addressSize >= 2
  if (!needed && plain && n === 0n && operand.addressSize === 0) return [0, 0]
  if (operand.addressSize === 1 || (plain && n >= -128n && n <= 127n && !wide)) return [1, 1]
  return [2, size]
}

interface Parts { base: number; index: number; scale: number }

function address32(operand: MemoryOperand, registers: readonly [string, number][], displacement: Value, token: Token): Address {
  const { base, index, scale } = arrange(operand, registers, token)
  if (index < 0 && base !== ESP) {
    const [mod, displacementSize] = modeFor(operand, displacement, base === EBP, 4)
    return { modrm: (mod << 6) | base, sib: -1, displacement, displacementSize, size: 4 }
  }
  const scaled = [1, 2, 4, 8].indexOf(scale)
  if (scaled < 0) throw new Problem(`invalid 32-bit effective address: a register can count 1, 2, 4 or 8 times, not ${scale}`, token)
  const fields = (scaled << 6) | ((index < 0 ? ESP : index) << 3)
  if (base < 0) return { modrm: ESP, sib: fields | EBP, displacement, displacementSize: 4, size: 4 }
  const [mod, displacementSize] = modeFor(operand, displacement, base === EBP, 4)
  return { modrm: (mod << 6) | ESP, sib: fields | base, displacement, displacementSize, size: 4 }
}

/** Which register is base and which index, after NASM's rules (hints, ESP never index, 3·r as r + 2·r). */
function arrange(operand: MemoryOperand, registers: readonly [string, number][], token: Token): Parts {
  const number = (name: string | undefined): number => (name === undefined ? -1 : REGISTER_NAMES.get(name)!.number)
  const [first, second] = registers
  let base = -1
  let index = -1
  let scale = 1
  if (first![1] === 1) base = number(first![0])
  else [index, scale] = [number(first![0]), first![1]]
  if (second) {
    if (base >= 0) [index, scale] = [number(second[0]), second[1]]
    else if (second[1] !== 1) throw new Problem('invalid effective address: two index registers', token)
    else base = number(second[0])
  }
  const hinted = operand.hint.base === null ? -1 : number(operand.hint.base)
  const { kind } = operand.hint
  if (scale === 1 && base >= 0 && index >= 0 && base !== index && ((hinted === base && kind === 'not-base') || (hinted === index && kind === 'base'))) [base, index] = [index, base]
  if (operand.noSplit && index < 0 && base !== ESP && hinted === base && kind === 'not-base') return { base: -1, index: base, scale: 1 }
  if (base < 0 && ((scale === 2 && index !== ESP && (!operand.noSplit || kind === 'summed')) || scale === 3 || scale === 5 || scale === 9)) {
    base = index
    scale--
  }
  if (index === ESP) {
    if (scale !== 1 || base === ESP) throw new Problem('invalid 32-bit effective address: esp cannot be an index', token)
    ;[base, index] = [index, base]
  }
  return { base, index, scale }
}

/** r/m of the 16-bit pairs, by the names in alphabetical order. */
const PAIR_CODE: Readonly<Record<string, number>> = { 'bx+si': 0, 'bx+di': 1, 'bp+si': 2, 'bp+di': 3, si: 4, di: 5, bp: 6, bx: 7 }

function address16(operand: MemoryOperand, registers: readonly [string, number][], displacement: Value, token: Token): Address {
  const names = registers.map(([name]) => name)
  const code = registers.some(([, count]) => count !== 1) ? undefined : PAIR_CODE[names.join('+')] ?? PAIR_CODE[[...names].reverse().join('+')]
  if (code === undefined) throw new Problem('invalid 16-bit effective address: only bx or bp plus si or di', token)
  const [mod, displacementSize] = modeFor(operand, displacement, code === 6, 2)
  return { modrm: (mod << 6) | code, sib: -1, displacement, displacementSize, size: 2 }
}
