import type { PortDevice } from '../../devices/device.ts'

const SECTOR = 512
const IDENTIFY = 0xec
const COMMAND = 7

/** The data of an ATA disk without its timing, at ports 0x1F0 to 0x1F7: its status comes from QEMU's log, its sectors have to be there at once. */
export class LogDisk implements PortDevice {
  readonly wide = true
  readonly #bytes: Uint8Array
  readonly #identity = new Uint8Array(SECTOR)
  readonly #registers = new Uint8Array(8)
  #source: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = this.#source = bytes.slice()
    // Words 60 and 61: sectors that LBA reaches. Guests look at nothing else.
    new DataView(this.#identity.buffer).setUint32(120, bytes.length / SECTOR, true)
  }

  read(offset: number, size: number): number {
    if (offset !== 0) return 0
    let value = 0
    for (let i = 0; i < size; i++) value |= (this.#source[this.#at++] ?? 0) << (8 * i)
    return value
  }

  write(offset: number, value: number, size: number): void {
    if (offset === 0) {
      for (let i = 0; i < size; i++) this.#bytes[this.#at++] = value >>> (8 * i)
      return
    }
    this.#registers[offset] = value
    if (offset !== COMMAND) return
    this.#source = value === IDENTIFY ? this.#identity : this.#bytes
    this.#at = value === IDENTIFY ? 0 : ((this.#registers[3]! | (this.#registers[4]! << 8) | (this.#registers[5]! << 16)) & 0xfff_ffff) * SECTOR
  }
}
