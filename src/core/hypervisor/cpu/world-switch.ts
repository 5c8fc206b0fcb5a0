import type { Cpu } from '../../machine/cpu/cpu.ts'
import { AC, ADDEND, ATTENTION, CPL, CS, DF, EIP, ESP, FLAGS, ID, IF, IOPL_SHIFT, LDTR, NT, SELECTORS, SHADOW, SS, START, TF } from '../../machine/cpu/layout.ts'
import { dplOf, findDescriptor, PRESENT, RIGHTS, baseOf, limitOf, setHidden } from '../../machine/cpu/segments.ts'
import { gpa } from '../../machine/memory/addresses.ts'
import { LDT_OFFSET, MONITOR_LINEAR, SHADOW_LDT, STACK_OFFSET } from '../monitor/layout.ts'
import { arrivalVector } from './host-cpu.ts'
import { compress, fenced } from './shadow-descriptors.ts'

const SEGMENTS = [0, 1, 2, 3, 4, 5] as const
const IOPL = 3 << IOPL_SHIFT
/** What a deprivileged guest has of FLAGS for itself. */
const GUEST_FLAGS = TF | DF | NT | AC | ID
const DPL_BITS = 3 << 13
const LDT_TYPE = 0x8200
const PAGE = 0x1000
/** Registers, EIP, START, FLAGS and the arithmetic flags: one stretch of the state block. */
const PLAIN_WORDS = ADDEND + 1

/** What the physical processor was given of a segment. */
interface Given { readonly selector: number; readonly base: number; readonly limit: number; readonly rights: number }

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
  readonly #given: Given[] = SEGMENTS.map(() => ({ selector: -1, base: 0, limit: 0, rights: 0 }))

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
    for (const segment of SEGMENTS) this.#give(segment, ring)
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
    const frame = arrived ? this.#frame() : null
    if (frame) {
      s[EIP] = frame.eip
      s[ESP] = frame.esp
      // The arithmetic flags are where they were: arriving does not change them.
      s[FLAGS] = frame.flags & GUEST_FLAGS
    }
    s[FLAGS] = (s[FLAGS]! & ~(IOPL | IF)) | own
    s[START] = s[EIP]!
    this.#takeSegments(frame?.cs ?? p[SELECTORS + CS]!, frame?.ss ?? p[SELECTORS + SS]!)
    // The monitor's own, until the guest goes on.
    if (arrived) this.#given[CS] = this.#given[SS] = { selector: -1, base: 0, limit: 0, rights: 0 }
    return vector
  }

  /** Forgets what was given: the next entry gives all of it again. */
  reset(): void {
    for (const segment of SEGMENTS) this.#given[segment] = { selector: -1, base: 0, limit: 0, rights: 0 }
  }

  /** Shows the guest's local table, or none, in place of its own. */
  giveLocalTable(): void {
    const { limits, rights } = this.#virtual
    const there = (rights[LDTR]! & PRESENT) !== 0
    this.#physical.selectors[LDTR] = there ? SHADOW_LDT : 0
    setHidden(this.#physical, LDTR, (MONITOR_LINEAR + LDT_OFFSET) | 0, there ? Math.min(limits[LDTR]! >>> 0, 0xffff) : 0, there ? LDT_TYPE : 0)
  }

  #give(segment: number, ring: number): void {
    const { selectors, bases, limits, rights } = this.#virtual
    const physical = this.#physical
    const isRing = segment === CS || segment === SS
    const selector = isRing ? (selectors[segment]! & ~3) | ring : selectors[segment]!
    const limit = fenced(bases[segment]!, limits[segment]!, rights[segment]!)
    // What cannot be fenced is not there: each access comes to the monitor.
    const shown = limit === null ? 0 : (rights[segment]! & ~DPL_BITS) | (compress(dplOf(rights[segment]!), this.#kernelRing) << 13)
    const given = this.#given[segment]!
    if (given.selector === selector && given.base === bases[segment] && given.limit === (limit ?? 0) && given.rights === shown) return
    this.#given[segment] = { selector, base: bases[segment]!, limit: limit ?? 0, rights: shown }
    physical.selectors[segment] = selector
    setHidden(physical, segment, bases[segment]!, limit ?? 0, shown)
  }

  /** What the processor pushed when it arrived. */
  #frame(): { readonly eip: number; readonly cs: number; readonly flags: number; readonly esp: number; readonly ss: number } {
    const { memory } = this.#physical
    const word = (n: number): number => memory.read(gpa(this.#stackTop - n * 4), 4)
    return { ss: word(1) & 0xffff, esp: word(2), flags: word(3), cs: word(4) & 0xffff, eip: word(5) }
  }

  /** Segments that the guest has loaded itself since it was entered, without the monitor's knowledge. */
  #takeSegments(cs: number, ss: number): void {
    const { selectors } = this.#physical
    for (const segment of SEGMENTS) {
      const now = segment === CS ? cs : segment === SS ? ss : selectors[segment]!
      if (now === this.#given[segment]!.selector && !this.#wasReloaded(segment)) continue
      this.#take(segment, now)
      // The physical processor has what the guest loaded, not what it was given.
      this.#given[segment] = { selector: -1, base: 0, limit: 0, rights: 0 }
    }
  }

  /** The same selector with another descriptor behind it. What the monitor's own segments have replaced cannot be known any more. */
  #wasReloaded(segment: number): boolean {
    if (segment === CS || segment === SS) return false
    const { bases, limits, rights } = this.#physical
    const given = this.#given[segment]!
    return given.base !== bases[segment] || given.limit !== limits[segment] || given.rights !== rights[segment]
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

