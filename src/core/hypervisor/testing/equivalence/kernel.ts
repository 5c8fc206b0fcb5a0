import type { Random } from '../../../simulation/random.ts'
import { CODE, type Piece, type Pieces, type Prelude } from './pieces.ts'

export interface RandomKernel {
  /** From CODE on. */
  readonly code: Uint8Array
  readonly entry: number
  /** Which pieces it has, in order, to be read by a person. */
  readonly parts: readonly string[]
  /** Its programs look at what a monitor cannot hide from code that runs directly. */
  readonly leaks: boolean
}

export interface KernelOptions {
  readonly statements: number
  /** Programs in ring 3 may look. */
  readonly leaks: boolean
  /** False: whatever is sensitive traps outside ring 0, and programs run with interrupts off, because the way to them leaves IF as it is there. */
  readonly sensitive?: boolean
  /** False: it has none. */
  readonly programs?: boolean
}

/** Room for the longest program in every statement. */
const MOST_BYTES = 0x1_0000
const REGISTERS = [0, 1, 2, 3, 6, 7]
/** Instructions of one byte that may take each other's place. */
const SHORT = [0x40, 0x43, 0x4a, 0x4e, 0x90, 0x99, 0x98, 0x9f, 0xf5, 0xf8, 0xf9, 0xfc, 0x27, 0xfa, 0xfb, 0x9c]
const PUSHF = 1
const INTERRUPTS_OFF = 0x02
const USER_FLAGS = [0x202, 0x202, 0x3202, 0x02]

/**
 * A kernel of statements; whatever one raises, the prelude's handlers go on with its successor. Statements act in ring 0, change the kernel's own code, or run a program
 * in ring 3. Once or more from beginning to end, so that changed code runs again; the timer interrupts at a rate of its own.
 */
export function randomKernel(random: Random, pieces: Pieces, prelude: Prelude, { statements, leaks, sensitive = true, programs = true }: KernelOptions): RandomKernel {
  return new Writer(random, pieces, prelude, leaks, sensitive).write(statements, programs)
}

class Writer {
  readonly #random: Random
  readonly #pieces: Pieces
  readonly #leaks: boolean
  readonly #sensitive: boolean
  readonly #resume: number
  readonly #stack: number
  /** From CODE on; what is written so far ends at `#length`. */
  readonly #bytes = new Uint8Array(MOST_BYTES)
  #length: number
  readonly #parts: string[] = []
  /** Addresses of short instructions and of immediates. */
  readonly #short: number[] = []
  readonly #immediates: number[] = []
  /** Self-modification: where an address has to be filled in. */
  readonly #open: { readonly at: number; readonly short: boolean }[] = []
  readonly #origin: number
  #leaked = false

  constructor(random: Random, pieces: Pieces, { symbols }: Prelude, leaks: boolean, sensitive: boolean) {
    this.#random = random
    this.#pieces = pieces
    this.#leaks = leaks
    this.#sensitive = sensitive
    this.#resume = symbols.get('resume')!
    this.#stack = symbols.get('stack')!
    this.#origin = CODE + random.below(0x1000)
    this.#length = this.#origin - CODE
  }

  write(statements: number, programs: boolean): RandomKernel {
    const random = this.#random
    const rounds = this.#origin - 4
    this.#timer(16 + random.below(200))
    // mov dword [rounds], n
    this.#put([0xc7, 0x05]).#word(rounds).#word(1 + random.below(3))
    const again = this.#here
    for (const register of REGISTERS) this.#put([0xb8 + register]).#word(random.uint32())
    // mov esp; xor ebp, ebp
    this.#put([0xbc]).#word(0x19_0000).#put([0x31, 0xed])
    for (let n = 0; n < statements; n++) this.#statement(programs)
    // dec dword [rounds]; jnz again; mov al, 0; out 0xf4, al; hlt
    this.#put([0xff, 0x0d]).#word(rounds).#put([0x0f, 0x85]).#word(again - this.#here - 4).#put([0xb0, 0, 0xe6, 0xf4, 0xf4])
    for (const { at, short } of this.#open) this.#fill(at, short)
    return { code: this.#bytes.subarray(0, this.#length), entry: this.#origin, parts: this.#parts, leaks: this.#leaked }
  }

  get #here(): number {
    return CODE + this.#length
  }

  #put(bytes: ArrayLike<number>): this {
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
    return this
  }

  #word(value: number): this {
    this.#set(this.#length, value)
    this.#length += 4
    return this
  }

  /** Fills a word in that was left open. */
  #set(at: number, value: number): void {
    for (let i = 0; i < 4; i++) this.#bytes[at + i] = (value >>> (8 * i)) & 0xff
  }

  /** The PIT's channel 0, mode 2. */
  #timer(count: number): void {
    this.#put([0xb0, 0x34, 0xe6, 0x43, 0xb0, count & 0xff, 0xe6, 0x40, 0xb0, count >>> 8, 0xe6, 0x40])
  }

  #statement(programs: boolean): void {
    const random = this.#random
    // mov dword [resume], next; mov [stack], esp
    this.#put([0xc7, 0x05]).#word(this.#resume)
    const next = this.#length
    this.#word(0).#put([0x89, 0x25]).#word(this.#stack)
    const kind = random.below(programs ? 12 : 9)
    if (kind < 7) this.#piece(this.#pieces.kernel)
    else if (kind < 9) this.#changing()
    else this.#program(1 + random.below(kind === 11 ? 8 : 2))
    this.#set(next, this.#here)
  }

  #piece(from: readonly Piece[]): void {
    const isUser = from === this.#pieces.user
    let piece: Piece
    do piece = from[this.#random.below(from.length)]!
    while ((isUser && piece.leaks && !this.#leaks) || (piece.sensitive && !this.#sensitive))
    this.#leaked ||= isUser && piece.leaks
    this.#parts.push(piece.text)
    this.#put(piece.code)
  }

  /** Code that is changed, or changes code; a short loop, so that it meets the change. */
  #changing(): void {
    const random = this.#random
    const loops = random.below(3) === 0
    if (loops) this.#put([0xb9]).#word(1 + random.below(12))
    const again = this.#here
    for (let n = 1 + random.below(4); n > 0; n--) this.#patchable()
    const short = random.below(2) === 0
    // mov byte [place], imm8; or xor, add.
    const [opcode, modrm] = short ? [0xc6, 0x05] : ([[0xc6, 0x05], [0x80, 0x35], [0x80, 0x05]] as const)[random.below(3)]!
    this.#put([opcode, modrm])
    this.#open.push({ at: this.#length, short })
    this.#word(0).#put([short ? this.#oneShort() : random.below(256)])
    for (let n = random.below(4); n > 0; n--) this.#patchable()
    // dec ecx; jnz again
    if (loops) this.#put([0x49, 0x0f, 0x85]).#word(again - this.#here - 4)
    this.#parts.push(`        changes its code${loops ? ', in a loop' : ''}`)
  }

  #patchable(): void {
    const random = this.#random
    if (random.below(2) === 0) {
      this.#short.push(this.#here)
      this.#put([this.#oneShort()])
    } else {
      this.#put([0xb8 + [0, 2, 3, 6, 7][random.below(5)]!])
      this.#immediates.push(this.#here + random.below(4))
      this.#word(random.uint32())
    }
  }

  #oneShort(): number {
    return SHORT[this.#random.below(SHORT.length - (this.#sensitive ? 0 : PUSHF))]!
  }

  #fill(at: number, short: boolean): void {
    const sites = short ? this.#short : this.#immediates
    this.#set(at, sites.length > 0 ? sites[this.#random.below(sites.length)]! : 0x18_0000)
  }

  /** In ring 3; each piece again with a stack and data of its own, should the one before have come to a fault. */
  #program(length: number): void {
    const random = this.#random
    const flags = this.#sensitive ? USER_FLAGS[random.below(USER_FLAGS.length)]! : INTERRUPTS_OFF
    this.#parts.push(`        a program, flags 0x${flags.toString(16)}`)
    this.#enterRing3(flags)
    for (let n = 0; n < length; n++) {
      // push 0x23; pop ds; push 0x23; pop es; mov dword [resume], …
      this.#put([0x6a, 0x23, 0x1f, 0x6a, 0x23, 0x07, 0xc7, 0x05]).#word(this.#resume)
      const place = this.#length
      this.#word(0).#piece(this.#pieces.user)
      if (n === length - 1) this.#put([0xcd, 0x81])
      // jmp over the way back
      else this.#put([0xeb, 0])
      const behind = this.#length
      this.#set(place, this.#here)
      if (n === length - 1) return
      this.#enterRing3(flags)
      this.#bytes[behind - 1] = this.#length - behind
    }
  }

  /** push 0x23, the stack, flags, 0x1b, and the address behind; iret. */
  #enterRing3(flags: number): void {
    if (flags === INTERRUPTS_OFF) this.#put([0xfa])
    this.#put([0x6a, 0x23, 0x68]).#word(0x18_7000).#put([0x68]).#word(flags).#put([0x6a, 0x1b, 0x68]).#word(this.#here + 5).#put([0xcf])
  }
}
