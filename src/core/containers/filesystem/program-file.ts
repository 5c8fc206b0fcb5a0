import { decodeUtf8, encodeUtf8, type Bytes } from '../../base/bytes.ts'
import type { FileBody } from './file-system.ts'

const marker = '#!glasshouse:'
const longestMarker = 128

/**
 * The stand-in for a compiled program: the kernel runs the userland program `name` for it.
 * @param size bytes in all; at least those of the marker line.
 */
export function programFile(name: string, size: number): FileBody {
  const head = encodeUtf8(`${marker}${name}\n`)
  return size <= head.length ? head : { seed: `program:${name}`, size, head }
}

/** The program a file stands for, from the file's first bytes (128 are enough); undefined when it is none. */
export function programNameOf(prefix: Bytes): string | undefined {
  const text = decodeUtf8(prefix.subarray(0, longestMarker))
  const end = text.indexOf('\n')
  return text.startsWith(marker) && end > 0 ? text.slice(marker.length, end) : undefined
}
