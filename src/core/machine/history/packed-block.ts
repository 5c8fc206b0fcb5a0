/** A block of memory as a checkpoint keeps it: its beginning, then one doubleword over and over. Filled and half-empty pages become small. */
export interface PackedBlock {
  readonly head: Uint8Array
  readonly fill: number
}

/** @param block its length is a multiple of 4. The bytes are copied. */
export function packBlock(block: Uint8Array): PackedBlock {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength)
  let length = block.length
  const fill = view.getInt32(length - 4, true)
  while (length > 0 && view.getInt32(length - 4, true) === fill) length -= 4
  return { head: block.slice(0, length), fill }
}

export function unpackBlock({ head, fill }: PackedBlock, size: number): Uint8Array {
  const block = new Uint8Array(size)
  block.set(head)
  if (fill !== 0) new Int32Array(block.buffer).fill(fill, head.length / 4)
  return block
}

/** Bytes that a packed block takes, what its owner spends on it included. */
export const packedSize = ({ head }: PackedBlock): number => head.length + 160
