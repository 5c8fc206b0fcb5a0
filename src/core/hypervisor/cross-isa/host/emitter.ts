import { CL, type Condition86, type Memory, type Place } from './operands.ts'

const TWO_OPERANDS = { add: 0, or: 1, adc: 2, sbb: 3, and: 4, sub: 5, xor: 6, cmp: 7 } as const
const SHIFTS = { shl: 4, shr: 5, sar: 7 } as const
const ONE_OPERAND = { not: 2, neg: 3, mul: 4, imul: 5, div: 6, idiv: 7 } as const
const CONDITIONS: Readonly<Record<Condition86, number>> = { b: 2, ae: 3, e: 4, ne: 5, s: 8, l: 12, ge: 13 }

const isByte = (value: number): boolean => value >= -128 && value <= 127

/** Writes IA-32 machine code of 32 bits, an instruction with each call; named and encoded as in the SDM, volume 2. Operands: registers by number (EAX is 0 …) or places in memory. */
export class Emitter {
  readonly #bytes: number[] = []
  readonly #origin: number

  /** @param origin address of the first byte. */
  constructor(origin: number) {
    this.#origin = origin
  }

  get here(): number {
    return this.#origin + this.#bytes.length
  }

  get code(): Uint8Array {
    return Uint8Array.from(this.#bytes)
  }

  /** At most one of the two is in memory. */
  mov(to: Place, from: Place): void {
    if (typeof from === 'number') this.#withMemory(to, [0x89], from)
    else this.#withMemory(from, [0x8b], registerOf(to))
  }

  movImmediate(to: Place, value: number): void {
    if (typeof to === 'number') this.#put(0xb8 + to)
    else this.#withMemory(to, [0xc7], 0)
    this.#word(value)
  }

  /** `op to, from`: at most one of the two is in memory. */
  arithmetic(operation: keyof typeof TWO_OPERANDS, to: Place, from: Place): void {
    const opcode = TWO_OPERANDS[operation] * 8
    if (typeof from === 'number') this.#withMemory(to, [opcode + 1], from)
    else this.#withMemory(from, [opcode + 3], registerOf(to))
  }

  arithmeticImmediate(operation: keyof typeof TWO_OPERANDS, to: Place, value: number): void {
    this.#withMemory(to, [isByte(value) ? 0x83 : 0x81], TWO_OPERANDS[operation])
    if (isByte(value)) this.#put(value & 255)
    else this.#word(value)
  }

  /** By a number of bits, or by CL. */
  shift(operation: keyof typeof SHIFTS, to: Place, amount: number | typeof CL): void {
    this.#withMemory(to, [amount === CL ? 0xd3 : 0xc1], SHIFTS[operation])
    if (amount !== CL) this.#put(amount)
  }

  /** `mul` and its kind take EAX, or EDX:EAX, for the other operand and for the result. */
  unary(operation: keyof typeof ONE_OPERAND, place: Place): void {
    this.#withMemory(place, [0xf7], ONE_OPERAND[operation])
  }

  imul(to: number, from: Place): void {
    this.#withMemory(from, [0x0f, 0xaf], to)
  }

  test(register: number): void {
    this.#withMemory(register, [0x85], register)
  }

  /** EDX becomes the sign of EAX. */
  cdq(): void {
    this.#put(0x99)
  }

  /** The low byte of EAX, ECX, EDX or EBX becomes 1 or 0. */
  setcc(condition: Condition86, register: number): void {
    this.#withMemory(register, [0x0f, 0x90 + CONDITIONS[condition]], 0)
  }

  /** Loads a byte or a word, extended to 32 bits. */
  loadExtended(to: number, from: Memory, size: 1 | 2, signed: boolean): void {
    this.#withMemory(from, [0x0f, (signed ? 0xbe : 0xb6) + (size === 2 ? 1 : 0)], to)
  }

  /** Stores the low 1 or 2 bytes; for 1, of EAX, ECX, EDX or EBX only. */
  storeLow(to: Memory, from: number, size: 1 | 2): void {
    this.#withMemory(to, size === 1 ? [0x88] : [0x66, 0x89], from)
  }

  int(vector: number): void {
    this.#put(0xcd, vector)
  }

  jmpIndirect(place: Memory): void {
    this.#withMemory(place, [0xff], 4)
  }

  /** `jmp` to an address. */
  jmp(target: number): void {
    this.#put(0xe9)
    this.#word(target - (this.here + 4))
  }

  /** `jcc` to where `land` is called with the answer: it is far enough for a whole block. */
  jcc(condition: Condition86): number {
    this.#put(0x0f, 0x80 + CONDITIONS[condition])
    this.#word(0)
    return this.here - 4
  }

  land(displacement: number): void {
    const at = displacement - this.#origin
    const distance = this.here - (displacement + 4)
    for (let i = 0; i < 4; i++) this.#bytes[at + i] = (distance >>> (8 * i)) & 255
  }

  /** A short `jcc`, or `jmp` for null, to where `landShort` is called with the answer. */
  jumpShort(condition: Condition86 | null): number {
    this.#put(condition === null ? 0xeb : 0x70 + CONDITIONS[condition], 0)
    return this.here - 1
  }

  landShort(displacement: number): void {
    this.#bytes[displacement - this.#origin] = this.here - (displacement + 1)
  }

  /** Opcode, ModRM, SIB and displacement; `field` is the register or the opcode's extension. */
  #withMemory(place: Place, opcode: readonly number[], field: number): void {
    if (typeof place === 'number') return this.#put(...opcode, 0xc0 | (field << 3) | place)
    const { base, index, scale, displacement, gs } = place
    if (gs) this.#put(0x65)
    this.#put(...opcode)
    const mode = base === null ? 0 : isByte(displacement) ? 0x40 : 0x80
    if (index !== null) this.#put(mode | (field << 3) | 4, (Math.log2(scale) << 6) | (index << 3) | (base ?? 5))
    else this.#put(mode | (field << 3) | (base ?? 5))
    if (mode === 0x40) this.#put(displacement & 255)
    else this.#word(displacement)
  }

  #put(...bytes: number[]): void {
    this.#bytes.push(...bytes)
  }

  #word(value: number): void {
    for (let i = 0; i < 4; i++) this.#bytes.push((value >>> (8 * i)) & 255)
  }
}

function registerOf(place: Place): number {
  if (typeof place !== 'number') throw new RangeError('no instruction has two operands in memory')
  return place
}
