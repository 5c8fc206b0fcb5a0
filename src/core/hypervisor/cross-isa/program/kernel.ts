import { X_A0, X_A1, X_A2, X_A7 } from '../riscv/registers.ts'
import type { GuestMemory } from './guest-memory.ts'
import type { RegisterFile } from './program.ts'

/** System calls by Linux's numbers for RISC-V (asm-generic/unistd.h). */
const READ = 63
const WRITE = 64
const EXIT = 93
const EXIT_GROUP = 94
const BRK = 214

const EBADF = -9
const EFAULT = -14
const ENOSPC = -28
const ENOSYS = -38

/** Bytes that a program may write in all. */
const MOST_OUTPUT = 16 << 20

/** The part of Linux that a small program needs: number in a7, arguments in a0 to a2, result or minus the error in a0. */
export class Kernel {
  readonly #memory: GuestMemory
  readonly #input: Uint8Array
  readonly #write: (bytes: Uint8Array) => void
  readonly #heap: number
  readonly #heapEnd: number
  #break: number
  #read = 0
  #written = 0

  /** @param input what can be read from file 0. @param write is given what is written to files 1 and 2, each time a copy. */
  constructor(memory: GuestMemory, heap: { readonly heap: number; readonly heapEnd: number }, input: Uint8Array, write: (bytes: Uint8Array) => void) {
    this.#memory = memory
    this.#input = input
    this.#write = write
    this.#heap = this.#break = heap.heap
    this.#heapEnd = heap.heapEnd
  }

  /** Serves the call that the registers ask for. The exit code, 0 to 255, when it was the last; else null. */
  call(registers: RegisterFile): number | null {
    const [a0, a1, a2] = [registers.get(X_A0), registers.get(X_A1) >>> 0, registers.get(X_A2) >>> 0]
    switch (registers.get(X_A7)) {
      case EXIT:
      case EXIT_GROUP: return a0 & 0xff
      case READ: registers.set(X_A0, this.#readInto(a0, a1, a2)); break
      case WRITE: registers.set(X_A0, this.#writeFrom(a0, a1, a2)); break
      case BRK: registers.set(X_A0, this.#setBreak(a0 >>> 0)); break
      default: registers.set(X_A0, ENOSYS)
    }
    return null
  }

  #readInto(file: number, address: number, length: number): number {
    if (file !== 0) return EBADF
    const chunk = this.#input.subarray(this.#read, this.#read + length)
    if (chunk.length > 0 && !this.#memory.holds(address, chunk.length)) return EFAULT
    this.#memory.bytes.set(chunk, chunk.length > 0 ? address : 0)
    this.#read += chunk.length
    return chunk.length
  }

  #writeFrom(file: number, address: number, length: number): number {
    if (file !== 1 && file !== 2) return EBADF
    if (length === 0) return 0
    if (!this.#memory.holds(address, length)) return EFAULT
    if (this.#written + length > MOST_OUTPUT) return ENOSPC
    this.#written += length
    this.#write(this.#memory.bytes.slice(address, address + length))
    return length
  }

  /** As Linux: an address that cannot be leaves the break where it is, and the answer is always the break. */
  #setBreak(address: number): number {
    if (address >= this.#heap && address <= this.#heapEnd) this.#break = address
    return this.#break
  }
}
