import { Random } from '../../../simulation/random.ts'
import { PAGE } from '../program/guest-memory.ts'
import type { Program } from '../program/program.ts'
import { encode, type Fields } from '../riscv/encode.ts'
import { INSTRUCTIONS, type Instruction } from '../riscv/instructions.ts'

const CODE = 0x1_0000
const DATA = 0x1_2000
export const MEMORY_MIB = 1
const END = MEMORY_MIB << 20
const [A0, A1, A2, A7] = [10, 11, 12, 17] as const
/** Registers that keep what they got at first: the data, the code, the end of memory, its beginning. */
const [S_DATA, S_CODE, S_END, S_FIRST] = [8, 9, 18, 19] as const
const FIXED: readonly number[] = [S_DATA, S_CODE, S_END, S_FIRST]
const EDGES = [0, 1, -1, 2, -2, 0x7fff_ffff, -0x8000_0000, 0x800, -0x800, 31, 32, 0xff, 0xffff]

const named = (mnemonic: string): Instruction => INSTRUCTIONS.find((row) => row.mnemonic === mnemonic)!
const ofKind = (...kinds: string[]): readonly Instruction[] => INSTRUCTIONS.filter(({ does }) => kinds.includes(does.kind))
const COMPUTE = ofKind('compute')
const UPPER = ofKind('lui', 'auipc')
const LOADS = ofKind('load')
const STORES = ofKind('store')
const BRANCHES = ofKind('branch')

/** What one program may do. */
export interface RandomOptions {
  /** Only forward, and without faults or self-modification: ends with its registers and 2 KiB of its data written to file 1. */
  readonly judged?: boolean
}

/** A word that is made when all places are known. */
type Slot = (at: number, total: number) => number

export function randomProgram(seed: string, { judged = false }: RandomOptions = {}): Program {
  return new Generator(new Random(seed), judged).program()
}

class Generator {
  readonly #random: Random
  readonly #judged: boolean
  readonly #slots: Slot[] = []
  /** Slots whose words may be copied over each other: no stores into code, and not the `fence.i` behind them. */
  readonly #plain: number[] = []
  /** Slots to which no jump leads in a judged program: they need the one before them. */
  readonly #sealed = new Set<number>()
  /** Where a judged program begins to tell. */
  #last = Infinity

  constructor(random: Random, judged: boolean) {
    this.#random = random
    this.#judged = judged
  }

  program(): Program {
    for (let register = 1; register < 32; register++) this.#set(register, this.#initial(register))
    const count = 20 + this.#random.below(60)
    for (let i = 0; i < count; i++) this.#statement()
    this.#last = this.#slots.length
    if (this.#judged) this.#tell()
    else this.#call(93)
    const words = this.#slots.map((slot, at) => slot(at, this.#slots.length))
    const code = new Uint8Array(Uint32Array.from(words).buffer)
    const data = Uint8Array.from({ length: PAGE }, () => this.#random.below(256))
    return { entry: CODE, segments: [{ address: CODE, bytes: code }, { address: DATA, bytes: data }], end: DATA + PAGE }
  }

  #initial(register: number): number {
    switch (register) {
      case S_DATA: return DATA + PAGE / 2
      case S_CODE: return CODE + 0x400
      case S_END: return END
      case S_FIRST: return CODE
      default: return this.#random.below(3) === 0 ? this.#random.uint32() | 0 : this.#of(EDGES)
    }
  }

  #of<T>(choices: readonly T[]): T {
    return choices[this.#random.below(choices.length)]!
  }

  #any(): number {
    return this.#random.below(32)
  }

  #destination(): number {
    const register = this.#random.below(3) === 0 ? this.#of([0, 2, 5, 10]) : this.#any()
    return FIXED.includes(register) ? 0 : register
  }

  #put(instruction: Instruction, fields: Fields): void {
    this.#slots.push(() => encode(instruction, fields))
  }

  #set(register: number, value: number): void {
    const low = (value << 20) >> 20
    this.#put(named('lui'), { rd: register, imm: (value - low) & ~0xfff })
    this.#put(named('addi'), { rd: register, rs1: register, imm: low })
  }

  #statement(): void {
    const dice = this.#random.below(100)
    if (dice < 52) return this.#compute()
    if (dice < 58) return this.#put(this.#of(UPPER), { rd: this.#destination(), imm: this.#random.uint32() & ~0xfff })
    if (dice < 72) return this.#memory()
    if (dice < 84) return this.#branch()
    if (dice < 89) return this.#jump()
    if (dice < 94) return this.#jumpRegister()
    if (this.#judged) return this.#compute()
    if (dice < 96) return this.#call(this.#of([64, 64, 63, 214, 93, 1000]))
    if (dice < 99) return this.#modify()
    this.#slots.push(() => this.#random.below(2) === 0 ? encode(named('ebreak'), {}) : this.#random.uint32() & ~3)
  }

  #compute(): void {
    this.#plain.push(this.#slots.length)
    const instruction = this.#of(COMPUTE)
    const imm = instruction.format === 'shift' ? this.#random.below(32) : this.#random.below(4096) - 2048
    this.#put(instruction, { rd: this.#destination(), rs1: this.#any(), rs2: this.#any(), imm })
  }

  #memory(): void {
    const dice = this.#random.below(this.#judged ? 90 : 100)
    this.#plain.push(this.#slots.length)
    const fields = { rd: this.#destination(), rs1: S_DATA, rs2: this.#any(), imm: this.#random.below(PAGE / 2 - 8) - PAGE / 4 }
    if (dice < 45) return this.#put(this.#of(LOADS), fields)
    if (dice < 90) return this.#put(this.#of(STORES), fields)
    const edge = dice < 93 ? { rs1: S_END, imm: this.#random.below(12) - 8 } : dice < 96 ? { rs1: S_FIRST, imm: -this.#random.below(8) - 4 } : null
    if (edge) return this.#put(this.#of([...LOADS, ...STORES]), { ...fields, ...edge })
    this.#put(this.#of(LOADS), { ...fields, rs1: this.#any() })
  }

  /** Distance in bytes to another slot; now and then, where a fault may happen, not to the beginning of one. */
  #distance(at: number, total: number): number {
    const from = this.#judged || this.#random.below(4) > 0 ? at + 1 : 62
    let to = from + this.#random.below(Math.max(Math.min(total - from, 12), 1))
    if (this.#judged) while (this.#sealed.has(to)) to++
    if (this.#judged) to = Math.min(to, this.#last)
    return (to - at) * 4 + (!this.#judged && this.#random.below(40) === 0 ? 2 : 0)
  }

  #branch(): void {
    const instruction = this.#of(BRANCHES)
    const fields = { rs1: this.#any(), rs2: this.#any() }
    this.#slots.push((at, total) => encode(instruction, { ...fields, imm: this.#distance(at, total) }))
  }

  #jump(): void {
    const rd = this.#destination()
    this.#slots.push((at, total) => encode(named('jal'), { rd, imm: this.#distance(at, total) }))
  }

  /** Bit 0 of the sum is ignored. */
  #jumpRegister(): void {
    const base = this.#of([1, 5, 6, 10, 31])
    const rd = this.#destination()
    this.#put(named('auipc'), { rd: base, imm: 0 })
    // A call has nothing in between; translators may know that.
    const apart = this.#random.below(2)
    for (let i = 0; i <= apart; i++) this.#sealed.add(this.#slots.length + i)
    if (apart === 1) this.#put(named('addi'), { rd: 3, rs1: 3, imm: 1 })
    this.#slots.push((at, total) => encode(named('jalr'), { rd, rs1: base, imm: 4 + apart * 4 + this.#distance(at, total) + this.#random.below(2) }))
  }

  #call(number: number): void {
    this.#put(named('addi'), { rd: A7, rs1: 0, imm: number })
    if (this.#random.below(2) === 0) {
      this.#put(named('addi'), { rd: A0, rs1: 0, imm: this.#random.below(3) })
      this.#put(named('addi'), { rd: A1, rs1: S_DATA, imm: 0 })
      this.#put(named('addi'), { rd: A2, rs1: 0, imm: this.#random.below(40) })
    }
    this.#put(named('ecall'), {})
  }

  /** Copies a word of the program over another, and says so by `fence.i`. */
  #modify(): void {
    if (this.#plain.length < 2) return
    const place = (slot: number): number => slot * 4 - 0x400
    this.#put(named('lw'), { rd: 31, rs1: S_CODE, imm: place(this.#of(this.#plain)) })
    this.#put(named('sw'), { rs2: 31, rs1: S_CODE, imm: place(this.#of(this.#plain)) })
    this.#put(named('fence.i'), {})
  }

  #tell(): void {
    for (let register = 1; register < 32; register++) this.#put(named('sw'), { rs2: register, rs1: S_DATA, imm: register * 4 })
    this.#put(named('addi'), { rd: A7, rs1: 0, imm: 64 })
    this.#put(named('addi'), { rd: A0, rs1: 0, imm: 1 })
    this.#put(named('addi'), { rd: A1, rs1: S_DATA, imm: -1024 })
    this.#put(named('addi'), { rd: A2, rs1: 0, imm: 2047 })
    this.#put(named('ecall'), {})
    this.#put(named('addi'), { rd: A7, rs1: 0, imm: 93 })
    this.#put(named('addi'), { rd: A0, rs1: 0, imm: 0 })
    this.#put(named('ecall'), {})
  }
}
