import { DeviceRanges } from '../devices/ranges.ts'
import { HEAD_BYTES, type MemoryWatcher, PAGE_SIZE, type PhysicalMemory } from '../memory/physical-memory.ts'
import { type CpuidRecord, DEFAULT_CPUID } from './cpuid.ts'
import { pricesOf } from './costs/account.ts'
import { COUNT_PLACES, FAULT_EVENT, GATE, INSTRUCTIONS_OF, INTERRUPT_EVENT, ITERATIONS_OF, KERNEL_SIDE, LINE_RAISED, PAGE_FAULT_EVENT, PLAIN, USER_SIDE } from './costs/counters.ts'
import { costTable } from './costs/presets.ts'
import { completeCounts, cyclesBeyond, type TimeCosts, timeCosts } from './costs/time.ts'
import { PAGE_FAULT } from './fault.ts'
import { eflags, setArithmetic } from './flags.ts'
import {
  ATTENTION, BASES, CHECKS, COUNTS, CPL, CR0, CS, DONE, DS, EDX, EIP, ES, FIRST_RECORD, FLAGS, GDT_LIMIT, IDT_LIMIT, INTR, ITERATIONS, JUMPS, JUMPS_OF_CLASS, LIMITS, NO_LINK, RECORD_WORDS, RECORDS_END,
  RIGHTS, SELECTORS, SS, START, STATE_WORDS, ZERO,
} from './layout.ts'
import type { Cause, CpuObserver } from './observer.ts'
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
const DEFAULT_PRICES = pricesOf(costTable())

/** A processor between two instructions; what is only remembered for speed is not part of it. */
export interface CpuSnapshot {
  readonly state: Int32Array
  readonly instructions: number
  readonly iterations: number
  readonly deliveries: number
  readonly extraTime: number
  readonly counts: Float64Array
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
  /** Instructions completed since reset; repeated string iterations apart. */
  instructions = 0
  iterations = 0
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
  /** What costs time was counted here, see costs/counters.ts; and on which side instructions count: those of programs or of the kernel. */
  readonly counts: Float64Array
  side: number = KERNEL_SIDE
  /** Cycles of the time stamp counter that nothing counted stands for: halts, and what it was set to. */
  extraTime = 0
  /** The processor on which a monitor executes what this one is believed to: its events take time, too. */
  elsewhere: Cpu | null = null
  #costs = timeCosts(DEFAULT_PRICES)
  #kernelInRing3 = false
  /** Instructions and iterations at the last change of sides. */
  #sideSince = 0
  #iterationsSince = 0

  /**
   * @param head where registers, translations and decoded instructions lie, `HEAD_BYTES`; if not said, in front of the memory, as the loop of slice.ts needs it.
   * A processor with a head elsewhere runs by the plain interpreter only (`interpret`).
   */
  constructor(memory: PhysicalMemory, head: ArrayBufferLike = memory.host.buffer) {
    this.memory = memory
    this.#codePages = Array.from({ length: memory.size / PAGE_SIZE }, () => undefined)
    const buffer = head
    this.s = new Int32Array(buffer, 0, STATE_WORDS)
    this.counts = new Float64Array(buffer, COUNTS * 4, COUNT_PLACES)
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
    this.instructions = this.iterations = this.deliveries = this.extraTime = 0
    this.counts.fill(0)
    this.#sideSince = this.#iterationsSince = 0
    this.setCpl(0)
    this.flushTlb()
    this.dropAllCode()
  }

  /** Steps so far: instructions and deliveries. Exact also while an instruction's handler runs, which is then not yet counted. */
  get moment(): number {
    return this.instructions + this.deliveries + this.s[DONE]!
  }

  /** What RDTSC reads. Exact also while an instruction's handler runs, which is then not yet counted. */
  get timestamp(): number {
    return Math.floor(this.ownTime + (this.elsewhere ? cyclesBeyond(this.elsewhere.counts, this.#costs) : 0))
  }

  set timestamp(value: number) {
    this.extraTime += value - this.timestamp
  }

  /** The same without what was counted elsewhere. */
  get ownTime(): number {
    return this.extraTime + this.plainTime + cyclesBeyond(this.counts, this.#costs)
  }

  /** Cycles of all instructions, if they were plain ones. */
  get plainTime(): number {
    const { plain, iteration } = this.#costs
    return (this.instructions + this.s[DONE]!) * plain + (this.iterations + this.s[ITERATIONS]!) * iteration
  }

  /** What things take for the time stamp counter. */
  get costs(): TimeCosts {
    return this.#costs
  }

  set costs(costs: TimeCosts) {
    this.#costs = costs
  }

  /** All that was counted so far, between two instructions. */
  get counted(): Float64Array {
    this.#settle()
    const { counts } = this
    return completeCounts(counts, [counts[INSTRUCTIONS_OF]!, counts[INSTRUCTIONS_OF + 1]!], [counts[ITERATIONS_OF]!, counts[ITERATIONS_OF + 1]!])
  }

  /** Whose ring 3 is from now on: the programs', or a kernel's that is run there. */
  set kernelInRing3(value: boolean) {
    this.#kernelInRing3 = value
    this.#setSide(this.s[CPL]!)
  }

  countDelivery(cause: Cause, vector: number): void {
    this.counts[cause === 'software' ? GATE : cause === 'interrupt' ? INTERRUPT_EVENT : FAULT_EVENT]! += 1
    if (cause === 'fault' && vector === PAGE_FAULT) this.counts[PAGE_FAULT_EVENT]! += 1
  }

  /** An instruction that changes the ring counts for the one that it leads to. */
  #setSide(cpl: number): void {
    const side = cpl === 3 && !this.#kernelInRing3 ? USER_SIDE : KERNEL_SIDE
    if (side === this.side) return
    this.#settle()
    this.side = side
  }

  /** Counts what the present side has done since the last change. */
  #settle(): void {
    const { counts, s } = this
    const instructions = this.instructions + s[DONE]!
    const iterations = this.iterations + s[ITERATIONS]!
    const n = this.side === USER_SIDE ? 0 : 1
    counts[INSTRUCTIONS_OF + n]! += instructions - this.#sideSince
    counts[ITERATIONS_OF + n]! += iterations - this.#iterationsSince
    this.#sideSince = instructions
    this.#iterationsSince = iterations
  }

  /** Makes the present `run` come back at a moment, at the earliest after the present instruction. */
  stopBy(moment: number): void {
    this.stopAt = Math.min(this.stopAt, Math.max(moment, this.moment))
    this.s[ATTENTION] = 1
  }

  setCpl(cpl: number): void {
    this.s[CPL] = cpl
    this.#setSide(cpl)
    this.readTlb = cpl === 3 ? this.tlb.userRead : this.tlb.supervisorRead
    this.writeTlb = cpl === 3 ? this.tlb.userWrite : this.tlb.supervisorWrite
  }

  /** The interrupt controller's line. */
  setInterrupt(level: boolean): void {
    if (level && this.s[INTR] === 0) this.counts[LINE_RAISED]! += 1
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
    const { instructions, iterations, deliveries, extraTime } = this
    this.#settle()
    // What falls to plain instructions here depends on who executed them.
    this.counts[USER_SIDE + PLAIN] = this.counts[KERNEL_SIDE + PLAIN] = 0
    const state = this.s.slice()
    // One form for what can be told in several, or not at all.
    setArithmetic(state, eflags(state))
    state[START] = state[EIP]!
    state[ATTENTION] = 1
    return { state, instructions, iterations, deliveries, extraTime, counts: this.counts.slice(), tlb: this.tlb.save() }
  }

  /** Back to a snapshot, after RAM has been restored (`PhysicalMemory.copyIn`): what follows is the same to the last count. */
  load({ state, instructions, iterations, deliveries, extraTime, counts, tlb }: CpuSnapshot): void {
    this.s.set(state)
    Object.assign(this, { instructions, iterations, deliveries, extraTime })
    this.counts.set(counts)
    this.#sideSince = instructions
    this.#iterationsSince = iterations
    this.side = state[CPL] === 3 && !this.#kernelInRing3 ? USER_SIDE : KERNEL_SIDE
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
