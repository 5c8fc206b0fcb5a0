import { ACCESSED, DIRTY, LARGE, PRESENT, WRITABLE } from '../../../machine/cpu/paging.ts'
import { gpa } from '../../../machine/memory/addresses.ts'
import { PAGE_SIZE, type PhysicalMemory } from '../../../machine/memory/physical-memory.ts'
import { MONITOR_LINEAR } from '../../monitor/layout.ts'
import { ERROR } from './abi.ts'
import { hex, refuse } from './refusal.ts'

export type FrameType = 'table' | 'directory' | 'descriptors' | 'writable'

const ENTRIES = 1024
/** The entry of every directory that shows the monitor. */
export const MONITOR_SLOT = MONITOR_LINEAR >>> 22
const NAMES: Readonly<Record<FrameType, string>> = { table: 'a page table', directory: 'a page directory', descriptors: 'a descriptor table', writable: 'mapped writable' }

/**
 * What each frame of the guest's is used as, and how often (Xen's page types). The uses exclude each other, and a frame changes its type only when nobody uses
 * it: so a page table is never mapped writable, and every table that the processor walks has been looked through, entry by entry.
 */
export class Frames {
  readonly #memory: PhysicalMemory
  /** Of a directory, the entry that shows the monitor. */
  readonly #monitorEntry: number
  readonly #types: (FrameType | null)[]
  readonly #counts: Int32Array
  readonly #pinned = new Map<number, 'table' | 'directory'>()

  constructor(memory: PhysicalMemory, monitorEntry: number) {
    this.#memory = memory
    this.#monitorEntry = monitorEntry
    this.#types = Array.from({ length: memory.size / PAGE_SIZE }, () => null)
    this.#counts = new Int32Array(memory.size / PAGE_SIZE)
  }

  /** Null: nobody uses it. */
  typeOf(frame: number): FrameType | null {
    return this.#types[frame] ?? null
  }

  get pinned(): readonly (readonly [number, 'table' | 'directory'])[] {
    return [...this.#pinned]
  }

  /** One more use; the first of a table validates it, and all that it refers to. Refused, nothing has changed. */
  get(frame: number, type: FrameType): void {
    if (frame >= this.#counts.length) refuse(ERROR.notPermitted, `frame ${hex(frame)} is not the guest's`)
    const now = this.#types[frame]!
    if (now !== null && now !== type) refuse(ERROR.busy, `frame ${hex(frame)} is ${NAMES[now]} and cannot be ${NAMES[type]}`)
    if (now === null) {
      if (type !== 'writable' && !this.#memory.isRam(gpa(frame * PAGE_SIZE))) refuse(ERROR.invalid, `frame ${hex(frame)} is a device's`)
      this.#types[frame] = type
      this.#validate(frame, type)
    }
    this.#counts[frame]!++
  }

  /** One use less; after the last, a table gives back what it refers to. */
  put(frame: number): void {
    if (--this.#counts[frame]! > 0) return
    const type = this.#types[frame]!
    this.#types[frame] = null
    if (type === 'table') this.#putEntries(frame, ENTRIES, (entry) => this.putEntry('table', entry))
    if (type !== 'directory') return
    this.#memory.write(gpa(frame * PAGE_SIZE + MONITOR_SLOT * 4), 0, 4)
    this.#putEntries(frame, MONITOR_SLOT, (entry) => this.putEntry('directory', entry))
  }

  pin(frame: number, type: 'table' | 'directory'): void {
    if (this.#pinned.has(frame)) refuse(ERROR.invalid, `frame ${hex(frame)} is pinned already`)
    this.get(frame, type)
    this.#pinned.set(frame, type)
  }

  unpin(frame: number): void {
    if (!this.#pinned.delete(frame)) refuse(ERROR.invalid, `frame ${hex(frame)} is not pinned`)
    this.put(frame)
  }

  /** What an entry refers to is used from now on. */
  getEntry(type: 'table' | 'directory', entry: number): void {
    if ((entry & PRESENT) === 0) return
    const frame = entry >>> 12
    if (type === 'directory') {
      if ((entry & LARGE) !== 0) refuse(ERROR.invalid, 'there are no pages of 4 MiB')
      return this.get(frame, 'table')
    }
    if (frame >= this.#counts.length) refuse(ERROR.notPermitted, `frame ${hex(frame)} is not the guest's`)
    if ((entry & WRITABLE) !== 0) this.get(frame, 'writable')
  }

  putEntry(type: 'table' | 'directory', entry: number): void {
    if ((entry & PRESENT) !== 0 && (type === 'directory' || (entry & WRITABLE) !== 0)) this.put(entry >>> 12)
  }

  /** Forgets all uses, then takes these up again, from memory as it is. */
  reload(pinned: Frames['pinned']): void {
    this.#types.fill(null)
    this.#counts.fill(0)
    this.#pinned.clear()
    for (const [frame, type] of pinned) this.pin(frame, type)
  }

  #validate(frame: number, type: FrameType): void {
    if (type !== 'table' && type !== 'directory') return
    let done = 0
    try {
      const last = type === 'table' ? ENTRIES : MONITOR_SLOT
      for (; done < last; done++) this.getEntry(type, this.#entry(frame, done))
      if (type === 'table') return
      const own = this.#entry(frame, MONITOR_SLOT)
      if ((own & ~(ACCESSED | DIRTY)) === this.#monitorEntry) return
      if (own !== 0) refuse(ERROR.notPermitted, `directory ${hex(frame)} maps something behind the fence`)
      this.#memory.write(gpa(frame * PAGE_SIZE + MONITOR_SLOT * 4), this.#monitorEntry, 4)
    } catch (error) {
      this.#types[frame] = null
      this.#putEntries(frame, done, (entry) => this.putEntry(type, entry))
      throw error
    }
  }

  #putEntries(frame: number, count: number, put: (entry: number) => void): void {
    for (let i = 0; i < count; i++) put(this.#entry(frame, i))
  }

  #entry(frame: number, index: number): number {
    return this.#memory.read(gpa(frame * PAGE_SIZE + index * 4), 4)
  }
}
