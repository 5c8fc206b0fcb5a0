import { Encoder } from 'cbor-x'
import type { Bytes } from '../base/bytes.ts'
import { canonicalJson } from '../base/canonical-json.ts'

// Plain CBOR (RFC 8949) that every reader understands: no shared structures, no tags, definite lengths.
const encoder = new Encoder({ useRecords: false, variableMapSize: true, tagUint8Array: false })

// The package's types name Node's Buffer, which is a Uint8Array and is all that the core may know of it.
const encode = encoder.encode.bind(encoder) as (value: unknown) => Bytes

/** CBOR of JSON-safe data, with sorted keys: the same bytes for the same data. */
export function encodeCbor(value: unknown): Bytes {
  return Uint8Array.from(encode(JSON.parse(canonicalJson(value))))
}
