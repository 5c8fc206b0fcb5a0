import type { Cpu } from '../../machine/cpu/cpu.ts'
import { AC, ADDEND, ATTENTION, CPL, CS, DF, EIP, ESP, FLAGS, ID, IF, IOPL_SHIFT, LDTR, NT, SELECTORS, SHADOW, SS, START, TF } from '../../machine/cpu/layout.ts'
import { dplOf, findDescriptor, PRESENT, RIGHTS, baseOf, limitOf, setHidden, setParts } from '../../machine/cpu/segments.ts'
import { LDT_OFFSET, MONITOR_LINEAR, SHADOW_LDT, STACK_OFFSET } from '../monitor/layout.ts'
import { arrivalVector } from './host-cpu.ts'
import { compress, fenced } from './shadow-descriptors.ts'

const SEGMENTS = 6
/** No selector: what the physical processor has there is not what it was given. */
const LOST = -1
const IOPL = 3 << IOPL_SHIFT
/** What a deprivileged guest has of FLAGS for itself. */
const GUEST_FLAGS = TF | DF | NT | AC | ID
const DPL_SHIFT = 13
const DPL_BITS = 3 << DPL_SHIFT
const LDT_TYPE = 0x8200
const PAGE = 0x1000
/** Registers, EIP, START, FLAGS and the arithmetic flags: one stretch of the state block. */
const PLAIN_WORDS = ADDEND + 1

/**
 * Carries the guest's state between the processor it believes in and the one that is there. The guest's rings are compressed, its segments fenced; IF is always set
 * and IOPL 0 out there, because interrupts and ports are the host's: what the guest made of the two stays with the virtual processor.
 */
export class WorldSwitch {
  readonly #virtual: Cpu
  readonly #physical: Cpu
  readonly #kernelRing: 1 | 3
  /** Host-physical address of the top of the stack on which the processor arrives. */
  readonly #stackTop: number
  /** What the physical processor was given of each segment. */
  readonly #selectors = new Int32Array(SEGMENTS).fill(LOST)
  readonly #bases = new Int32Array(SEGMENTS)
  readonly #limits = new Int32Array(SEGMENTS)
  readonly #rights = new Int32Array(SEGMENTS)

  /** @param base host-physical address of the monitor's own pages. */
  constructor(virtual: Cpu, physical: Cpu, base: number, kernelRing: 1 | 3) {
    this.#virtual = virtual
    this.#physical = physical
    this.#kernelRing = kernelRing
    this.#stackTop = base + STACK_OFFSET + PAGE
  }

  /** The guest goes on: as `iret` and the loads before it would, and with what only the processor can restore, the hidden parts of its segments, too. */
  enter(): void {
    const { s } = this.#virtual
    const p = this.#physical.s
    for (let i = 0; i < PLAIN_WORDS; i++) p[i] = s[i]!
    p[FLAGS] = (s[FLAGS]! & ~IOPL) | IF
    p[SHADOW] = 0
    const ring = compress(s[CPL]!, this.#kernelRing)
    if (p[CPL] !== ring) this.#physical.setCpl(ring)
    let changed = false
    for (let segment = 0; segment < SEGMENTS; segment++) if (this.#give(segment, ring)) changed = true
    if (changed) this.#physical.noteFlatness()
    p[ATTENTION] = 1
  }

  /** The vector at which the guest was left, after its state has been taken back; null: nothing happened, its share of time is over. */
  leave(): number | null {
    const { s } = this.#virtual
    const p = this.#physical.s
    const arrived = p[CPL] === 0
    const vector = arrived ? arrivalVector(this.#physical) : null
    const own = s[FLAGS]! & (IOPL | IF)
    for (let i = 0; i < PLAIN_WORDS; i++) s[i] = p[i]!
    if (p[SHADOW] !== 0) s[SHADOW] = s[ATTENTION] = 1
    let cs = p[SELECTORS + CS]!
    let ss = p[SELECTORS + SS]!
    if (arrived) {
      // What the processor pushed: SS, ESP, EFLAGS, CS, EIP from the top.
      const { view } = this.#physical.memory
      const top = this.#stackTop
      ss = view.getUint16(top - 4, true)
      cs = view.getUint16(top - 16, true)
      s[ESP] = view.getInt32(top - 8, true)
      // The arithmetic flags are where they were: arriving does not change them.
      s[FLAGS] = view.getInt32(top - 12, true) & GUEST_FLAGS
      s[EIP] = view.getInt32(top - 20, true)
    }
    s[FLAGS] = (s[FLAGS]! & ~(IOPL | IF)) | own
    s[START] = s[EIP]!
    this.#takeSegments(cs, ss)
    // The monitor's own, until the guest goes on.
    if (arrived) this.#selectors[CS] = this.#selectors[SS] = LOST
    return vector
  }

  /** Forgets what was given: the next entry gives all of it again. */
  reset(): void {
    this.#selectors.fill(LOST)
  }

  /** Shows the guest's local table, or none, in place of its own. */
  giveLocalTable(): void {
    const { limits, rights } = this.#virtual
    const there = (rights[LDTR]! & PRESENT) !== 0
    this.#physical.selectors[LDTR] = there ? SHADOW_LDT : 0
    setParts(this.#physical, LDTR, (MONITOR_LINEAR + LDT_OFFSET) | 0, there ? Math.min(limits[LDTR]! >>> 0, 0xffff) : 0, there ? LDT_TYPE : 0)
  }

  /** True: the physical processor had something else. */
  #give(segment: number, ring: number): boolean {
    const { selectors, bases, limits, rights } = this.#virtual
    const isRing = segment === CS || segment === SS
    const selector = isRing ? (selectors[segment]! & ~3) | ring : selectors[segment]!
    const base = bases[segment]!
    const high = rights[segment]!
    const end = fenced(base, limits[segment]!, high)
    // What cannot be fenced is not there: each access comes to the monitor.
    const shown = end === null ? 0 : (high & ~DPL_BITS) | (compress(dplOf(high), this.#kernelRing) << DPL_SHIFT)
    const limit = end ?? 0
    if (this.#selectors[segment] === selector && this.#bases[segment] === base && this.#limits[segment] === limit && this.#rights[segment] === shown) return false
    this.#selectors[segment] = this.#physical.selectors[segment] = selector
    this.#bases[segment] = base
    this.#limits[segment] = limit
    this.#rights[segment] = shown
    setParts(this.#physical, segment, base, limit, shown)
    return true
  }

  /** Segments that the guest has loaded itself since it was entered, without the monitor's knowledge. */
  #takeSegments(cs: number, ss: number): void {
    const { selectors } = this.#physical
    for (let segment = 0; segment < SEGMENTS; segment++) {
      const now = segment === CS ? cs : segment === SS ? ss : selectors[segment]!
      if (now === this.#selectors[segment] && !this.#wasReloaded(segment)) continue
      this.#take(segment, now)
      // The physical processor has what the guest loaded, not what it was given.
      this.#selectors[segment] = LOST
    }
  }

  /** The same selector with another descriptor behind it. What the monitor's own segments have replaced cannot be known any more. */
  #wasReloaded(segment: number): boolean {
    if (segment === CS || segment === SS) return false
    const { bases, limits, rights } = this.#physical
    return this.#bases[segment] !== bases[segment] || this.#limits[segment] !== limits[segment] || this.#rights[segment] !== rights[segment]
  }

  #take(segment: number, selector: number): void {
    const virtual = this.#virtual
    const isRing = segment === CS || segment === SS
    if ((selector & 0xfffc) === 0 || !findDescriptor(virtual, selector)) {
      virtual.selectors[segment] = selector
      setHidden(virtual, segment, 0, 0, 0)
      return
    }
    const { descriptorLow: low, descriptorHigh: high } = virtual
    if (segment === CS) virtual.setCpl(dplOf(high))
    virtual.selectors[segment] = isRing ? (selector & ~3) | dplOf(high) : selector
    setHidden(virtual, segment, baseOf(low, high), limitOf(low, high), high & RIGHTS)
  }
}

