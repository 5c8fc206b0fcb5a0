import { TRANSLATIONS } from './layout.ts'

const PAGES = 1 << 20
/** Filled pages before everything is flushed. */
const MOST_FILLED = 1 << 16
/** Low bits of a stored entry that goes straight to RAM, and of one whose accesses must take the slow path. */
const DIRECT = 0xfff
const WATCHED = 2

/** All translations at a moment. Plain arrays; what is direct and what is watched is not part of it. */
export interface TlbSnapshot {
  /** Virtual page numbers in the order of their filling, some twice. */
  readonly pages: Int32Array
  /** Four words for each: supervisor read and write, user read and write. */
  readonly entries: Int32Array
  readonly large: boolean
}

/**
 * Translations by virtual page number. An entry is `(host page − virtual page) ^ 0xFFF`, so that `host = address + entry` and one
 * test sees presence, rights and page crossing at once; 0, what fresh memory holds, is no translation (its low bits come out as 0xFFF).
 * A watched entry is a translation too (0xFFD, bit 1 is clear), but its accesses must be seen: devices, and writes to pages that hold
 * decoded code or were not written since dirty pages were last asked for. Whether an entry is watched never changes what a walk costs.
 * Tables are only touched where something was translated.
 */
export class Tlb {
  readonly supervisorRead: Int32Array
  readonly supervisorWrite: Int32Array
  readonly userRead: Int32Array
  readonly userWrite: Int32Array
  /** A 4 MiB page was translated since the last flush: its pieces go together. */
  large = false
  /** Is told what is flushed: translations that somebody made out of these. */
  follower: { flush(): void; flushPage(linear: number): void } | null = null
  readonly #filled = new Int32Array(MOST_FILLED)
  readonly #changed: () => void
  #count = 0

  /** @param head where the four tables lie, from TRANSLATIONS on. @param changed called when translations went. */
  constructor(head: ArrayBufferLike, changed: () => void) {
    const table = (n: number): Int32Array => new Int32Array(head, (TRANSLATIONS + n * PAGES) * 4, PAGES)
    this.supervisorRead = table(0)
    this.supervisorWrite = table(1)
    this.userRead = table(2)
    this.userWrite = table(3)
    this.#changed = changed
  }

  fill(table: Int32Array, linear: number, host: number, direct: boolean): void {
    const page = linear >>> 12
    if ((this.supervisorRead[page]! | this.supervisorWrite[page]! | this.userRead[page]! | this.userWrite[page]!) === 0) {
      if (this.#count === MOST_FILLED) this.flush()
      this.#filled[this.#count++] = page
    }
    table[page] = ((host & ~0xfff) - (linear & ~0xfff)) ^ (direct ? DIRECT : WATCHED)
  }

  flush(): void {
    this.#empty()
    this.follower?.flush()
  }

  /** Of a 4 MiB page all goes, hence everything where there is one. */
  flushPage(linear: number): void {
    if (this.large) return this.flush()
    this.#forget(linear >>> 12)
    this.follower?.flushPage(linear)
    this.#changed()
  }

  #empty(): void {
    for (let i = 0; i < this.#count; i++) this.#forget(this.#filled[i]!)
    this.#count = 0
    this.large = false
    this.#changed()
  }

  #forget(page: number): void {
    this.supervisorRead[page] = this.supervisorWrite[page] = this.userRead[page] = this.userWrite[page] = 0
  }

  /** Sends writes to a host page (all pages: null) through the slow path. Translations stay. */
  watchWrites(host: number | null): void {
    for (let i = 0; i < this.#count; i++) {
      const page = this.#filled[i]!
      for (const table of [this.supervisorWrite, this.userWrite]) {
        if (host === null || ((table[page]! & ~DIRECT) + (page << 12)) >>> 0 === host) table[page]! &= ~DIRECT | WATCHED
      }
    }
  }

  save(): TlbSnapshot {
    const pages = this.#filled.slice(0, this.#count)
    const entries = new Int32Array(pages.length * 4)
    pages.forEach((page, i) => this.#tables().forEach((table, n) => (entries[i * 4 + n] = table[page]!)))
    return { pages, entries, large: this.large }
  }

  load({ pages, entries, large }: TlbSnapshot): void {
    this.#empty()
    this.#filled.set(pages)
    this.#count = pages.length
    this.large = large
    pages.forEach((page, i) => this.#tables().forEach((table, n) => (table[page] = entries[i * 4 + n]!)))
    this.watchWrites(null)
  }

  #tables(): readonly Int32Array[] {
    return [this.supervisorRead, this.supervisorWrite, this.userRead, this.userWrite]
  }
}
