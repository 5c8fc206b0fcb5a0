/** The most that is kept of a serial line, in characters; what is older is dropped. */
const KEPT = 1_000_000

/** What a machine sent so far. When the machine goes back in time, so does the text. */
export class SerialText {
  /** Offset of the first character that is kept. */
  #from = 0
  #text = ''

  get text(): string {
    return this.#text
  }

  /** Takes a piece that begins at `offset`. Returns what is to be printed: the piece, or with `again` everything from the beginning. */
  take(piece: string, offset: number): { readonly again: boolean; readonly print: string } {
    const end = this.#from + this.#text.length
    const again = offset < end
    this.#text = this.#text.slice(0, Math.max(0, offset - this.#from)) + piece
    if (offset < this.#from || offset > end) {
      this.#from = offset
      this.#text = piece
    }
    if (this.#text.length > KEPT) {
      this.#from += this.#text.length - KEPT
      this.#text = this.#text.slice(-KEPT)
    }
    return { again, print: again ? this.#text : piece }
  }
}

/** One byte for each character, as the stream carries them; a terminal decodes them as UTF-8. */
export const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0) & 0xff)
