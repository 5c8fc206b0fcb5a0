import { readSystem } from '../cpu/access.ts'
import { Cpu } from '../cpu/cpu.ts'
import { eflags, setArithmetic } from '../cpu/flags.ts'
import { step } from '../cpu/interpreter.ts'
import { CPL, CR0, CR2, CR3, CS, DS, EIP, ES, ESP, FLAGS, FS, GDT_BASE, GDT_LIMIT, GS, IDT_BASE, IDT_LIMIT, SS, TR } from '../cpu/layout.ts'
import { setNull, setSegment } from '../cpu/segments.ts'
import { gpa } from '../memory/addresses.ts'
import { PAGE_SIZE, PhysicalMemory } from '../memory/physical-memory.ts'
import type { Vector } from './vector.ts'

/** Linear addresses that the recorded instructions assume. */
export const CODE = 0x1000_0000
export const INSTRUCTION = CODE + 0x200
export const DATA = 0x2000_0000
/** Tables, inner stack and handlers of the rig, out of the reach of the recorded operands. */
const KERNEL = 0xa5a5_0000
const IDT = KERNEL + PAGE_SIZE
const STACK_TOP = KERNEL + 3 * PAGE_SIZE
const HANDLERS = KERNEL + 3 * PAGE_SIZE
const TSS = KERNEL + 0x100

/** Guest-physical pages: directory, three tables, code, four pages of data (the third never mapped), four of the rig. */
const DIRECTORY = 0x1000
const CODE_PAGE = 0x5000
const DATA_PAGES = 0x6000
const KERNEL_PAGES = 0x1_0000

const USER_CODE = 0x23
const USER_DATA = 0x2b
const KERNEL_CODE = 8
const KERNEL_DATA = 0x18
/** Second words of flat descriptors; the first is 0xFFFF. */
const CODE_0 = 0xcf_9a00
const DATA_0 = 0xcf_9200
const CODE_3 = 0xcf_fa00
const DATA_3 = 0xcf_f200
const GDT = [0, CODE_0, CODE_0, DATA_0, CODE_3, DATA_3, CODE_3]
const TSS_BUSY = 0x8b00

/** Enough for every repetition that fits the data; a jump to itself would go on for ever. */
const MOST_STEPS = 2_000_000

const WITH_ERROR = [8, 10, 11, 12, 13, 14]

/** State after a vector's instruction: as ring 3 left it, and what exception was taken. */
export interface Outcome {
  readonly registers: readonly number[]
  readonly eip: number
  readonly flags: number
  readonly segments: { readonly ds: number; readonly es: number; readonly fs: number }
  readonly exception: { readonly vector: number; readonly error: number; readonly cr2: number } | null
}

/** A whole protected-mode machine around one instruction: it runs in ring 3, and its exception arrives through a gate in ring 0. */
export class VectorRig {
  readonly #memory = new PhysicalMemory(32 * PAGE_SIZE)
  readonly #cpu = new Cpu(this.#memory)
  readonly #template = Uint8Array.from({ length: 4 * PAGE_SIZE }, (_, i) => (i * 167 + (i >> 8) * 13 + 5) & 255)
  /** The two writable pages, as they are and as a vector says they should be. */
  readonly data = this.#memory.bytes.subarray(DATA_PAGES, DATA_PAGES + 2 * PAGE_SIZE)

  constructor() {
    const write = (at: number, value: number): void => this.#memory.write(gpa(at), value, 4)
    const table = (index: number, linear: number, frames: readonly (readonly [number, number])[]): void => {
      const at = DIRECTORY + PAGE_SIZE * (index + 1)
      write(DIRECTORY + (linear >>> 22) * 4, at | 7)
      frames.forEach(([frame, rights], n) => write(at + (((linear >>> 12) & 0x3ff) + n) * 4, rights === 0 ? 0 : frame | rights))
    }
    table(0, CODE, [[CODE_PAGE, 5]])
    table(1, DATA, [[DATA_PAGES, 7], [DATA_PAGES + PAGE_SIZE, 7], [0, 0], [DATA_PAGES + 3 * PAGE_SIZE, 5]])
    table(2, KERNEL, [0, 1, 2, 3].map((n) => [KERNEL_PAGES + n * PAGE_SIZE, 3] as const))
    this.#memory.bytes.fill(0xcc, CODE_PAGE, CODE_PAGE + PAGE_SIZE)
    GDT.forEach((high, n) => {
      write(KERNEL_PAGES + n * 8, high === 0 ? 0 : 0xffff)
      write(KERNEL_PAGES + n * 8 + 4, high)
    })
    for (let vector = 0; vector < 256; vector++) {
      const at = KERNEL_PAGES + PAGE_SIZE + vector * 8
      const handler = HANDLERS + vector
      write(at, (KERNEL_CODE << 16) | (handler & 0xffff))
      write(at + 4, (handler & 0xffff_0000) | (vector === 3 || vector === 4 ? 0xee00 : 0x8e00))
    }
    write(KERNEL_PAGES + 0x104, STACK_TOP)
    write(KERNEL_PAGES + 0x108, KERNEL_DATA)
    write(KERNEL_PAGES + 0x164, -0x1_0000)
    const { s } = this.#cpu
    s[CR0] = 0x8001_0011
    s[CR3] = DIRECTORY
    s[GDT_BASE] = KERNEL
    s[GDT_LIMIT] = GDT.length * 8 - 1
    s[IDT_BASE] = IDT
    s[IDT_LIMIT] = 0x7ff
    this.#cpu.flushTlb()
    setSegment(this.#cpu, TR, 0x38, 0x67 | ((TSS & 0xffff) << 16), TSS_BUSY | ((TSS >>> 16) & 0xff) | (TSS & 0xff00_0000))
  }

  /** Puts the machine into the vector's state and runs its instruction. */
  execute(vector: Vector): Outcome {
    const c = this.#cpu
    this.#load(vector)
    const before = c.instructions
    const last = INSTRUCTION + vector.b.length / 2
    let end = step(c)
    // The recording went on to the breakpoint behind the instruction: over pauses of a long repetition and jumps into its own bytes.
    while (end === 'completed' && c.s[CPL] === 3 && c.s[EIP]! >= INSTRUCTION && c.s[EIP]! < last && c.instructions - before < MOST_STEPS) end = step(c)
    if (end === 'shutdown') throw new Error('the exception could not be delivered')
    return this.#outcome()
  }

  #load({ b, r, f, m }: Vector): void {
    const c = this.#cpu
    const { bytes } = this.#memory
    c.dropCode(CODE_PAGE / PAGE_SIZE)
    const at = CODE_PAGE + INSTRUCTION - CODE
    bytes.fill(0xcc, at, at + 32)
    for (let i = 0; i < b.length / 2; i++) bytes[at + i] = parseInt(b.slice(2 * i, 2 * i + 2), 16)
    bytes.set(this.#template, DATA_PAGES)
    for (const [offset, value] of m ?? []) bytes[DATA_PAGES + offset] = value
    r.forEach((value, n) => (c.s[n] = value))
    c.s[FLAGS] = f & ~0x8d7
    setArithmetic(c.s, f)
    c.s[EIP] = INSTRUCTION
    c.s[CR2] = 0
    setSegment(c, CS, USER_CODE, 0xffff, CODE_3 | 0x100)
    for (const segment of [DS, ES, SS]) setSegment(c, segment, USER_DATA, 0xffff, DATA_3 | 0x100)
    for (const segment of [FS, GS]) setNull(c, segment, 0)
    c.setCpl(3)
  }

  #outcome(): Outcome {
    const c = this.#cpu
    const { s } = c
    const segments = { ds: c.selectors[DS]!, es: c.selectors[ES]!, fs: c.selectors[FS]! }
    const registers = Array.from(s.subarray(0, 8), (value) => value >>> 0)
    if (s[CPL] === 3) return { registers, eip: s[EIP]! >>> 0, flags: eflags(s), segments, exception: null }
    const vector = s[EIP]! - (HANDLERS | 0)
    const withError = WITH_ERROR.includes(vector)
    let at = s[ESP]! | 0
    const pop = (): number => {
      const value = readSystem(c, at, 4)
      at += 4
      return value >>> 0
    }
    const error = withError ? pop() : 0
    const eip = pop()
    pop()
    const flags = pop()
    registers[ESP] = pop()
    return { registers, eip, flags, segments, exception: { vector, error, cr2: s[CR2]! >>> 0 } }
  }
}
