import type { Cpu } from '../../machine/cpu/cpu.ts'
import { FAULT } from '../../machine/cpu/fault.ts'
import { CR0, CR0_PG, CR0_WP, CR3, CR4, CR4_PSE } from '../../machine/cpu/layout.ts'
import { ACCESSED, DIRTY, LARGE, PRESENT, USER, walk, WRITABLE } from '../../machine/cpu/paging.ts'
import { gpa } from '../../machine/memory/addresses.ts'
import { type MemoryWatcher, PAGE_SIZE, type PhysicalMemory } from '../../machine/memory/physical-memory.ts'
import { MONITOR_LINEAR } from '../monitor/layout.ts'
import { type GuestEntry, guestEntry, shadowRights } from './guest-entry.ts'
import type { GuestTranslation, ShadowFault } from './guest-translation.ts'
import { mapMonitor, MONITOR_SLOT, type ShadowPlace } from './shadow-place.ts'
import { ENTRIES, type Shadow, ShadowPool, type ShadowRole } from './shadow-pool.ts'
import { WriteProtection } from './write-protection.ts'

/** Writes to a table that the present address space does not use, until it is taken for something else. */
const FLOOD = 16

interface ShadowTablesSnapshot {
  readonly pool: ReturnType<ShadowPool['save']>
  readonly root: string
  readonly mode: number
  readonly user: boolean
  readonly code: readonly number[]
  readonly stale: readonly number[]
  readonly heat: readonly (readonly [number, number])[]
  readonly doomed: readonly number[]
  readonly evictions: number
}

/**
 * Shadow page tables that stay (Adams and Agesen 2006, 3.4): each shows one table of the guest's, whose page is write-protected, so that a store to it comes to the monitor. Address
 * spaces keep theirs while others run.
 *
 * A changed entry is taken over when the guest flushes, as a TLB would: until then the old one goes on. An entry that is missing here is filled by a hidden fault, so one that the guest
 * has just made needs no flush. Accessed and dirty bits are those of the guest's: nothing is shown that is not accessed, and nothing is writable that is not dirty.
 */
export class ShadowTables implements GuestTranslation, MemoryWatcher {
  touched = false
  /** Times that tables had to go to make room. */
  evictions = 0
  readonly #virtual: Cpu
  readonly #physical: Cpu
  readonly #host: PhysicalMemory
  readonly #place: ShadowPlace
  readonly #pool: ShadowPool
  readonly #protection: WriteProtection
  /** The last entry of each directory, the monitor's; 0: it has none. */
  readonly #monitorEntry: number
  #root: Shadow
  /** What the guest's control registers made of its tables. */
  #mode = 0
  #user = false
  /** Frames with code whose writes must be seen. */
  #code: ReadonlySet<number> = new Set()
  /** Entries of the guest's tables that were written since its last flush: frame times 1024, and the entry's number. */
  #stale = new Set<number>()
  /** Writes by frame since an entry was last taken from there. */
  #heat = new Map<number, number>()
  /** Frames that are not worth being traced any more. */
  #doomed = new Set<number>()
  #walking = false

  constructor(virtual: Cpu, physical: Cpu, place: ShadowPlace) {
    this.#virtual = virtual
    this.#physical = physical
    this.#place = place
    this.#host = physical.memory
    const own = place.monitor === null ? 0 : 1
    this.#monitorEntry = place.monitor === null ? 0 : mapMonitor(this.#host, place.at, place.monitor)
    this.#pool = new ShadowPool(this.#host, place.at + own * PAGE_SIZE, place.frames - own)
    this.#protection = new WriteProtection(this.#host)
    this.#host.watch(this)
    this.#mode = this.#presentMode()
    this.#root = this.#directory()
  }

  get root(): number {
    return this.#root.at
  }

  enter(user: boolean): void {
    const before = this.#root
    this.#user = user
    if (this.#place.split) this.#root = this.#directory()
    if (this.#root !== before) this.#physical.flushTlb()
  }

  fault(linear: number, write: boolean, user: boolean): ShadowFault {
    this.#drop()
    let physical: number
    this.#walking = true
    try {
      physical = walk(this.#virtual, linear, write, user)
    } catch (error) {
      if (error !== FAULT) throw error
      return 'true'
    } finally {
      this.#walking = false
    }
    const isMonitors = this.#place.monitor !== null && linear >>> 0 >= MONITOR_LINEAR
    const entry = guestEntry(this.#virtual, linear)
    if (isMonitors || physical >= this.#virtual.memory.size || !this.#canBeTraced(entry)) return 'emulate'
    const table = this.#tableFor(linear, entry)
    const traced = this.#isTraced(physical >>> 12)
    if (write && traced) return 'traced'
    this.#put(table, (linear >>> 12) % ENTRIES, (physical & ~0xfff) | shadowRights(this.#virtual, entry, write, traced))
    this.#physical.tlb.flushPage(linear)
    this.#heat.delete(table.frame)
    return 'hidden'
  }

  flush(): void {
    this.#settle()
    this.#drop()
    const mode = this.#presentMode()
    if (mode !== this.#mode) this.#releaseAll()
    this.#mode = mode
    this.#root = this.#directory()
    this.#physical.flushTlb()
  }

  flushPage(linear: number): void {
    if (this.#stale.size > 0) return this.flush()
    this.#physical.tlb.flushPage(linear)
  }

  trace(frames: ReadonlySet<number>): void {
    let changed = false
    for (const frame of frames) if (!this.#code.has(frame) && this.#protection.protect(frame)) changed = true
    this.#code = frames
    if (changed) this.#physical.flushTlb()
  }

  codeWritten(page: number, offset: number, size: number): void {
    if (this.#walking || !this.#pool.shows(page)) return
    this.touched = true
    for (let n = offset >>> 2; n <= (offset + size - 1) >>> 2; n++) this.#stale.add(page * ENTRIES + n)
    const heat = (this.#heat.get(page) ?? 0) + 1
    this.#heat.set(page, heat)
    const shadows = this.#pool.of(page)
    const isForgotten = shadows.every((shadow) => shadow.kind !== 'directory' && shadow.parents.size === 0)
    if ((heat >= FLOOD || isForgotten) && !shadows.some((shadow) => this.#isUsed(shadow))) this.#doomed.add(page)
  }

  codeAppeared(): void {
    // Decoded instructions in the same page are others' business.
  }

  holdsCode(page: number): boolean {
    return this.#pool.shows(page)
  }

  cleaned(): void {
    // What is traced stays traced.
  }

  save(): ShadowTablesSnapshot {
    return {
      pool: this.#pool.save(), root: this.#root.key, mode: this.#mode, user: this.#user, code: [...this.#code], stale: [...this.#stale], heat: [...this.#heat], doomed: [...this.#doomed], evictions: this.evictions,
    }
  }

  load(snapshot: unknown): void {
    const { pool, root, mode, user, code, stale, heat, doomed, evictions } = snapshot as ShadowTablesSnapshot
    this.#pool.load(pool)
    this.#protection.load(this.#pool.all)
    this.#root = this.#pool.find(root)!
    this.#mode = mode
    this.#user = user
    this.#code = new Set(code)
    this.#stale = new Set(stale)
    this.#heat = new Map(heat)
    this.#doomed = new Set(doomed)
    this.evictions = evictions
    for (const { frame } of this.#pool.all) if (frame >= 0) this.#host.markCode(frame, true)
  }

  #presentMode(): number {
    const { s } = this.#virtual
    return (s[CR0]! & (CR0_PG | CR0_WP)) | (s[CR4]! & CR4_PSE)
  }

  get #isPaged(): boolean {
    return (this.#mode & CR0_PG) !== 0
  }

  /** A store to a table that lies in no RAM could not be seen. */
  #canBeTraced({ table }: GuestEntry): boolean {
    const { memory, s } = this.#virtual
    const isRam = (frame: number): boolean => memory.isRam(gpa(frame * PAGE_SIZE))
    return !this.#isPaged || (isRam(s[CR3]! >>> 12) && (table < 0 || isRam(table)))
  }

  #isTraced(frame: number): boolean {
    return this.#code.has(frame) || this.#pool.shows(frame)
  }

  /** Whether the present address space uses it. */
  #isUsed(shadow: Shadow): boolean {
    return shadow === this.#root || [...shadow.parents].some((parent) => parent - (parent % PAGE_SIZE) === this.#root.at)
  }

  /** The directory of the present address space. */
  #directory(): Shadow {
    const kernel = this.#place.split && !this.#user
    const frame = this.#isPaged ? this.#virtual.s[CR3]! >>> 12 : -1
    const key = `${frame < 0 ? 'unpaged' : `directory ${frame}`}${kernel ? ', kernel' : ''}`
    const known = this.#pool.find(key)
    if (known) return known
    // One that lies in no RAM shows nothing: no fault fills it.
    const isRam = frame >= 0 && this.#virtual.memory.isRam(gpa(frame * PAGE_SIZE))
    const directory = this.#make({ key, kind: 'directory', frame: isRam ? frame : -1, rights: 0, kernel }, null)
    if (this.#monitorEntry !== 0) this.#host.write(gpa(directory.at + MONITOR_SLOT * 4), this.#monitorEntry, 4)
    return directory
  }

  /** The table for an address of the present space, made and linked where it was not. */
  #tableFor(linear: number, { table: frame, pde }: GuestEntry): Shadow {
    const root = this.#root
    const slot = linear >>> 22
    const role = frame < 0 ? piecesOf(root, slot) : tableOf(frame, pde, root.kernel)
    const linked = this.#pool.child(root, slot)
    if (linked?.key === role.key) return linked
    const table = this.#pool.find(role.key) ?? this.#make(role, root)
    // Nothing of it was in use here: it begins with what the guest's table is now.
    for (const at of [...this.#stale]) if (Math.floor(at / ENTRIES) === frame) this.#follow(at)
    this.#pool.link(root, slot, table)
    this.#physical.flushTlb()
    return table
  }

  /** @param kept a directory that is needed, with what it leads to while that is possible. */
  #make(role: ShadowRole, kept: Shadow | null): Shadow {
    const shadow = this.#pool.make(role) ?? this.#makeRoom(role, kept)
    // Another one of the same frame may just have gone.
    if (role.frame < 0 || this.#pool.of(role.frame).length > 1) return shadow
    this.#host.markCode(role.frame, true)
    if (this.#protection.protect(role.frame)) this.#physical.flushTlb()
    return shadow
  }

  #makeRoom(role: ShadowRole, kept: Shadow | null): Shadow {
    this.evictions++
    for (const shadow of this.#pool.all) if (kept === null || !this.#isUsed(shadow)) this.#release(shadow)
    const shadow = this.#pool.make(role)
    if (shadow) return shadow
    for (const other of this.#pool.all) if (other !== kept) this.#release(other)
    this.#physical.flushTlb()
    return this.#pool.make(role)!
  }

  #releaseAll(): void {
    for (const shadow of this.#pool.all) this.#release(shadow)
  }

  #release(shadow: Shadow): void {
    this.#pool.release(shadow)
    if (shadow.frame < 0 || this.#pool.shows(shadow.frame)) return
    this.#heat.delete(shadow.frame)
    this.#host.markCode(shadow.frame, false)
  }

  /** Of what is no table any more, writes need not be seen. */
  #drop(): void {
    for (const frame of this.#doomed) {
      const shadows = this.#pool.of(frame)
      if (!shadows.some((shadow) => this.#isUsed(shadow))) for (const shadow of shadows) this.#release(shadow)
    }
    this.#doomed.clear()
  }

  /** The tables show what the guest's are now. */
  #settle(): void {
    for (const at of this.#stale) this.#follow(at)
    this.#stale.clear()
  }

  #follow(at: number): void {
    const [frame, n] = [Math.floor(at / ENTRIES), at % ENTRIES]
    const now = this.#virtual.memory.read(gpa(frame * PAGE_SIZE + n * 4), 4)
    for (const shadow of this.#pool.of(frame)) {
      if (shadow.kind === 'directory') this.#followDirectory(shadow, n, now)
      else this.#put(shadow, n, this.#entryOf(shadow, now))
    }
    this.#stale.delete(at)
  }

  #followDirectory(directory: Shadow, slot: number, pde: number): void {
    const isLarge = (pde & LARGE) !== 0 && (this.#mode & CR4_PSE) !== 0
    const stays = (pde & (PRESENT | ACCESSED)) === (PRESENT | ACCESSED) && !isLarge && this.#pool.child(directory, slot)?.key === tableOf(pde >>> 12, pde, directory.kernel).key
    if (!stays) this.#pool.unlink(directory, slot)
  }

  /** What a table shows of an entry of the guest's. */
  #entryOf({ rights }: Shadow, pte: number): number {
    const frame = pte >>> 12
    if ((pte & (PRESENT | ACCESSED)) !== (PRESENT | ACCESSED) || frame * PAGE_SIZE >= this.#virtual.memory.size) return 0
    return (pte & ~0xfff) | shadowRights(this.#virtual, { rights: rights & pte, dirty: (pte & DIRTY) !== 0 }, false, this.#isTraced(frame))
  }

  #put(table: Shadow, n: number, entry: number): void {
    const shown = entry | (table.kernel && entry !== 0 ? USER : 0)
    this.#host.write(gpa(table.at + n * 4), shown, 4)
    this.#protection.note(table.at + n * 4, shown)
  }
}

const RIGHTS = PRESENT | WRITABLE | USER

const tableOf = (frame: number, pde: number, kernel: boolean): ShadowRole => ({
  key: `table ${frame}, ${pde & RIGHTS}${kernel ? ', kernel' : ''}`, kind: 'table', frame, rights: pde & RIGHTS, kernel,
})

const piecesOf = ({ key, kernel }: Shadow, slot: number): ShadowRole => ({ key: `${key}, ${slot}`, kind: 'pieces', frame: -1, rights: 0, kernel })
