import { Failure } from '../../../base/failure.ts'

/** Where programs may be loaded, and the first address that is mapped: what is below it catches null pointers. */
export const FIRST_ADDRESS = 0x1_0000
export const PAGE = 4096
const MIB = 1 << 20
const MOST_MIB = 64

/** The flat memory of one program, from `FIRST_ADDRESS` to its end. `bytes` and `view` are indexed by the program's own addresses. */
export class GuestMemory {
  readonly size: number
  readonly bytes: Uint8Array
  readonly view: DataView

  /** @param buffer of at least `size` bytes from `offset` on; a new one if not said. */
  constructor(size: number, buffer: ArrayBufferLike = new ArrayBuffer(size), offset = 0) {
    this.size = size
    this.bytes = new Uint8Array(buffer, offset, size)
    this.view = new DataView(buffer, offset, size)
  }

  /** Whether all `length` bytes at an unsigned address belong to the program. */
  holds(address: number, length: number): boolean {
    return address >= FIRST_ADDRESS && address + length <= this.size
  }
}

/** Bytes of a memory of so many MiB (1 to 64); anything else is a `Failure`. */
export function memorySize(mib: number): number {
  if (!Number.isInteger(mib) || mib < 1 || mib > MOST_MIB) throw new Failure('invalid', `A RISC-V program has between 1 and ${MOST_MIB} MiB of memory, not ${mib}.`)
  return mib * MIB
}
