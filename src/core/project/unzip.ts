import { Inflate } from 'fflate/browser'
import type { Bytes } from '../base/bytes.ts'
import { crc32 } from './crc32.ts'
import { damaged, type ZipEntry } from './zip-directory.ts'

/** Compressed bytes inflated in one go: even at deflate's best ratio (1032) not more than 34 MB come out before the next check. */
const PIECE = 32 * 1024

/** The file's contents, never more than the directory promised; throws `file` when size or checksum are not what it says. */
export function unzipEntry(entry: ZipEntry): Bytes {
  const bytes = entry.method === 'stored' ? entry.data.slice() : inflate(entry)
  if (crc32(bytes) !== entry.crc) throw damaged(`the checksum of "${entry.name}" is wrong`)
  return bytes
}

function inflate(entry: ZipEntry): Bytes {
  const out = new Uint8Array(entry.size)
  let length = 0
  const stream = new Inflate((piece) => {
    if (length + piece.length > out.length) throw damaged(`"${entry.name}" is larger than it says`)
    out.set(piece, length)
    length += piece.length
  })
  try {
    for (let at = 0; at < entry.data.length || at === 0; at += PIECE) {
      stream.push(entry.data.subarray(at, at + PIECE), at + PIECE >= entry.data.length)
    }
  } catch (error) {
    if (error instanceof Error && error.name === 'Failure') throw error
    throw damaged(`"${entry.name}" cannot be unpacked`)
  }
  if (length !== out.length) throw damaged(`"${entry.name}" is cut off`)
  return out
}
