import { Failure } from '../../../base/failure.ts'
import { X_SP } from '../riscv/registers.ts'
import { FIRST_ADDRESS, type GuestMemory, PAGE } from './guest-memory.ts'

/** Bytes at an address of the program's memory. */
export interface ProgramSegment { readonly address: number; readonly bytes: Uint8Array }

/** A program that can be started. */
export interface Program {
  readonly entry: number
  readonly segments: readonly ProgramSegment[]
  /** First address behind all that is loaded or reserved. */
  readonly end: number
}

/** The registers of a program: what is the same however it is run. */
export interface RegisterFile {
  /** 0 for `zero`; int32. */
  get(register: number): number
  /** A write to `zero` is lost. */
  set(register: number, value: number): void
}

/** Bytes between the first heap address and the lowest of the stack that stay free for it. */
const STACK = 0x1_0000

/** Puts a program into its memory and its stack pointer at the memory's end; returns the limits of its heap. A program that does not fit is a `Failure`. */
export function loadProgram(program: Program, memory: GuestMemory, registers: RegisterFile): { readonly heap: number; readonly heapEnd: number } {
  const heap = Math.ceil(program.end / PAGE) * PAGE
  const heapEnd = memory.size - STACK
  const last = Math.max(heap, ...program.segments.map(({ address, bytes }) => address + bytes.length))
  if (last > heapEnd) throw new Failure('capacity', `The program ends at 0x${last.toString(16)}; its memory, without a stack of ${STACK} bytes, at 0x${heapEnd.toString(16)}.`, 'Give it more memory.')
  for (const { address, bytes } of program.segments) {
    if (address < FIRST_ADDRESS) throw new Failure('invalid', `The program wants to be loaded at 0x${address.toString(16)}, below 0x${FIRST_ADDRESS.toString(16)}.`, 'Link it to a higher address.')
    memory.bytes.set(bytes, address)
  }
  registers.set(X_SP, memory.size - 16)
  return { heap, heapEnd }
}
