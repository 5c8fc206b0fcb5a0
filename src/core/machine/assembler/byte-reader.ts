/** Thrown and caught inside the disassembler: the bytes end within the instruction. */
export class EndOfBytes extends Error {}

/** Little-endian numbers from bytes, one after the other. */
export class ByteReader {
  readonly #bytes: Uint8Array
  at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  byte(): number {
    const value = this.#bytes[this.at]
    if (value === undefined) throw new EndOfBytes()
    this.at++
    return value
  }

  signedByte(): number {
    return (this.byte() << 24) >> 24
  }

  word(): number {
    return this.byte() | (this.byte() << 8)
  }

  signedWord(): number {
    return (this.word() << 16) >> 16
  }

  /** Unsigned. */
  double(): number {
    return (this.word() | (this.word() << 16)) >>> 0
  }

  /** A number of the operand's size in bytes, unsigned. */
  sized(size: number): number {
    return size === 2 ? this.word() : this.double()
  }
}
