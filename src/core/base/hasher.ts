import { sha256 } from '@noble/hashes/sha2.js'
import { encodeUtf8, toHex, type Bytes } from './bytes.ts'

/** A SHA-256 (FIPS 180-4) in progress. */
export interface Sha256Stream {
  update(bytes: Bytes): void
  /** 64 lower-case hexadecimal digits; call once, last. */
  hex(): string
}

/** Makes SHA-256 streams. Doors pass the platform's native one; the pure one gives the same digests, slower. */
export type Sha256Factory = () => Sha256Stream

export const pureSha256: Sha256Factory = () => {
  const hash = sha256.create()
  return {
    update: (bytes) => void hash.update(bytes),
    hex: () => toHex(hash.digest()),
  }
}

export function sha256Hex(data: Bytes | string, factory: Sha256Factory = pureSha256): string {
  const stream = factory()
  stream.update(typeof data === 'string' ? encodeUtf8(data) : data)
  return stream.hex()
}
