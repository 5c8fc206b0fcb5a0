/** Words of an entry: the eight registers, EIP, FLAGS and the six words of the arithmetic flags, in this order. */
export const RING_WORDS = 16

/**
 * Where the processor writes its registers before each instruction, while somebody asks for it. The loop in slice.ts writes the entries itself:
 * a call for each would cost several times the instruction.
 */
export interface RegisterRing {
  /** Entries, over and over; a power of two of them. */
  readonly words: Int32Array
  /** Entries taken since the ring was made. */
  total: number
  /** Takes an entry from the state block. */
  take(): void
  /** Writes the entry `ahead` of `total` from the state block; `total` stays as it is. */
  put(ahead: number): void
  /** The rest of the state (ring, control registers, selectors), which holds from the entry `ahead` of `total` on. To be told after whatever may change it. */
  note(ahead: number): void
}
