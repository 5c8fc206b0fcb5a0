import { readSystem, translateRead } from '../../machine/cpu/access.ts'
import type { Cpu } from '../../machine/cpu/cpu.ts'
import { FAULT } from '../../machine/cpu/fault.ts'
import { baseOf, CODE_OR_DATA, CONFORMING, dplOf, EXECUTABLE, limitOf, PRESENT, ACCESSED } from '../../machine/cpu/segments.ts'
import { gpa } from '../../machine/memory/addresses.ts'
import { type MemoryWatcher, PAGE_SIZE, type PhysicalMemory } from '../../machine/memory/physical-memory.ts'
import { FENCE } from '../monitor/layout.ts'

const GRANULAR = 0x80_0000
const DPL_SHIFT = 13
const DPL_BITS = 3 << DPL_SHIFT
const BYTES = 8

/** A ring of the guest's as it is compressed: its kernel's ring 0 becomes the monitor's choice. */
export const compress = (ring: number, kernelRing: 1 | 3): number => Math.max(ring, kernelRing)

/**
 * Where a segment may end so that it does not reach behind the fence; null where nothing useful of it lies in front. What is cut off is emulated; so is what
 * lies before the base of a segment that wraps around at 4 GiB.
 * @param high a descriptor's second word, or the rights that a segment register keeps of it.
 */
export function fenced(base: number, limit: number, high: number): number | null {
  const start = base >>> 0
  const expandsDown = (high & (EXECUTABLE | CONFORMING)) === CONFORMING
  if (start > FENCE || expandsDown) return null
  if (limit >>> 0 <= FENCE - start) return limit
  const bytes = FENCE - start + 1
  if ((high & GRANULAR) === 0) return bytes - 1
  // In pages.
  return bytes < 0x1000 ? null : (bytes & ~0xfff) - 1
}

/**
 * The table of descriptors that the physical processor uses in place of the guest's: the same segments at the same places, their rings compressed, their ends
 * in front of the fence. A descriptor that the guest has not used yet (not accessed) is left out, as are gates, task state segments, local tables, and what
 * expands down: the first load then comes to the monitor, which does it as the guest's processor would.
 */
export class ShadowDescriptors implements MemoryWatcher {
  readonly #host: PhysicalMemory
  readonly #at: number
  readonly #most: number
  readonly #kernelRing: 1 | 3
  readonly #onStore: () => void
  /** The guest's words as they were taken over, from where, and the pages in which they lie. */
  #known = new Int32Array(0)
  #base = 0
  #limit = -1
  #pages: ReadonlySet<number> = new Set()
  /** Something in those pages, or behind their addresses, may have changed. */
  #stale = true

  /** @param at host-physical address. @param most bytes of it that show the guest's descriptors. @param onStore the guest is changing its table: it must not run on before that is taken over. */
  constructor(host: PhysicalMemory, at: number, most: number, kernelRing: 1 | 3, onStore: () => void) {
    this.#host = host
    this.#at = at
    this.#most = most
    this.#kernelRing = kernelRing
    this.#onStore = onStore
    host.watch(this)
  }

  /** Takes the guest's table over, if it may have changed. @param limit its last byte; -1: there is none. */
  sync(virtual: Cpu, base: number, limit: number): void {
    if (!this.#stale && base === this.#base && limit === this.#limit) return
    this.#stale = false
    this.#base = base
    this.#limit = limit
    const words = Math.floor(Math.min(limit + 1, this.#most) / BYTES) * 2
    const now = new Int32Array(words)
    for (let i = 0; i < words; i++) now[i] = wordAt(virtual, (base + i * 4) | 0)
    for (let i = 0; i < Math.max(words, this.#known.length); i += 2) {
      const [low, high] = [now[i] ?? 0, now[i + 1] ?? 0]
      if (low !== (this.#known[i] ?? 0) || high !== (this.#known[i + 1] ?? 0)) this.#put(i, low, high)
    }
    this.#known = now
    this.#watch(virtual, base, words * 4)
  }

  /** The guest's translations changed: other bytes may lie at the table's addresses. */
  forget(): void {
    this.#stale = true
  }

  codeWritten(page: number): void {
    if (!this.#pages.has(page)) return
    this.#stale = true
    this.#onStore()
  }

  codeAppeared(): void {
    // Decoded instructions in the same page are others' business.
  }

  holdsCode(page: number): boolean {
    return this.#pages.has(page)
  }

  cleaned(): void {
    // What is watched stays watched.
  }

  save(): readonly number[] {
    return [...this.#known]
  }

  load(known: readonly number[]): void {
    this.#known = Int32Array.from(known)
    this.#stale = true
  }

  /** Every store to the table is seen, as if its pages were write-protected; the store itself goes on. */
  #watch(virtual: Cpu, base: number, bytes: number): void {
    const before = this.#pages
    const pages = new Set<number>()
    for (let at = base & ~0xfff; bytes > 0 && at < base + bytes; at += PAGE_SIZE) {
      const page = pageAt(virtual, at | 0)
      if (page !== null) pages.add(page)
    }
    this.#pages = pages
    for (const page of before) if (!pages.has(page)) this.#host.markCode(page, false)
    for (const page of pages) if (!before.has(page)) this.#host.markCode(page, true)
  }

  #put(index: number, low: number, high: number): void {
    const [shadowLow, shadowHigh] = this.#shadowOf(low, high)
    this.#host.write(gpa(this.#at + index * 4), shadowLow, 4)
    this.#host.write(gpa(this.#at + index * 4 + 4), shadowHigh, 4)
  }

  #shadowOf(low: number, high: number): readonly [number, number] {
    if ((high & (PRESENT | CODE_OR_DATA | ACCESSED)) !== (PRESENT | CODE_OR_DATA | ACCESSED)) return [0, 0]
    const limit = fenced(baseOf(low, high), limitOf(low, high), high)
    if (limit === null) return [0, 0]
    const ring = compress(dplOf(high), this.#kernelRing)
    const shown = (high & GRANULAR) === 0 ? limit : limit >>> 12
    return [(low & ~0xffff) | (shown & 0xffff), (high & ~(DPL_BITS | 0xf_0000)) | (ring << DPL_SHIFT) | (shown & 0xf_0000)]
  }
}

/** Number of the page of RAM at an address of the guest's kernel; null: none. */
function pageAt(virtual: Cpu, linear: number): number | null {
  try {
    const physical = translateRead(virtual, linear, false)
    return virtual.memory.isRam(gpa(physical)) ? physical >>> 12 : null
  } catch (error) {
    if (error !== FAULT) throw error
    return null
  }
}

/** A word of a table, as the guest's processor would read it; 0 where that faults. */
function wordAt(virtual: Cpu, linear: number): number {
  try {
    return readSystem(virtual, linear, 4)
  } catch (error) {
    if (error !== FAULT) throw error
    return 0
  }
}
