import { DeviceRanges } from '../devices/ranges.ts'
import type { MmioDevice } from '../devices/device.ts'
import type { Gpa } from './addresses.ts'

export const PAGE_SIZE = 4096
/** Bits of `pageKind`: a device answers; decoded instructions lie in it. Such pages never get a write entry in the TLB. */
export const MMIO_PAGE = 1
export const CODE_PAGE = 2

/** RAM from guest-physical 0 and the devices mapped into the address space. */
export class PhysicalMemory {
  readonly size: number
  readonly bytes: Uint8Array
  readonly view: DataView
  /** One byte for each page of RAM, see the bits above. */
  readonly pageKind: Uint8Array
  /** Called before RAM that holds decoded instructions changes. */
  codeWritten: (page: number) => void = () => undefined
  readonly #mmio = new DeviceRanges()

  /** `size` in bytes, a multiple of 4 KiB, at most 2 GiB. */
  constructor(size: number) {
    if (size <= 0 || size % PAGE_SIZE !== 0 || size > 0x7fff_f000) throw new RangeError(`Memory of ${size} bytes is not possible.`)
    this.size = size
    const buffer = new ArrayBuffer(size)
    this.bytes = new Uint8Array(buffer)
    this.view = new DataView(buffer)
    this.pageKind = new Uint8Array(size / PAGE_SIZE)
  }

  /** Maps a device at a page-aligned guest-physical address; it hides RAM that lies there. */
  attach(first: Gpa, length: number, device: MmioDevice): void {
    this.#mmio.attach(first, length, device)
    for (let at: number = first; at < Math.min(first + length, this.size); at += PAGE_SIZE) this.pageKind[at >>> 12]! |= MMIO_PAGE
  }

  /** Whether a load may go straight to RAM. */
  isRam(address: Gpa): boolean {
    return address < this.size && (this.pageKind[address >>> 12]! & MMIO_PAGE) === 0
  }

  /** 1, 2 or 4 bytes within one page, zero-extended (4: as int32). */
  read(address: Gpa, size: number): number {
    if (!this.isRam(address)) return this.#mmio.read(address, size)
    if (size === 4) return this.view.getInt32(address, true)
    return size === 2 ? this.view.getUint16(address, true) : this.bytes[address]!
  }

  /** 1, 2 or 4 bytes within one page. */
  write(address: Gpa, value: number, size: number): void {
    if (!this.isRam(address)) return this.#mmio.write(address, value, size)
    if ((this.pageKind[address >>> 12]! & CODE_PAGE) !== 0) this.codeWritten(address >>> 12)
    if (size === 4) this.view.setInt32(address, value, true)
    else if (size === 2) this.view.setUint16(address, value, true)
    else this.bytes[address] = value
  }
}
