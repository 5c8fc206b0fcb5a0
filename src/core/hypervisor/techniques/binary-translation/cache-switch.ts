import type { CpuState } from '../../../../protocol/machine.ts'
import { PORT } from '../../../machine/board/layout.ts'
import { counterOf, PORT_ACCESS } from '../../../machine/cpu/costs/counters.ts'
import type { Cpu } from '../../../machine/cpu/cpu.ts'
import { ADDEND, ATTENTION, CPL, CR2, CS, DS, ECX, EIP, ES, ESP, FLAGS, FS, GS, IF, IOPL_SHIFT, SHADOW, SS, START, TF, DF, NT, AC, ID } from '../../../machine/cpu/layout.ts'
import { dplOf, setHidden } from '../../../machine/cpu/segments.ts'
import { gpa } from '../../../machine/memory/addresses.ts'
import { arrivalVector } from '../../cpu/host-cpu.ts'
import { compress, fenced } from '../../cpu/shadow-descriptors.ts'
import { DATA_BYTES, DATA_OFFSET, MONITOR_LINEAR, STACK_OFFSET } from '../../monitor/layout.ts'
import { CACHE_LINEAR, CONTROL_WRITES, EXTRA, PORT_READS, PORT_VALUE, SAVED_ECX, TARGET, VIRTUAL_CR2, VIRTUAL_IF } from './cache-layout.ts'

const IN_CACHE_CONTROL = counterOf('inCacheControl')
const IN_CACHE_PORT = counterOf('inCachePort')
const PLAIN_WORDS = ADDEND + 1
const IOPL = 3 << IOPL_SHIFT
const GUEST_FLAGS = TF | DF | NT | AC | ID
const PAGE = 0x1000
const BP = 3
const DPL_BITS = 3 << 13
/** Readable code and writable data of ring 1, 32 bits, 4 GiB or in bytes. */
const RING_CODE = 0xc0_bb00
const DOOR_DATA = 0x40_b300
const GUEST_SEGMENTS = [ES, SS, DS, FS] as const

interface Given { readonly selector: number; readonly base: number; readonly limit: number; readonly rights: number }

/** CS and GS as translated code has them, where the guest's own are as said. */
export const codeSegments = ({ cs, gs, cpl }: CpuState): Pick<CpuState, 'cs' | 'gs'> => ({
  cs: { selector: cs.selector, base: 0, limit: 0xffff_ffff, access: (((RING_CODE & ~DPL_BITS) | (cpl << 13)) >>> 8) & 0xff },
  gs: { ...gs, selector: cpl, base: MONITOR_LINEAR + DATA_OFFSET, limit: DATA_BYTES - 1, access: (DOOR_DATA >>> 8) & 0xff },
})

/** Where translated code stopped. */
export interface CacheStop {
  /** The vector by which the monitor was entered; null: the count was reached. */
  readonly vector: number | null
  /** Offset in the cache: of the instruction that did not complete, or of the `int3`. */
  readonly at: number
}

/**
 * Carries the guest kernel's state into translated code and back. Registers are the same; data segments are fenced; CS reaches to the end of the address space,
 * where the cache lies, and GS is the door to the monitor's per-VM data: neither is ever shown to the guest. Segment registers do not change in translated code.
 */
export class CacheSwitch {
  readonly #virtual: Cpu
  readonly #physical: Cpu
  readonly #stackTop: number
  readonly #data: number
  /** Accesses to ports when the value was shown. */
  #ports = -1
  readonly #given: (Given | null)[] = [null, null, null, null, null, null]

  constructor(virtual: Cpu, physical: Cpu) {
    this.#virtual = virtual
    this.#physical = physical
    this.#stackTop = virtual.memory.size + STACK_OFFSET + PAGE
    this.#data = virtual.memory.size + DATA_OFFSET
  }

  /** Somebody else has had the physical processor's segments. */
  reset(): void {
    this.#given.fill(null)
    this.#ports = -1
  }

  enter(at: number): void {
    const { s, selectors } = this.#virtual
    const physical = this.#physical
    const p = physical.s
    for (let i = 0; i < PLAIN_WORDS; i++) p[i] = s[i]!
    p[EIP] = (CACHE_LINEAR + at) | 0
    p[FLAGS] = (s[FLAGS]! & ~IOPL) | IF
    p[SHADOW] = 0
    const ring = compress(s[CPL]!, 1)
    physical.setCpl(ring)
    for (const segment of GUEST_SEGMENTS) this.#give(segment, ring)
    if (this.#given[GS] === null) {
      this.#given[GS] = { selector: 0, base: 0, limit: 0, rights: 0 }
      physical.selectors[GS] = ring
      setHidden(physical, GS, (MONITOR_LINEAR + DATA_OFFSET) | 0, DATA_BYTES - 1, DOOR_DATA)
    }
    physical.selectors[CS] = (selectors[CS]! & ~3) | ring
    setHidden(physical, CS, 0, -1, (RING_CODE & ~DPL_BITS) | (ring << 13))
    p[ATTENTION] = 1
    this.#write(VIRTUAL_IF, (s[FLAGS]! & IF) === 0 ? 0 : 1, 1)
    this.#write(EXTRA, 0, 4)
    this.#write(VIRTUAL_CR2, s[CR2]!, 4)
    this.#write(CONTROL_WRITES, 0, 4)
    this.#write(PORT_READS, 0, 4)
    this.#showPort()
  }

  /** Takes the registers back; the caller says which of the guest's instructions is next. */
  leave(): CacheStop {
    const { s } = this.#virtual
    const physical = this.#physical
    const p = physical.s
    const vector = p[CPL] === 0 ? arrivalVector(physical) : null
    const own = s[FLAGS]! & (IOPL | (this.#read(VIRTUAL_IF, 1) === 0 ? 0 : IF))
    for (let i = 0; i < PLAIN_WORDS; i++) s[i] = p[i]!
    let eip = p[EIP]!
    if (vector !== null) {
      eip = this.#pushed(5)
      s[ESP] = this.#pushed(2)
      s[FLAGS] = this.#pushed(3) & GUEST_FLAGS
      this.#given[SS] = null
    }
    s[FLAGS] = (s[FLAGS]! & ~(IOPL | IF)) | own
    s[CR2] = this.#read(VIRTUAL_CR2, 4)
    this.#physical.counts[IN_CACHE_CONTROL]! += this.#read(CONTROL_WRITES, 4)
    this.#physical.counts[IN_CACHE_PORT]! += this.#read(PORT_READS, 4)
    return { vector, at: ((eip - CACHE_LINEAR) | 0) - (vector === BP ? 1 : 0) }
  }

  /** The guest goes on at its own address. @param torn ECX is where the look-up keeps it. */
  resumeAt(pc: number, torn: boolean): void {
    const { s } = this.#virtual
    s[EIP] = s[START] = pc | 0
    if (torn) s[ECX] = this.#read(SAVED_ECX, 4)
  }

  /** Physical instructions that were booked as not the guest's. */
  get extra(): number {
    return this.#read(EXTRA, 4)
  }

  /** The guest address that was looked up last. */
  get target(): number {
    return this.#read(TARGET, 4)
  }

  /** What port 0x80 reads as changes only where the guest uses ports. */
  #showPort(): void {
    const { counts, ports } = this.#virtual
    if (counts[PORT_ACCESS] === this.#ports) return
    this.#ports = counts[PORT_ACCESS]!
    this.#write(PORT_VALUE, ports.read(PORT.post, 1), 1)
  }

  #give(segment: number, ring: number): void {
    const { selectors, bases, limits, rights } = this.#virtual
    const selector = segment === SS ? (selectors[segment]! & ~3) | ring : selectors[segment]!
    const given = this.#given[segment] ?? null
    const base = bases[segment]!
    if (given && given.selector === selector && given.base === base && given.limit === limits[segment] && given.rights === rights[segment]) return
    this.#given[segment] = { selector, base, limit: limits[segment]!, rights: rights[segment]! }
    const limit = fenced(base, limits[segment]!, rights[segment]!)
    this.#physical.selectors[segment] = selector
    // What cannot be fenced is not there: each access comes to the monitor.
    const shown = limit === null ? 0 : (rights[segment]! & ~DPL_BITS) | (compress(dplOf(rights[segment]!), 1) << 13)
    setHidden(this.#physical, segment, base, limit ?? 0, shown)
  }

  /** A word of what the processor pushed when it arrived, from the top. */
  #pushed(n: number): number {
    return this.#physical.memory.read(gpa(this.#stackTop - n * 4), 4)
  }

  #read(offset: number, size: number): number {
    return this.#physical.memory.read(gpa(this.#data + offset), size)
  }

  #write(offset: number, value: number, size: number): void {
    this.#physical.memory.write(gpa(this.#data + offset), value, size)
  }
}
