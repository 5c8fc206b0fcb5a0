/** A section while it is filled. */
export class Section {
  readonly name: string
  /** Address of its first byte; guessed in the first pass. */
  address = 0
  bytes: number[] = []

  constructor(name: string) {
    this.name = name
  }

  get here(): number {
    return this.address + this.bytes.length
  }

  put(value: number, size: number): void {
    for (let i = 0; i < size; i++) this.bytes.push(Math.floor(value / 2 ** (8 * i)) & 255)
  }
}
