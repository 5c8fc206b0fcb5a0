import { encode } from 'cborg'
import type { Bytes } from '../base/bytes.ts'
import { canonicalJson } from '../base/canonical-json.ts'

/** Plain CBOR (RFC 8949, definite lengths, no tags) of JSON-safe data, with sorted keys: the same bytes for the same data. */
export function encodeCbor(value: unknown): Bytes {
  return encode(JSON.parse(canonicalJson(value)))
}
