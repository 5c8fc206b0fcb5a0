/** Bytes of serial output that are remembered. */
const MOST = 4 << 20

/** What a machine has sent, and where in it the present moment is. */
export class SerialLog {
  #bytes = new Uint8Array(1 << 12)
  /** Bytes that were dropped at the front. */
  #dropped = 0
  #position = 0

  /** Bytes sent up to the present moment. */
  get position(): number {
    return this.#position
  }

  /** The machine sends; when it is sending what it has already sent, nothing changes but the position. */
  send(bytes: Uint8Array): void {
    const known = Math.min(bytes.length, Math.max(0, this.#dropped - this.#position))
    this.#position += bytes.length
    const end = this.#position - this.#dropped
    if (end > this.#bytes.length) this.#grow(end)
    if (known < bytes.length) this.#bytes.set(bytes.subarray(known), end - bytes.length + known)
    if (this.#position - this.#dropped > MOST) this.#drop()
  }

  /** Back to a moment at which so many had been sent. */
  rewind(position: number): void {
    this.#position = position
  }

  /** What was sent from `from` (not beyond the present) up to now, as far as it is remembered. */
  since(from: number): Uint8Array {
    return this.#bytes.slice(Math.max(0, from - this.#dropped), Math.max(0, this.#position - this.#dropped))
  }

  #grow(length: number): void {
    const larger = new Uint8Array(Math.max(length, this.#bytes.length * 2))
    larger.set(this.#bytes)
    this.#bytes = larger
  }

  #drop(): void {
    const gone = MOST / 2
    this.#bytes.copyWithin(0, gone)
    this.#dropped += gone
  }
}
