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
export const STACK_TOP = KERNEL + 3 * PAGE_SIZE
const HANDLERS = KERNEL + 3 * PAGE_SIZE
const TSS = KERNEL + 0x100

/** Offsets of pages: three tables, code, four pages of data (the third never mapped), four of the rig. */
const CODE_PAGE = 0x3000
const DATA_PAGES = 0x4000
const KERNEL_PAGES = 0xe000
const BARE_DIRECTORY = 0x1000

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

/** Bytes of an instruction. */
const LONGEST = 16
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

/** What executes the instructions. */
export interface VectorHost {
  /** The processor that the program in ring 3 believes in. */
  readonly cpu: Cpu
  /** Guest-physical address of the page directory, and of 18 pages that are the rig's. */
  readonly directory: number
  readonly pages: number
  /** Its kernel has set up descriptors, gates that lead to `handlerOf`, and a stack that ends at `STACK_TOP`; false: the rig does that, for a kernel in ring 0. */
  readonly hasKernel: boolean
  /** Before each instruction: whatever ran before is over. */
  begin(): void
  /** An instruction, or the delivery of its fault. */
  step(): 'completed' | 'fault' | 'shutdown'
}

/** Where the exception of a vector arrives. */
export const handlerOf = (vector: number): number => HANDLERS + vector

function bareHost(): VectorHost {
  const cpu = new Cpu(new PhysicalMemory(32 * PAGE_SIZE))
  return { cpu, directory: BARE_DIRECTORY, pages: BARE_DIRECTORY + PAGE_SIZE, hasKernel: false, begin: () => undefined, step: () => step(cpu) }
}

/** A whole protected-mode machine around one instruction: it runs in ring 3, and its exception arrives through a gate in the kernel's ring. */
export class VectorRig {
  readonly #host: VectorHost
  readonly #memory: PhysicalMemory
  readonly #cpu: Cpu
  readonly #pages: number
  readonly #template = Uint8Array.from({ length: 4 * PAGE_SIZE }, (_, i) => (i * 167 + (i >> 8) * 13 + 5) & 255)
  /** The two writable pages, as they are and as a vector says they should be. */
  readonly data: Uint8Array

  /** @param host bare metal, if not said. */
  constructor(host = bareHost()) {
    this.#host = host
    this.#cpu = host.cpu
    this.#memory = host.cpu.memory
    this.#pages = host.pages
    this.data = this.#memory.bytes.subarray(this.#pages + DATA_PAGES, this.#pages + DATA_PAGES + 2 * PAGE_SIZE)
    this.#map()
    if (!host.hasKernel) this.#setUp()
    this.#cpu.flushTlb()
  }

  #map(): void {
    const pages = this.#pages
    const { directory } = this.#host
    const write = (at: number, value: number): void => this.#memory.write(gpa(at), value, 4)
    const table = (index: number, linear: number, frames: readonly (readonly [number, number])[]): void => {
      const at = pages + PAGE_SIZE * index
      write(directory + (linear >>> 22) * 4, at | 7)
      frames.forEach(([frame, rights], n) => write(at + (((linear >>> 12) & 0x3ff) + n) * 4, rights === 0 ? 0 : frame | rights))
    }
    const data = pages + DATA_PAGES
    table(0, CODE, [[pages + CODE_PAGE, 5]])
    table(1, DATA, [[data, 7], [data + PAGE_SIZE, 7], [0, 0], [data + 3 * PAGE_SIZE, 5]])
    table(2, KERNEL, [0, 1, 2, 3].map((n) => [pages + KERNEL_PAGES + n * PAGE_SIZE, 3] as const))
    this.#memory.bytes.fill(0xcc, pages + CODE_PAGE, pages + CODE_PAGE + PAGE_SIZE)
  }

  /** What a kernel in ring 0 needs: descriptors, gates, a stack to arrive on, control registers. */
  #setUp(): void {
    const kernel = this.#pages + KERNEL_PAGES
    const write = (at: number, value: number): void => this.#memory.write(gpa(at), value, 4)
    GDT.forEach((high, n) => {
      write(kernel + n * 8, high === 0 ? 0 : 0xffff)
      write(kernel + n * 8 + 4, high)
    })
    for (let vector = 0; vector < 256; vector++) {
      const at = kernel + PAGE_SIZE + vector * 8
      const handler = handlerOf(vector)
      write(at, (KERNEL_CODE << 16) | (handler & 0xffff))
      write(at + 4, (handler & 0xffff_0000) | (vector === 3 || vector === 4 ? 0xee00 : 0x8e00))
    }
    write(kernel + 0x104, STACK_TOP)
    write(kernel + 0x108, KERNEL_DATA)
    write(kernel + 0x164, -0x1_0000)
    const { s } = this.#cpu
    s[CR0] = 0x8001_0011
    s[CR3] = this.#host.directory
    s[GDT_BASE] = KERNEL
    s[GDT_LIMIT] = GDT.length * 8 - 1
    s[IDT_BASE] = IDT
    s[IDT_LIMIT] = 0x7ff
    setSegment(this.#cpu, TR, 0x38, 0x67 | ((TSS & 0xffff) << 16), TSS_BUSY | ((TSS >>> 16) & 0xff) | (TSS & 0xff00_0000))
  }

  /** Puts the machine into the vector's state and runs its instruction. */
  execute(vector: Vector): Outcome {
    const c = this.#cpu
    this.#load(vector)
    const before = c.instructions
    const last = INSTRUCTION + vector.b.length / 2
    let end = this.#host.step()
    // The recording went on to the breakpoint behind the instruction: over pauses of a long repetition and jumps into its own bytes.
    while (end === 'completed' && c.s[CPL] === 3 && c.s[EIP]! >= INSTRUCTION && c.s[EIP]! < last && c.instructions - before < MOST_STEPS) end = this.#host.step()
    if (end === 'shutdown') throw new Error('the exception could not be delivered')
    return this.#outcome()
  }

  #load({ b, r, f, m }: Vector): void {
    const c = this.#cpu
    this.#host.begin()
    const code = new Uint8Array(b.length / 2 + LONGEST).fill(0xcc)
    for (let i = 0; i < b.length / 2; i++) code[i] = parseInt(b.slice(2 * i, 2 * i + 2), 16)
    this.#memory.copyIn(gpa(this.#pages + CODE_PAGE + INSTRUCTION - CODE), code)
    this.data.set(this.#template.subarray(0, this.data.length))
    this.#memory.bytes.set(this.#template.subarray(3 * PAGE_SIZE), this.#pages + DATA_PAGES + 3 * PAGE_SIZE)
    for (const [offset, value] of m ?? []) this.#memory.bytes[this.#pages + DATA_PAGES + offset] = value
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
