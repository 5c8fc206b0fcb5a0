import { PRESENT, WRITABLE } from '../../machine/cpu/paging.ts'
import { gpa } from '../../machine/memory/addresses.ts'
import type { PhysicalMemory } from '../../machine/memory/physical-memory.ts'
import { ENTRIES, type Shadow } from './shadow-pool.ts'

/** Which shadow entries let a frame of the guest's be written: it has to be known when its writes shall be seen. */
export class WriteProtection {
  readonly #host: PhysicalMemory
  /** Host-physical addresses of entries by frame; what has changed since then is noticed when it is used. */
  readonly #writable = new Map<number, Set<number>>()

  constructor(host: PhysicalMemory) {
    this.#host = host
  }

  /** An entry was put into a shadow table. */
  note(at: number, entry: number): void {
    if ((entry & (PRESENT | WRITABLE)) !== (PRESENT | WRITABLE)) return
    const known = this.#writable.get(entry >>> 12)
    if (known) known.add(at)
    else this.#writable.set(entry >>> 12, new Set([at]))
  }

  /** From now on a write to the frame faults. True: an entry had let it pass, and a TLB may still. */
  protect(frame: number): boolean {
    let changed = false
    for (const at of this.#writable.get(frame) ?? []) {
      const entry = this.#host.read(gpa(at), 4)
      if (entry >>> 12 !== frame || (entry & (PRESENT | WRITABLE)) !== (PRESENT | WRITABLE)) continue
      this.#host.write(gpa(at), entry & ~WRITABLE, 4)
      changed = true
    }
    this.#writable.delete(frame)
    return changed
  }

  /** Anew, out of the tables themselves. */
  load(shadows: readonly Shadow[]): void {
    this.#writable.clear()
    for (const { kind, at } of shadows) {
      if (kind !== 'directory') for (let n = 0; n < ENTRIES; n++) this.note(at + n * 4, this.#host.read(gpa(at + n * 4), 4))
    }
  }
}
