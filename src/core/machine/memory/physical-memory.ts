import { DeviceRanges } from '../devices/ranges.ts'
import type { MmioDevice } from '../devices/device.ts'
import type { Gpa } from './addresses.ts'

export const PAGE_SIZE = 4096
/** From this size on allocators hand out fresh pages, which cost nothing until they are touched; smaller blocks they clear byte by byte. */
const LEAST_BYTES = 33 << 20
/** Bytes of the same buffer in front of RAM, for a processor's registers, decoded instructions and translations: its loop then knows one memory only. */
export const HEAD_BYTES = 24 << 20
/** Bits of `pageKind`: a device answers; decoded instructions lie in it; it was written since dirty pages were last taken. */
const MMIO_PAGE = 1
const CODE_PAGE = 2
export const DIRTY_PAGE = 4

/** Who must know of writes: a processor that keeps decoded instructions and direct translations. */
export interface MemoryWatcher {
  /** Called before `size` bytes of a page that holds decoded instructions change. */
  codeWritten(page: number, offset: number, size: number): void
  /** A page holds decoded instructions, of this or of another processor: its writes must come through `PhysicalMemory` from now on. */
  codeAppeared(page: number): void
  holdsCode(page: number): boolean
  /** All pages count as clean again: the next write to each must come through `PhysicalMemory`. */
  cleaned(): void
}

/** What a memory and its parts have in common. */
interface Shared {
  readonly mmio: DeviceRanges
  readonly watchers: MemoryWatcher[]
  dirty: number[]
}

/** RAM from guest-physical 0 and the devices mapped into the address space. */
export class PhysicalMemory {
  readonly size: number
  readonly bytes: Uint8Array
  readonly view: DataView
  /** The whole buffer: `HEAD_BYTES` of the processor's, then RAM. */
  readonly hostBytes: Uint8Array
  readonly hostHalves: Uint16Array
  readonly hostWords: Int32Array
  readonly host: DataView
  /** One byte for each page of RAM, see the bits above. */
  readonly pageKind: Uint8Array
  readonly #shared: Shared

  /**
   * @param size in bytes, a multiple of 4 KiB, less than 2 GiB.
   * @param whole the memory whose beginning this is: what a guest has of its host's. Bytes and devices are the same; RAM ends earlier.
   */
  constructor(size: number, whole: PhysicalMemory | null = null) {
    if (size <= 0 || size % PAGE_SIZE !== 0 || size > (whole?.size ?? 0x7fff_f000 - HEAD_BYTES)) throw new RangeError(`Memory of ${size} bytes is not possible.`)
    this.size = size
    this.#shared = whole === null ? { mmio: new DeviceRanges(), watchers: [], dirty: [] } : whole.#shared
    const buffer = whole === null ? new ArrayBuffer(Math.max(HEAD_BYTES + size, LEAST_BYTES)) : whole.hostBytes.buffer
    this.bytes = new Uint8Array(buffer, HEAD_BYTES, size)
    this.view = new DataView(buffer, HEAD_BYTES, size)
    this.hostBytes = new Uint8Array(buffer)
    this.hostHalves = new Uint16Array(buffer)
    this.hostWords = new Int32Array(buffer)
    this.host = new DataView(buffer)
    this.pageKind = whole === null ? new Uint8Array(size / PAGE_SIZE) : whole.pageKind
  }

  /** Tells somebody about writes from now on. */
  watch(watcher: MemoryWatcher): void {
    this.#shared.watchers.push(watcher)
  }

  /** Maps a device at a page-aligned guest-physical address; it hides RAM that lies there. */
  attach(first: Gpa, length: number, device: MmioDevice): void {
    this.#shared.mmio.attach(first, length, device)
    for (let at: number = first; at < Math.min(first + length, this.size); at += PAGE_SIZE) this.pageKind[at >>> 12]! |= MMIO_PAGE
  }

  /** Whether a load may go straight to RAM. */
  isRam(address: Gpa): boolean {
    return address < this.size && (this.pageKind[address >>> 12]! & MMIO_PAGE) === 0
  }

  /** Whether a store may go straight to RAM: nobody needs to hear of it. */
  isPlain(address: Gpa): boolean {
    return address < this.size && this.pageKind[address >>> 12] === DIRTY_PAGE
  }

  /** 1, 2 or 4 bytes within one page, zero-extended (4: as int32). */
  read(address: Gpa, size: number): number {
    if (!this.isRam(address)) return this.#shared.mmio.read(address, size)
    if (size === 4) return this.view.getInt32(address, true)
    return size === 2 ? this.view.getUint16(address, true) : this.bytes[address]!
  }

  /** 1, 2 or 4 bytes within one page. */
  write(address: Gpa, value: number, size: number): void {
    if (!this.isRam(address)) return this.#shared.mmio.write(address, value, size)
    this.#touch(address >>> 12, address & 0xfff, size)
    if (size === 4) this.view.setInt32(address, value, true)
    else if (size === 2) this.view.setUint16(address, value, true)
    else this.bytes[address] = value
  }

  /** Puts bytes into RAM, also where a device hides it: loaders, DMA, a checkpoint's pages. Outside RAM is a RangeError. */
  copyIn(address: Gpa, bytes: Uint8Array): void {
    if (address + bytes.length > this.size) throw new RangeError(`${bytes.length} bytes at 0x${address.toString(16)} do not fit into a memory of ${this.size} bytes.`)
    for (let at: number = address; at < address + bytes.length;) {
      const size = Math.min(PAGE_SIZE - (at & 0xfff), address + bytes.length - at)
      this.#touch(at >>> 12, at & 0xfff, size)
      at += size
    }
    this.bytes.set(bytes, address)
  }

  /** Numbers of the RAM pages written since the last call, in the order of their first write. */
  takeDirty(): number[] {
    const pages = this.#shared.dirty
    this.#shared.dirty = []
    for (const page of pages) this.pageKind[page]! &= ~DIRTY_PAGE
    for (const watcher of this.#shared.watchers) watcher.cleaned()
    return pages
  }

  /** Writes to a page are told to the watchers while one of them holds decoded instructions of it; each says so when that begins and when it has ended. */
  markCode(page: number, holdsCode: boolean): void {
    const { watchers } = this.#shared
    if (!holdsCode) {
      if (!watchers.some((watcher) => watcher.holdsCode(page))) this.pageKind[page]! &= ~CODE_PAGE
      return
    }
    this.pageKind[page]! |= CODE_PAGE
    for (const watcher of watchers) watcher.codeAppeared(page)
  }

  /** Before `size` bytes of one page change. */
  #touch(page: number, offset: number, size: number): void {
    const kind = this.pageKind[page]!
    if ((kind & CODE_PAGE) !== 0) for (const watcher of this.#shared.watchers) watcher.codeWritten(page, offset, size)
    if ((kind & DIRTY_PAGE) !== 0) return
    this.pageKind[page]! |= DIRTY_PAGE
    this.#shared.dirty.push(page)
  }
}
