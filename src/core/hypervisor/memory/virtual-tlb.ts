import type { Cpu } from '../../machine/cpu/cpu.ts'
import { FAULT } from '../../machine/cpu/fault.ts'
import { CR0, CR0_PG, CR0_WP, CR3, CR4, CR4_PSE } from '../../machine/cpu/layout.ts'
import { walk } from '../../machine/cpu/paging.ts'
import { type Gpa, gpa } from '../../machine/memory/addresses.ts'
import { PAGE_SIZE, type PhysicalMemory } from '../../machine/memory/physical-memory.ts'
import { MONITOR_LINEAR, OWN_BYTES } from '../monitor/layout.ts'
import type { GuestTranslation, ShadowFault } from './guest-translation.ts'

const PRESENT = 1
const WRITABLE = 2
const USER = 4
const DIRTY = 0x40
const LARGE = 0x80
/** Behind the directory and the table of the monitor's own pages. */
const FIRST_TABLE = 2

interface VirtualTlbSnapshot { readonly slots: readonly number[]; readonly traced: readonly number[]; readonly user: boolean }

const EMPTY_PAGE = new Uint8Array(PAGE_SIZE)

/**
 * Shadow page tables in their simplest correct form: the physical processor's tables hold what a TLB may hold. They are filled one page at a time, by
 * faults that the guest never sees, and emptied when the guest flushes (SDM 3C 33.3.2 calls this a virtual TLB). Nothing of the guest's tables has to be
 * watched: what the architecture lets a processor forget late, this forgets late, too.
 */
export class VirtualTlb implements GuestTranslation {
  readonly root: number
  readonly #virtual: Cpu
  readonly #physical: Cpu
  readonly #host: PhysicalMemory
  /** Bytes of the guest's RAM. */
  readonly #guestBytes: number
  /** Entries of the directory in use; each has the table of its place in this list. */
  #slots: number[] = []
  #traced: ReadonlySet<number> = new Set()
  /** A kernel that runs in ring 3 must reach its own pages there: these tables are the kernel's then, or its programs', but not both. */
  readonly #split: boolean
  #user = false

  /** @param base host-physical address of the monitor's own pages. @param kernelRing where the guest's ring 0 runs. */
  constructor(virtual: Cpu, physical: Cpu, base: number, kernelRing: 1 | 3) {
    this.#split = kernelRing === 3
    this.#virtual = virtual
    this.#physical = physical
    this.#host = physical.memory
    this.#guestBytes = virtual.memory.size
    this.root = base + OWN_BYTES
    this.#mapMonitor(base)
  }

  enter(user: boolean): void {
    if (this.#split && user !== this.#user) this.flush()
    this.#user = user
  }

  fault(linear: number, write: boolean, user: boolean): ShadowFault {
    let physical: Gpa
    try {
      physical = gpa(walk(this.#virtual, linear, write, user))
    } catch (error) {
      if (error !== FAULT) throw error
      return 'true'
    }
    if (linear >>> 0 >= MONITOR_LINEAR || !this.#mayBeMapped(physical) || (write && this.#traced.has(physical >>> 12))) return 'emulate'
    this.#put(linear, (physical & ~0xfff) | this.#rights(linear, physical, write) | (this.#split && !user ? USER : 0))
    return 'hidden'
  }

  flush(): void {
    for (const slot of this.#slots) this.#write(this.root + slot * 4, 0)
    this.#slots = []
    this.#physical.flushTlb()
  }

  flushPage(linear: number): void {
    const directory = this.#read(this.root + ((linear >>> 22) << 2))
    if (linear >>> 0 >= MONITOR_LINEAR || (directory & PRESENT) === 0) return
    this.#write((directory & ~0xfff) + ((linear >>> 10) & 0xffc), 0)
    this.#physical.tlb.flushPage(linear)
  }

  trace(frames: ReadonlySet<number>): void {
    if (frames.size === this.#traced.size && [...frames].every((frame) => this.#traced.has(frame))) return
    this.#traced = frames
    this.flush()
  }

  save(): VirtualTlbSnapshot {
    return { slots: [...this.#slots], traced: [...this.#traced], user: this.#user }
  }

  load(snapshot: unknown): void {
    const { slots, traced, user } = snapshot as VirtualTlbSnapshot
    this.#user = user
    this.#slots = [...slots]
    this.#traced = new Set(traced)
  }

  /** RAM of the guest's, or the screen, which lies in front of it; never a frame of the monitor's. */
  #mayBeMapped(physical: Gpa): boolean {
    return physical < this.#guestBytes
  }

  /**
   * Rights of the page as the guest's own entries give them; writable only once its dirty bit is set. Where CR0.WP is clear, the guest's supervisor writes to what
   * its tables protect: such a page is then the supervisor's alone.
   */
  #rights(linear: number, physical: Gpa, write: boolean): number {
    const { s, memory } = this.#virtual
    if ((s[CR0]! & CR0_PG) === 0) return PRESENT | USER | (this.#traced.has(physical >>> 12) ? 0 : WRITABLE)
    const directory = memory.read(gpa((s[CR3]! & ~0xfff) + ((linear >>> 22) << 2)), 4)
    const large = (directory & LARGE) !== 0 && (s[CR4]! & CR4_PSE) !== 0
    const table = large ? directory : memory.read(gpa((directory & ~0xfff) + ((linear >>> 10) & 0xffc)), 4)
    const rights = directory & table
    const writable = (table & DIRTY) !== 0 && !this.#traced.has(physical >>> 12)
    if ((rights & WRITABLE) !== 0) return PRESENT | (rights & USER) | (writable ? WRITABLE : 0)
    return write && (s[CR0]! & CR0_WP) === 0 && writable ? PRESENT | WRITABLE : PRESENT | (rights & USER)
  }

  #put(linear: number, entry: number): void {
    const slot = linear >>> 22
    let directory = this.#read(this.root + slot * 4)
    if ((directory & PRESENT) === 0) {
      directory = (this.root + (FIRST_TABLE + this.#slots.length) * PAGE_SIZE) | PRESENT | WRITABLE | USER
      this.#slots.push(slot)
      this.#host.copyIn(gpa(directory & ~0xfff), EMPTY_PAGE)
      this.#write(this.root + slot * 4, directory)
    }
    this.#write((directory & ~0xfff) + ((linear >>> 10) & 0xffc), entry)
    this.#physical.tlb.flushPage(linear)
  }

  /** The monitor's own pages, the supervisor's alone, at the end of every address space. */
  #mapMonitor(base: number): void {
    const table = this.root + PAGE_SIZE
    for (let offset = 0; offset < OWN_BYTES; offset += PAGE_SIZE) this.#write(table + ((offset >>> 12) << 2), (base + offset) | PRESENT | WRITABLE)
    this.#write(this.root + ((MONITOR_LINEAR >>> 22) << 2), table | PRESENT | WRITABLE)
  }

  #read(at: number): number {
    return this.#host.read(gpa(at), 4)
  }

  #write(at: number, value: number): void {
    this.#host.write(gpa(at), value, 4)
  }
}
