import { DeviceRanges } from '../devices/ranges.ts'
import { HEAD_BYTES, type MemoryWatcher, PAGE_SIZE, type PhysicalMemory } from '../memory/physical-memory.ts'
import { type CpuidRecord, DEFAULT_CPUID } from './cpuid.ts'
import { eflags, setArithmetic } from './flags.ts'
import {
  ATTENTION, BASES, CHECKS, CPL, CR0, CS, DONE, DS, EDX, EIP, ES, EVENT_CYCLES, FIRST_RECORD, FLAGS, GDT_LIMIT, IDT_LIMIT, INTR, ITERATIONS, JUMPS, JUMPS_OF_CLASS, LIMITS, NO_LINK, RECORD_WORDS, RECORDS_END,
  RIGHTS, SELECTORS, SPENT, SS, START, STATE_WORDS, ZERO,
} from './layout.ts'
import type { CpuObserver } from './observer.ts'
import type { RegisterRing } from './register-ring.ts'
import { Tlb, type TlbSnapshot } from './tlb.ts'

/** Access byte and flags of a flat segment as they stand in a descriptor's second word: present, DPL 0, accessed, 4 GiB. */
const FLAT_CODE = 0xc0_9b00
/** D of code, B of a stack: 32 bits. */
const BIG = 0x40_0000
const FLAT_DATA = 0xc0_9300
/** Present, data that may be written and does not expand down. */
const PLAIN_BITS = 0x9e00
const PLAIN_DATA = 0x9200

/** A processor between two instructions; what is only remembered for speed is not part of it. */
export interface CpuSnapshot {
  readonly state: Int32Array
  readonly instructions: number
  readonly iterations: number
  readonly cycles: number
  readonly deliveries: number
  readonly tlb: TlbSnapshot
}

/** Decoded instructions of one page of RAM. */
interface CodePage {
  /** Record of the instruction that begins at each offset, 0: none. */
  readonly records: Int32Array
  /** 1 where a byte belongs to a decoded instruction: only a write to such a byte matters. */
  readonly decoded: Uint8Array
}

/** One processor: its state block, its translations and its decoded instructions. What it does with them is in the files beside this one. */
export class Cpu implements MemoryWatcher {
  /** The state block, see layout.ts; `r16` and `r8` show its first words (registers) in pieces. */
  readonly s: Int32Array
  readonly r16: Uint16Array
  readonly r8: Uint8Array
  readonly selectors: Int32Array
  readonly bases: Int32Array
  readonly limits: Int32Array
  readonly rights: Int32Array
  /** Per segment: bit 0, a read needs a check; bit 1, a write does. 0 for flat, writable segments. */
  readonly checks: Int32Array
  readonly memory: PhysicalMemory
  readonly ports = new DeviceRanges()
  readonly tlb: Tlb
  /** The tables of the present ring. */
  readTlb: Int32Array
  writeTlb: Int32Array
  /** Two words of the descriptor that was read last. */
  descriptorLow = 0
  descriptorHigh = 0
  /** The head of the memory: state block, jumps, records (layout.ts). */
  readonly records: Int32Array
  /** Free place for the next record. */
  freeRecord = FIRST_RECORD
  /**
   * CS, DS, ES and SS begin at 0, are writable where they should be, 32 bits wide, and end at the `fence`: what the interpreter's own forms ask for.
   * A monitor fences its own addresses off by segments that end in front of them; then no access to a page behind the fence goes straight to RAM.
   */
  flat = false
  /** Last address of the flat segments, unsigned: the end of a page. */
  fence = 0xffff_ffff
  #jumpsKept = false
  /** Instructions completed and cycles spent since reset; repeated string iterations apart. */
  instructions = 0
  iterations = 0
  cycles = 0
  /** Faults and device interrupts that were delivered: each takes a step of its own between two instructions. */
  deliveries = 0
  /** The `moment` at which `run` comes back; a device that needs an earlier one lowers it by `stopBy`. */
  stopAt = 0
  /** The interrupt controller's answer to INTA: the vector. Set by the board. */
  acknowledge: () => number = () => 0xff
  observer: CpuObserver | null = null
  /** Gets the registers before each instruction. */
  ring: RegisterRing | null = null
  cpuid: CpuidRecord = DEFAULT_CPUID
  /** `outside`: the host of this processor's guests is not a program in its memory; a VM exit ends `run`. */
  readonly vmx = { outside: false }
  /** False: the present instruction suppresses the single-step trap behind it (`int n`, `mov ss`). */
  traps = true
  #wide = true
  /** A place for every page of RAM: a look beyond the end would cost compiled code its form. */
  readonly #codePages: (CodePage | undefined)[]

  /**
   * @param head where registers, translations and decoded instructions lie, `HEAD_BYTES`; if not said, in front of the memory, as the loop of slice.ts needs it.
   * A processor with a head elsewhere runs by the plain interpreter only (`interpret`).
   */
  constructor(memory: PhysicalMemory, head: ArrayBufferLike = memory.host.buffer) {
    this.memory = memory
    this.#codePages = Array.from({ length: memory.size / PAGE_SIZE }, () => undefined)
    const buffer = head
    this.s = new Int32Array(buffer, 0, STATE_WORDS)
    this.records = new Int32Array(buffer, 0, RECORDS_END)
    this.tlb = new Tlb(buffer, () => this.forgetJumps())
    this.r16 = new Uint16Array(buffer, 0, 16)
    this.r8 = new Uint8Array(buffer, 0, 32)
    const block = (at: number): Int32Array => new Int32Array(buffer, at * 4, 8)
    this.selectors = block(SELECTORS)
    this.bases = block(BASES)
    this.limits = block(LIMITS)
    this.rights = block(RIGHTS)
    this.checks = block(CHECKS)
    this.readTlb = this.tlb.supervisorRead
    this.writeTlb = this.tlb.supervisorWrite
    memory.watch(this)
    this.reset()
  }

  /** As after power-on, but already in protected mode with flat segments: a multiboot loader's hand-over. */
  reset(): void {
    this.s.fill(0)
    this.s[FLAGS] = 0
    this.s[ZERO] = 1
    this.s[NO_LINK] = -1
    this.s[CR0] = 0x11
    this.s[EDX] = 0x600
    this.s[EIP] = 0xfff0
    this.s[GDT_LIMIT] = this.s[IDT_LIMIT] = 0xffff
    for (let segment = 0; segment < 6; segment++) {
      this.limits[segment] = -1
      this.rights[segment] = segment === CS ? FLAT_CODE : FLAT_DATA
      this.checks[segment] = segment === CS ? 2 : 0
    }
    this.noteFlatness()
    this.instructions = this.iterations = this.cycles = this.deliveries = 0
    this.setCpl(0)
    this.flushTlb()
    this.dropAllCode()
  }

  /** Steps so far: instructions and deliveries. Exact also while an instruction's handler runs, which is then not yet counted. */
  get moment(): number {
    return this.instructions + this.deliveries + this.s[DONE]!
  }

  /** What RDTSC reads. */
  get timestamp(): number {
    return this.cycles + this.s[SPENT]! + this.s[EVENT_CYCLES]! + this.s[ITERATIONS]!
  }

  /** Makes the present `run` come back at a moment, at the earliest after the present instruction. */
  stopBy(moment: number): void {
    this.stopAt = Math.min(this.stopAt, Math.max(moment, this.moment))
    this.s[ATTENTION] = 1
  }

  setCpl(cpl: number): void {
    this.s[CPL] = cpl
    this.readTlb = cpl === 3 ? this.tlb.userRead : this.tlb.supervisorRead
    this.writeTlb = cpl === 3 ? this.tlb.userWrite : this.tlb.supervisorWrite
  }

  /** The interrupt controller's line. */
  setInterrupt(level: boolean): void {
    this.s[INTR] = level ? 1 : 0
    this.s[ATTENTION] = 1
  }

  flushTlb(): void {
    this.tlb.flush()
  }

  /** Record of the instruction at a guest-physical address in RAM; 0: not decoded. */
  recordAt(physical: number): number {
    return this.#codePages[physical >>> 12]?.records[physical & 0xfff] ?? 0
  }

  /** Keeps the record that was just made at `freeRecord`, of `length` bytes. From now on writes to its bytes are noticed. */
  keepRecord(physical: number, length: number): void {
    const page = physical >>> 12
    let code = this.#codePages[page]
    if (!code) {
      code = this.#codePages[page] = { records: new Int32Array(4096), decoded: new Uint8Array(4096) }
      this.memory.markCode(page, true)
    }
    const offset = physical & 0xfff
    code.records[offset] = this.freeRecord
    code.decoded.fill(1, offset, offset + length)
    this.freeRecord += RECORD_WORDS
  }

  /** Makes room for one more record. Never while one is being executed. */
  reserveRecord(): void {
    if (this.freeRecord + RECORD_WORDS > this.records.length) this.dropAllCode()
  }

  /** After a segment register changed. */
  noteFlatness(): void {
    const { bases, limits, checks, rights } = this
    const wide = (rights[CS]! & BIG) !== 0
    // Records say nothing about the width for which they were decoded.
    if (wide !== this.#wide) this.dropAllCode()
    this.#wide = wide
    const data = (checks[DS]! | checks[ES]! | checks[SS]! | bases[DS]! | bases[ES]! | bases[SS]!) === 0 && (rights[SS]! & BIG) !== 0
    const flat = bases[CS] === 0 && (rights[CS]! & BIG) !== 0 && (data ? limits[CS] === -1 : this.#isFenced())
    if (flat && limits[DS]! >>> 0 !== this.fence) {
      this.fence = limits[DS]! >>> 0
      this.flushTlb()
    }
    if (flat === this.flat) return
    this.flat = flat
    this.s[ATTENTION] = 1
  }

  /** Data segments of rings 1 to 3 that end alike in front of a page, and nowhere else differ from flat ones. */
  #isFenced(): boolean {
    const { bases, limits, rights, s } = this
    const limit = limits[DS]!
    const alike = limits[ES] === limit && limits[SS] === limit && (limits[CS] === limit || limits[CS] === -1)
    const writable = [DS, ES, SS].every((segment) => (rights[segment]! & PLAIN_BITS) === PLAIN_DATA)
    return s[CPL] !== 0 && alike && writable && (limit & 0xfff) === 0xfff && (bases[DS]! | bases[ES]! | bases[SS]!) === 0 && (rights[SS]! & BIG) !== 0
  }

  /** Where in `records` the jumps of the present ring are kept that lead to `eip`: its EIP, and behind it the record. */
  jumpAt(eip: number): number {
    return JUMPS + (this.s[CPL] === 3 ? JUMPS_OF_CLASS : 0) + ((eip ^ (eip >>> 9)) & (JUMPS_OF_CLASS / 2 - 1)) * 2
  }

  keepJump(eip: number, record: number): void {
    const at = this.jumpAt(eip)
    this.records[at] = eip
    this.records[at + 1] = record
    this.#jumpsKept = true
  }

  /** Translations or decoded instructions changed. */
  forgetJumps(): void {
    if (this.#jumpsKept) this.records.fill(0, JUMPS, JUMPS + 2 * JUMPS_OF_CLASS)
    this.#jumpsKept = false
    this.s[ATTENTION] = 1
  }

  codeWritten(page: number, offset: number, size: number): void {
    const decoded = this.#codePages[page]?.decoded
    for (let i = offset; i < offset + size; i++) if (decoded?.[i] === 1) return this.dropCode(page)
  }

  codeAppeared(page: number): void {
    this.tlb.watchWrites((page << 12) + HEAD_BYTES)
  }

  holdsCode(page: number): boolean {
    return this.#codePages[page] !== undefined
  }

  cleaned(): void {
    this.tlb.watchWrites(null)
  }

  /** Between two instructions. RAM is the board's to save. */
  save(): CpuSnapshot {
    const { instructions, iterations, cycles, deliveries } = this
    const state = this.s.slice()
    // One form for what can be told in several, or not at all.
    setArithmetic(state, eflags(state))
    state[START] = state[EIP]!
    state[ATTENTION] = 1
    return { state, instructions, iterations, cycles, deliveries, tlb: this.tlb.save() }
  }

  /** Back to a snapshot, after RAM has been restored (`PhysicalMemory.copyIn`): what follows is the same to the last count. */
  load({ state, instructions, iterations, cycles, deliveries, tlb }: CpuSnapshot): void {
    this.s.set(state)
    Object.assign(this, { instructions, iterations, cycles, deliveries })
    this.dropAllCode()
    // Before the translations, which another fence would flush.
    this.noteFlatness()
    this.tlb.load(tlb)
    this.setCpl(state[CPL]!)
  }

  dropCode(page: number): void {
    this.#codePages[page] = undefined
    this.memory.markCode(page, false)
    this.forgetJumps()
  }

  dropAllCode(): void {
    this.#codePages.forEach((map, page) => map && this.dropCode(page))
    this.freeRecord = FIRST_RECORD
    this.forgetJumps()
  }
}
