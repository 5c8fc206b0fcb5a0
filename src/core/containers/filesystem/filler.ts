import type { Bytes } from '../../base/bytes.ts'
import type { FileBody, Filler } from './file-system.ts'

const blockBytes = 65_536
const blockWords = blockBytes / 4
const chunkBytes = 1_048_576

/** Blocks of the seeds used last: neighbouring reads and the chunks of one large file share theirs. Pure memoisation. */
const recentBlocks = new Map<string, Uint32Array>()
const recentLimit = 16

/** MurmurHash3's 32-bit finalizer: every input bit reaches every output bit. */
function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

function hashSeed(seed: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < seed.length; index++) hash = Math.imul(hash ^ seed.charCodeAt(index), 0x01000193)
  return mix(hash)
}

/** The seed's block, with its first `words` words made. */
function makeBlock(seed: string, words: number): Uint32Array {
  const cached = recentBlocks.get(seed)
  if (cached && cached.length >= words) return cached
  const block = new Uint32Array(words)
  const start = hashSeed(seed)
  if (seed !== '') for (let index = 0; index < words; index++) block[index] = mix(start + Math.imul(index, 0x9e3779b9))
  recentBlocks.delete(seed)
  recentBlocks.set(seed, block)
  if (recentBlocks.size > recentLimit) recentBlocks.delete(recentBlocks.keys().next().value ?? '')
  return block
}

/** Copies the seed's bytes from `offset` into `target`, without the head. Bytes are little-endian on every machine we run on. */
function fill(seed: string, offset: number, target: Bytes): void {
  if (seed === '') return
  const words = Math.min(blockWords, Math.ceil((offset + target.length) / 4))
  const source = new Uint8Array(makeBlock(seed, words).buffer)
  for (let at = 0; at < target.length;) {
    const position = offset + at
    const inBlock = position % blockBytes
    const length = Math.min(blockBytes - inBlock, target.length - at)
    target.set(source.subarray(inBlock, inBlock + length), at)
    markBlock(Math.floor(position / blockBytes), inBlock, target.subarray(at, at + length))
    at += length
  }
}

/** Mixes the block's number into its first four bytes, so that no two blocks are equal. */
function markBlock(block: number, inBlock: number, part: Bytes): void {
  for (let byte = inBlock; byte < 4 && byte - inBlock < part.length; byte++) {
    const index = byte - inBlock
    part[index] = (part[index] ?? 0) ^ ((block >>> (8 * byte)) & 0xff)
  }
}

export function isFiller(body: FileBody): body is Filler {
  return !(body instanceof Uint8Array)
}

export function bodySize(body: FileBody): number {
  return isFiller(body) ? body.size : body.length
}

/** At most `length` bytes of a body from `offset`. May share memory with the body: do not write to it. */
export function readBodyPart(body: FileBody, offset = 0, length = Number.POSITIVE_INFINITY): Bytes {
  const from = Math.min(offset, bodySize(body))
  const to = Math.min(bodySize(body), from + length)
  if (!isFiller(body)) return body.subarray(from, to)
  const head = body.head ?? new Uint8Array(0)
  if (to <= head.length) return head.subarray(from, to)
  const bytes = new Uint8Array(to - from)
  fill(body.seed, from, bytes)
  if (from < head.length) bytes.set(head.subarray(from))
  return bytes
}

/** A body in chunks of at most 1 MiB, so that hashing or exporting a large file needs no large buffer. */
export function* bodyChunks(body: FileBody): Generator<Bytes> {
  if (!isFiller(body)) {
    if (body.length > 0) yield body
    return
  }
  for (let at = 0; at < body.size; at += chunkBytes) yield readBodyPart(body, at, chunkBytes)
}
