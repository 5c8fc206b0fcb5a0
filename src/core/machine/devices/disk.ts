export const SECTOR_SIZE = 512

/** The medium of a drive: a private copy of an image, filled up to whole sectors. */
export class Disk {
  readonly bytes: Uint8Array
  readonly #dirty = new Set<number>()

  constructor(image: Uint8Array) {
    this.bytes = new Uint8Array(Math.ceil(image.length / SECTOR_SIZE) * SECTOR_SIZE)
    this.bytes.set(image)
  }

  get sectors(): number {
    return this.bytes.length / SECTOR_SIZE
  }

  /** As many bytes as `into` has, from the beginning of sector `lba`. */
  read(lba: number, into: Uint8Array): void {
    into.set(this.bytes.subarray(lba * SECTOR_SIZE, lba * SECTOR_SIZE + into.length))
  }

  /** Whole sectors from `lba` on. */
  write(lba: number, data: Uint8Array): void {
    this.bytes.set(data, lba * SECTOR_SIZE)
    for (let i = 0; i < data.length / SECTOR_SIZE; i++) this.#dirty.add(lba + i)
  }

  /** Numbers of the sectors written since the last call, ascending. */
  takeDirty(): number[] {
    const sectors = [...this.#dirty].sort((a, b) => a - b)
    this.#dirty.clear()
    return sectors
  }
}
