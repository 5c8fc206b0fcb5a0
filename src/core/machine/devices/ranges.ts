import type { PortDevice } from './device.ts'

interface Range { readonly first: number; readonly last: number; readonly device: PortDevice }

/** Which device answers at which port or guest-physical address. An address without a device reads as all ones and swallows writes. */
export class DeviceRanges {
  readonly #ranges: Range[] = []

  /** Puts a device at `first`, `length` addresses long. Overlap is an error. */
  attach(first: number, length: number, device: PortDevice): void {
    const last = first + length - 1
    const other = this.#ranges.find((range) => first <= range.last && range.first <= last)
    if (other) throw new Error(`Devices overlap: 0x${first.toString(16)} is already taken up to 0x${other.last.toString(16)}.`)
    this.#ranges.push({ first, last, device })
  }

  /** 1, 2 or 4 bytes, zero-extended (4: as int32). */
  read(address: number, size: number): number {
    const range = this.#find(address)
    if (range && (size === 1 || range.device.wide)) return range.device.read(address - range.first, size) | 0
    if (!range && size === 1) return 0xff
    let value = 0
    for (let i = 0; i < size; i++) value |= this.read(address + i, 1) << (8 * i)
    return value
  }

  write(address: number, value: number, size: number): void {
    const range = this.#find(address)
    if (range && (size === 1 || range.device.wide)) return range.device.write(address - range.first, value, size)
    for (let i = 0; i < size && size > 1; i++) this.write(address + i, (value >>> (8 * i)) & 0xff, 1)
  }

  #find(address: number): Range | undefined {
    return this.#ranges.find((range) => address >= range.first && address <= range.last)
  }
}
