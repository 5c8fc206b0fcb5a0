import type { Cpu } from '../../machine/cpu/cpu.ts'
import { FAULT } from '../../machine/cpu/fault.ts'
import { PRESENT, USER, walk, WRITABLE } from '../../machine/cpu/paging.ts'
import { type Gpa, gpa } from '../../machine/memory/addresses.ts'
import { PAGE_SIZE, type PhysicalMemory } from '../../machine/memory/physical-memory.ts'
import { MONITOR_LINEAR } from '../monitor/layout.ts'
import { guestEntry, shadowRights } from './guest-entry.ts'
import type { GuestTranslation, ShadowFault } from './guest-translation.ts'
import { mapMonitor, MONITOR_SLOT, type ShadowPlace } from './shadow-place.ts'

interface VirtualTlbSnapshot { readonly slots: readonly number[]; readonly traced: readonly number[]; readonly user: boolean; readonly large: boolean }

const EMPTY_PAGE = new Uint8Array(PAGE_SIZE)

/**
 * Shadow page tables in their simplest correct form: the physical processor's tables hold what a TLB may hold. They are filled one page at a time, by
 * faults that the guest never sees, and emptied when the guest flushes (SDM 3C 33.3.2 calls this a virtual TLB). Nothing of the guest's tables has to be
 * watched: what the architecture lets a processor forget late, this forgets late, too.
 */
export class VirtualTlb implements GuestTranslation {
  readonly root: number
  touched = false
  readonly #virtual: Cpu
  readonly #physical: Cpu
  readonly #host: PhysicalMemory
  readonly #place: ShadowPlace
  /** Host-physical address of the first table that is the guest's. */
  readonly #tables: number
  /** Bytes of the guest's RAM. */
  readonly #guestBytes: number
  /** Entries of the directory in use; each has the table of its place in this list. */
  #slots: number[] = []
  #traced: ReadonlySet<number> = new Set()
  /** A piece of a 4 MiB page is in the tables: its pieces go together. */
  #large = false
  #user = false

  constructor(virtual: Cpu, physical: Cpu, place: ShadowPlace) {
    this.#virtual = virtual
    this.#physical = physical
    this.#place = place
    this.#host = physical.memory
    this.#guestBytes = virtual.memory.size
    this.root = place.at
    this.#tables = place.at + (place.monitor === null ? 1 : 2) * PAGE_SIZE
    if (place.monitor !== null) this.#write(this.root + MONITOR_SLOT * 4, mapMonitor(this.#host, place.at + PAGE_SIZE, place.monitor))
  }

  enter(user: boolean): void {
    if (this.#place.split && user !== this.#user) this.flush()
    this.#user = user
  }

  fault(linear: number, write: boolean, user: boolean): ShadowFault {
    const { tlb } = this.#virtual
    let physical: Gpa
    try {
      physical = gpa(walk(this.#virtual, linear, write, user))
    } catch (error) {
      if (error !== FAULT) throw error
      return 'true'
    }
    this.#large ||= tlb.large
    if ((this.#place.monitor !== null && linear >>> 0 >= MONITOR_LINEAR) || !this.#mayBeMapped(physical)) return 'emulate'
    const traced = this.#traced.has(physical >>> 12)
    if (write && traced) return 'traced'
    this.#put(linear, (physical & ~0xfff) | shadowRights(this.#virtual, guestEntry(this.#virtual, linear), write, traced) | (this.#place.split && !user ? USER : 0))
    return 'hidden'
  }

  flush(): void {
    for (const slot of this.#slots) this.#write(this.root + slot * 4, 0)
    this.#slots = []
    this.#large = false
    this.#physical.flushTlb()
  }

  flushPage(linear: number): void {
    if (this.#large) return this.flush()
    const directory = this.#read(this.root + ((linear >>> 22) << 2))
    if ((this.#place.monitor !== null && linear >>> 0 >= MONITOR_LINEAR) || (directory & PRESENT) === 0) return
    this.#write((directory & ~0xfff) + ((linear >>> 10) & 0xffc), 0)
    this.#physical.tlb.flushPage(linear)
  }

  trace(frames: ReadonlySet<number>): void {
    if (frames.size === this.#traced.size && [...frames].every((frame) => this.#traced.has(frame))) return
    this.#traced = frames
    this.flush()
  }

  save(): VirtualTlbSnapshot {
    return { slots: [...this.#slots], traced: [...this.#traced], user: this.#user, large: this.#large }
  }

  load(snapshot: unknown): void {
    const { slots, traced, user, large } = snapshot as VirtualTlbSnapshot
    this.#user = user
    this.#slots = [...slots]
    this.#traced = new Set(traced)
    this.#large = large
  }

  /** RAM of the guest's, or the screen, which lies in front of it; never a frame of the monitor's. */
  #mayBeMapped(physical: Gpa): boolean {
    return physical < this.#guestBytes
  }

  #put(linear: number, entry: number): void {
    const slot = linear >>> 22
    let directory = this.#read(this.root + slot * 4)
    if ((directory & PRESENT) === 0) {
      directory = (this.#tables + this.#slots.length * PAGE_SIZE) | PRESENT | WRITABLE | USER
      this.#slots.push(slot)
      this.#host.copyIn(gpa(directory & ~0xfff), EMPTY_PAGE)
      this.#write(this.root + slot * 4, directory)
    }
    this.#write((directory & ~0xfff) + ((linear >>> 10) & 0xffc), entry)
    this.#physical.tlb.flushPage(linear)
  }

  #read(at: number): number {
    return this.#host.read(gpa(at), 4)
  }

  #write(at: number, value: number): void {
    this.#host.write(gpa(at), value, 4)
  }
}
