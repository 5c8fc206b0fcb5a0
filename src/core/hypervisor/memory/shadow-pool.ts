import { PRESENT, USER, WRITABLE } from '../../machine/cpu/paging.ts'
import { gpa } from '../../machine/memory/addresses.ts'
import { PAGE_SIZE, type PhysicalMemory } from '../../machine/memory/physical-memory.ts'

/** What a table stands for. */
export interface ShadowRole {
  /** Tells it from all others: what it shows, and with which rights. */
  readonly key: string
  readonly kind: 'directory' | 'table' | 'pieces'
  /** Frame of the guest's table that it shows; −1: it shows none, but pieces of a large page, or addresses without paging. */
  readonly frame: number
  /** Of a table: what the guest's directory entry allows. Its own entries have the rights of both levels. */
  readonly rights: number
  /** For a kernel that runs in ring 3. */
  readonly kernel: boolean
}

/** A table of the host's that shows one of the guest's. */
export interface Shadow extends ShadowRole {
  /** Host-physical address. */
  readonly at: number
  /** Host-physical addresses of the directory entries that lead to it. */
  readonly parents: Set<number>
}

const EMPTY_PAGE = new Uint8Array(PAGE_SIZE)
const LEADS_ON = PRESENT | WRITABLE | USER
export const ENTRIES = 1024

/** The frames for shadow tables: which of them shows what, and how directories lead to tables. */
export class ShadowPool {
  readonly #host: PhysicalMemory
  readonly #first: number
  /** 1: in use. */
  readonly #used: Uint8Array
  /** By key, by host-physical address, and by the guest's frame. */
  readonly #shadows = new Map<string, Shadow>()
  readonly #byAddress = new Map<number, Shadow>()
  readonly #byFrame = new Map<number, Shadow[]>()

  /** @param first host-physical address of the first frame. */
  constructor(host: PhysicalMemory, first: number, frames: number) {
    this.#host = host
    this.#first = first
    this.#used = new Uint8Array(frames)
  }

  get all(): readonly Shadow[] {
    return [...this.#shadows.values()]
  }

  find(key: string): Shadow | null {
    return this.#shadows.get(key) ?? null
  }

  /** Those that show a frame of the guest's. */
  of(frame: number): readonly Shadow[] {
    return this.#byFrame.get(frame) ?? []
  }

  shows(frame: number): boolean {
    return this.#byFrame.has(frame)
  }

  /** An empty table; null: no frame is left. */
  make(role: ShadowRole): Shadow | null {
    const free = this.#used.indexOf(0)
    if (free < 0) return null
    const shadow = this.#keep(role, this.#first + free * PAGE_SIZE)
    this.#host.copyIn(gpa(shadow.at), EMPTY_PAGE)
    return shadow
  }

  /** The table to which an entry of a directory leads. */
  child(directory: Shadow, slot: number): Shadow | null {
    const entry = this.#host.read(gpa(directory.at + slot * 4), 4)
    return (entry & PRESENT) === 0 ? null : (this.#byAddress.get((entry & ~0xfff) >>> 0) ?? null)
  }

  link(directory: Shadow, slot: number, table: Shadow): void {
    this.unlink(directory, slot)
    table.parents.add(directory.at + slot * 4)
    this.#host.write(gpa(directory.at + slot * 4), table.at | LEADS_ON, 4)
  }

  /** Pieces of a large page belong to the one entry that led to them. */
  unlink(directory: Shadow, slot: number): void {
    const table = this.child(directory, slot)
    if (!table) return
    this.#host.write(gpa(directory.at + slot * 4), 0, 4)
    table.parents.delete(directory.at + slot * 4)
    if (table.kind === 'pieces') this.release(table)
  }

  release(shadow: Shadow): void {
    if (this.#shadows.get(shadow.key) !== shadow) return
    this.#shadows.delete(shadow.key)
    this.#byAddress.delete(shadow.at)
    this.#used[(shadow.at - this.#first) / PAGE_SIZE] = 0
    const same = this.of(shadow.frame).filter((one) => one !== shadow)
    if (same.length > 0) this.#byFrame.set(shadow.frame, same)
    else this.#byFrame.delete(shadow.frame)
    for (const parent of shadow.parents) this.#host.write(gpa(parent), 0, 4)
    if (shadow.kind === 'directory') for (let slot = 0; slot < ENTRIES; slot++) this.unlink(shadow, slot)
  }

  save(): readonly (ShadowRole & { readonly at: number })[] {
    return this.all.map(({ key, kind, frame, rights, kernel, at }) => ({ key, kind, frame, rights, kernel, at }))
  }

  /** After memory has been restored, and with it the tables themselves. */
  load(saved: ReturnType<ShadowPool['save']>): void {
    this.#used.fill(0)
    this.#shadows.clear()
    this.#byAddress.clear()
    this.#byFrame.clear()
    for (const { at, ...role } of saved) this.#keep(role, at)
    for (const directory of this.all) {
      if (directory.kind === 'directory') for (let slot = 0; slot < ENTRIES; slot++) this.child(directory, slot)?.parents.add(directory.at + slot * 4)
    }
  }

  #keep(role: ShadowRole, at: number): Shadow {
    const shadow: Shadow = { ...role, at, parents: new Set() }
    this.#used[(at - this.#first) / PAGE_SIZE] = 1
    this.#shadows.set(role.key, shadow)
    this.#byAddress.set(at, shadow)
    if (role.frame >= 0) this.#byFrame.set(role.frame, [...this.of(role.frame), shadow])
    return shadow
  }
}
