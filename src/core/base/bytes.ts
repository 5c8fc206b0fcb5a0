/** Bytes are not strings: everything that is stored, hashed or piped is `Bytes`. */
export type Bytes = Uint8Array

// Every JavaScript runtime has these two; core compiles without DOM and Node types, so they are declared here and only here.
declare const TextEncoder: new () => { encode(text: string): Uint8Array }
declare const TextDecoder: new (label?: string, options?: { fatal?: boolean }) => {
  decode(bytes?: Uint8Array, options?: { stream?: boolean }): string
}

const encoder = new TextEncoder()

/** UTF-8 bytes of a text. */
export function encodeUtf8(text: string): Bytes {
  return encoder.encode(text)
}

/** Text of UTF-8 bytes; invalid sequences become U+FFFD. */
export function decodeUtf8(bytes: Bytes): string {
  return new TextDecoder().decode(bytes)
}

/** Decodes a stream of chunks, keeping a character that is cut by a chunk's end for the next one. */
export class Utf8StreamDecoder {
  private readonly decoder = new TextDecoder()

  push(chunk: Bytes): string {
    return this.decoder.decode(chunk, { stream: true })
  }
}

export function concatBytes(parts: readonly Bytes[]): Bytes {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

/** Lower-case hexadecimal, two digits a byte. */
export function toHex(bytes: Bytes): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}
