import type { FaultCause } from '../program/end.ts'

/** What is known of a place where translated code leaves for the kernel; found by the address behind its `int`. */
export type Leave =
  /** `link`: where a jump to the target's block can be written, once there is one. */
  | { readonly kind: 'goto'; readonly target: number; readonly link: Link }
  | { readonly kind: 'jump-register'; readonly pc: number; readonly rd: number }
  | { readonly kind: 'system-call'; readonly next: number }
  | { readonly kind: 'fence.i'; readonly next: number }
  /** `uncounted`: 1 if the block has already counted the instruction. */
  | { readonly kind: 'fault'; readonly cause: FaultCause; readonly pc: number; readonly value: number; readonly uncounted: number }
  | { readonly kind: 'budget'; readonly pc: number; readonly count: number }

/** A whole `jmp` that is written at an address, or the displacement of the `jcc` that lies there. */
export interface Link { readonly form: 'jmp' | 'jcc'; readonly at: number }

/** A guest instruction and the x86 address at which its translation begins. */
export interface Step { readonly pc: number; readonly word: number; readonly at: number }

/** A translated basic block. */
export interface Block {
  /** Guest address of its first instruction. */
  readonly pc: number
  /** x86 address and code, as it was made: chaining changes what lies in memory. */
  readonly address: number
  readonly code: Uint8Array
  readonly steps: readonly Step[]
  /** Guest instructions that it counts at its beginning. */
  readonly count: number
  /** x86 address behind the last instruction's translation: the ways out begin. */
  readonly exits: number
  readonly leaves: ReadonlyMap<number, Leave>
}
