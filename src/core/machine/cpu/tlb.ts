const PAGES = 1 << 20
/** Filled pages before everything is flushed. */
const MOST_FILLED = 1 << 16

/**
 * Translations by virtual page number. An entry is `(host page − virtual page) ^ 0xFFF`, so that `host = address + entry` and one
 * test sees presence, rights and page crossing at once; 0, what fresh memory holds, is no translation (its low bits come out as 0xFFF).
 * Tables are only touched where something was translated.
 */
export class Tlb {
  readonly supervisorRead = new Int32Array(PAGES)
  readonly supervisorWrite = new Int32Array(PAGES)
  readonly userRead = new Int32Array(PAGES)
  readonly userWrite = new Int32Array(PAGES)
  readonly #filled = new Int32Array(MOST_FILLED)
  #count = 0

  fill(table: Int32Array, linear: number, host: number): void {
    if (this.#count === MOST_FILLED) this.flush()
    const page = linear >>> 12
    this.#filled[this.#count++] = page
    table[page] = ((host & ~0xfff) - (linear & ~0xfff)) ^ 0xfff
  }

  flush(): void {
    for (let i = 0; i < this.#count; i++) this.flushPage(this.#filled[i]! << 12)
    this.#count = 0
  }

  flushPage(linear: number): void {
    const page = linear >>> 12
    this.supervisorRead[page] = this.supervisorWrite[page] = this.userRead[page] = this.userWrite[page] = 0
  }
}
