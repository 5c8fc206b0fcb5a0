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

  read(address: number, size: number): number {
    const range = this.#find(address)
    return range ? range.device.read(address - range.first, size) | 0 : size === 4 ? -1 : size === 2 ? 0xffff : 0xff
  }

  write(address: number, value: number, size: number): void {
    const range = this.#find(address)
    range?.device.write(address - range.first, value, size)
  }

  #find(address: number): Range | undefined {
    return this.#ranges.find((range) => address >= range.first && address <= range.last)
  }
}
