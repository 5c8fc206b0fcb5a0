import type { Machine } from '../board/machine.ts'
import { type Disk, SECTOR_SIZE } from '../devices/disk.ts'
import { gpa } from '../memory/addresses.ts'
import { PAGE_SIZE, type PhysicalMemory } from '../memory/physical-memory.ts'

/** What is too large to be saved whole: RAM by pages, a disk by sectors, each with an account of what was written. */
export interface Storage {
  readonly blockSize: number
  /** Numbers of the blocks written since the last call. */
  takeDirty(): readonly number[]
  /** The block as it stands; not a copy. */
  block(n: number): Uint8Array
  restore(n: number, bytes: Uint8Array): void
  /** What the block was before anything was ever written. */
  original(n: number): Uint8Array
}

class Ram implements Storage {
  readonly blockSize = PAGE_SIZE
  readonly #memory: PhysicalMemory

  constructor(memory: PhysicalMemory) {
    this.#memory = memory
  }

  takeDirty(): readonly number[] {
    return this.#memory.takeDirty()
  }

  block(n: number): Uint8Array {
    return this.#memory.bytes.subarray(n * PAGE_SIZE, (n + 1) * PAGE_SIZE)
  }

  restore(n: number, bytes: Uint8Array): void {
    this.#memory.copyIn(gpa(n * PAGE_SIZE), bytes)
  }

  original(): Uint8Array {
    return new Uint8Array(PAGE_SIZE)
  }
}

class Medium implements Storage {
  readonly blockSize = SECTOR_SIZE
  readonly #disk: Disk
  readonly #image: Uint8Array

  constructor(disk: Disk, image: Uint8Array) {
    this.#disk = disk
    this.#image = image
  }

  takeDirty(): readonly number[] {
    return this.#disk.takeDirty()
  }

  block(n: number): Uint8Array {
    return this.#disk.bytes.subarray(n * SECTOR_SIZE, (n + 1) * SECTOR_SIZE)
  }

  restore(n: number, bytes: Uint8Array): void {
    this.#disk.write(n, bytes)
  }

  original(n: number): Uint8Array {
    const sector = new Uint8Array(SECTOR_SIZE)
    sector.set(this.#image.subarray(n * SECTOR_SIZE, (n + 1) * SECTOR_SIZE))
    return sector
  }
}

/** RAM and disks of a machine that has not run yet. `images`: what its disks were made from. */
export function storagesOf(machine: Machine, images: readonly (Uint8Array | null)[]): readonly Storage[] {
  const media = machine.devices.ata.disks.flatMap((disk, n) => (disk && images[n] ? [new Medium(disk, images[n])] : []))
  return [new Ram(machine.host), ...media]
}
