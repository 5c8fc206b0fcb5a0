import { encodeUtf8, type Bytes } from '../../base/bytes.ts'
import type { FileBody } from '../filesystem/file-system.ts'
import { bodyChunks, bodySize } from '../filesystem/filler.ts'
import { blockSize, entryTypes, field, headerChecksum, type TarEntry } from './tar-format.ts'

const padding = new Uint8Array(blockSize)
const largestSize = 0o77777777777
const largestId = 0o7777777

/**
 * Writes a reproducible tar into a sink, chunk by chunk: equal entries give equal bytes. What a ustar header cannot hold
 * (long or non-ASCII names, large numbers) goes into a pax header before it. Chunks must not be written to.
 */
export class TarWriter {
  private readonly sink: (chunk: Bytes) => void
  /** Bytes written so far. */
  size = 0

  constructor(sink: (chunk: Bytes) => void) {
    this.sink = sink
  }

  entry(entry: TarEntry, body?: FileBody): void {
    const content = this.begin(entry, body ? bodySize(body) : 0)
    if (body) for (const chunk of bodyChunks(body)) content.write(chunk)
    content.end()
  }

  /** Starts an entry whose content comes in pieces: exactly `size` bytes, then `end`. */
  begin(entry: TarEntry, size: number): { write(chunk: Bytes): void; end(): void } {
    this.header(entry, size)
    let missing = size
    return {
      write: (chunk) => {
        missing -= chunk.length
        this.emit(chunk)
      },
      end: () => {
        if (missing !== 0) throw new Error(`${entry.path}: ${missing} bytes short of its size`)
        this.pad(size)
      },
    }
  }

  /** Two empty blocks end the archive. */
  finish(): void {
    this.emit(padding)
    this.emit(padding)
  }

  private header(entry: TarEntry, size: number): void {
    const name = entry.kind === 'directory' ? `${entry.path}/` : entry.path
    const records: [string, string][] = []
    if (!fits(name, field.name[1])) records.push(['path', name])
    if (!fits(entry.target, field.link[1])) records.push(['linkpath', entry.target])
    if (size > largestSize) records.push(['size', String(size)])
    if (entry.uid > largestId) records.push(['uid', String(entry.uid)])
    if (entry.gid > largestId) records.push(['gid', String(entry.gid)])
    if (entry.mtime < 0 || !Number.isInteger(entry.mtime)) records.push(['mtime', String(entry.mtime)])
    if (records.length > 0) this.paxHeader(entry, records)
    this.emit(makeHeader({ ...entry, path: name }, entryTypes[entry.kind], size))
  }

  private paxHeader(entry: TarEntry, records: readonly [string, string][]): void {
    const data = encodeUtf8(records.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => paxRecord(key, value)).join(''))
    const path = `PaxHeaders.0/${entry.path.slice(entry.path.lastIndexOf('/') + 1)}`
    this.emit(makeHeader({ ...entry, path, target: '', mode: 0o644, uid: 0, gid: 0, mtime: 0, device: null }, 'x', data.length))
    this.emit(data)
    this.pad(data.length)
  }

  private pad(size: number): void {
    const rest = size % blockSize
    if (rest > 0) this.emit(padding.subarray(rest))
  }

  private emit(chunk: Bytes): void {
    this.size += chunk.length
    this.sink(chunk)
  }
}

function makeHeader(entry: TarEntry, type: string, size: number): Bytes {
  const header = new Uint8Array(blockSize)
  putText(header, field.name, entry.path)
  putOctal(header, field.mode, entry.mode)
  putOctal(header, field.uid, clamp(entry.uid, largestId))
  putOctal(header, field.gid, clamp(entry.gid, largestId))
  putOctal(header, field.size, clamp(size, largestSize))
  putOctal(header, field.mtime, clamp(Math.floor(entry.mtime), largestSize))
  putText(header, field.type, type)
  putText(header, field.link, entry.target)
  header.set(encodeUtf8('ustar\x0000'), field.magic[0])
  if (entry.device) {
    putOctal(header, field.major, entry.device.major)
    putOctal(header, field.minor, entry.device.minor)
  }
  header.set(encodeUtf8(`${headerChecksum(header).toString(8).padStart(6, '0')}\0 `), field.checksum[0])
  return header
}

function fits(text: string, length: number): boolean {
  return text.length <= length && /^[\x20-\x7e]*$/.test(text)
}

function clamp(value: number, largest: number): number {
  return value > largest || value < 0 ? 0 : value
}

/** What fits of a text, for readers that know no pax; the pax record has all of it. */
function putText(header: Bytes, [offset, length]: readonly [number, number], text: string): void {
  header.set(encodeUtf8(text).subarray(0, length), offset)
}

function putOctal(header: Bytes, [offset, length]: readonly [number, number], value: number): void {
  header.set(encodeUtf8(value.toString(8).padStart(length - 1, '0')), offset)
}

/** `length key=value\n`, where the length counts itself. */
function paxRecord(key: string, value: string): string {
  const rest = encodeUtf8(` ${key}=${value}\n`).length
  let length = rest + String(rest).length
  if (String(length).length !== String(rest).length) length = rest + String(length).length
  return `${length} ${key}=${value}\n`
}
