import { decodeUtf8, type Bytes } from '../base/bytes.ts'
import { Failure } from '../base/failure.ts'

/** One file of a zip, as its central directory describes it. Nothing has been inflated yet. */
export interface ZipEntry {
  readonly name: string
  readonly method: 'stored' | 'deflated'
  readonly crc: number
  readonly size: number
  /** The compressed bytes in the archive. */
  readonly data: Bytes
}

export interface ZipLimits {
  readonly entries: number
  /** Uncompressed bytes of all files together. */
  readonly totalBytes: number
  /** Uncompressed to compressed, over the whole archive; small archives may have any ratio. */
  readonly ratio: number
  readonly ratioFreeBytes: number
}

const END_SIGNATURE = 0x06054b50
const END_SIZE = 22
const LONGEST_COMMENT = 0xffff
const DIRECTORY_SIGNATURE = 0x02014b50
const DIRECTORY_SIZE = 46
const LOCAL_SIGNATURE = 0x04034b50
const LOCAL_SIZE = 30

interface Located extends Omit<ZipEntry, 'data'> {
  readonly compressed: number
  readonly offset: number
}

/**
 * Reads a zip's directory (APPNOTE 6.3.10, sections 4.3.7 to 4.3.16) and checks it against the limits before a byte is inflated.
 * Throws `file` for anything that is not a plain, single-disk zip with sane names, or is larger than the limits allow.
 */
export function readZipDirectory(bytes: Bytes, limits: ZipLimits): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = findEnd(view)
  const count = view.getUint16(end + 10, true)
  const start = view.getUint32(end + 16, true)
  if (view.getUint16(end + 4, true) !== 0 || view.getUint16(end + 8, true) !== count) throw damaged('it is split over several disks')
  if (count > limits.entries) throw tooLarge(`${count} files`)
  if (start + view.getUint32(end + 12, true) > end) throw damaged('its directory is cut off')
  const located = readEntries(view, bytes, start, end, count)
  checkSizes(located, bytes.length, limits)
  checkNames(located)
  return locateData(view, bytes, located, start)
}

function findEnd(view: DataView): number {
  const lowest = Math.max(0, view.byteLength - END_SIZE - LONGEST_COMMENT)
  for (let at = view.byteLength - END_SIZE; at >= lowest; at--) {
    if (view.getUint32(at, true) === END_SIGNATURE && at + END_SIZE + view.getUint16(at + 20, true) === view.byteLength) return at
  }
  throw damaged('it is not a zip archive, or its end is missing')
}

function readEntries(view: DataView, bytes: Bytes, start: number, end: number, count: number): Located[] {
  const entries: Located[] = []
  let at = start
  for (let index = 0; index < count; index++) {
    if (at + DIRECTORY_SIZE > end || view.getUint32(at, true) !== DIRECTORY_SIGNATURE) throw damaged('its directory cannot be read')
    const nameLength = view.getUint16(at + 28, true)
    const next = at + DIRECTORY_SIZE + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
    if (next > end) throw damaged('its directory is cut off')
    const name = decodeUtf8(bytes.subarray(at + DIRECTORY_SIZE, at + DIRECTORY_SIZE + nameLength))
    if (view.getUint16(at + 8, true) & 1) throw damaged(`"${name}" is encrypted`)
    entries.push({
      name,
      method: methodOf(view.getUint16(at + 10, true), name),
      crc: view.getUint32(at + 16, true),
      compressed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    })
    at = next
  }
  return entries
}

function methodOf(code: number, name: string): ZipEntry['method'] {
  if (code === 0) return 'stored'
  if (code === 8) return 'deflated'
  throw damaged(`"${name}" is compressed by a method (${code}) that is not used in projects`)
}

function checkSizes(entries: readonly Located[], archive: number, limits: ZipLimits): void {
  const total = entries.reduce((sum, { size }) => sum + size, 0)
  if (total > limits.totalBytes) throw tooLarge(`${total} bytes when unpacked`)
  if (total > limits.ratioFreeBytes && total > archive * limits.ratio) throw tooLarge(`${total} bytes out of ${archive}`)
  const lying = entries.find(({ method, size, compressed }) => method === 'stored' && size !== compressed)
  if (lying) throw damaged(`the sizes of "${lying.name}" contradict each other`)
}

function checkNames(entries: readonly Located[]): void {
  const seen = new Set<string>()
  for (const { name } of entries) {
    const parts = name.replace(/\/$/, '').split('/')
    const bad = name.length > 400 || /[\\\u0000-\u001f\u007f]|^[A-Za-z]:/.test(name) || parts.some((part) => part === '' || part === '.' || part === '..')
    if (bad) throw damaged(`it has a file with a forbidden name (${JSON.stringify(name.slice(0, 80))})`)
    if (seen.has(name)) throw damaged(`it has two files named "${name}"`)
    seen.add(name)
  }
}

function locateData(view: DataView, bytes: Bytes, entries: readonly Located[], directory: number): ZipEntry[] {
  let free = 0
  const ordered = [...entries].sort((a, b) => a.offset - b.offset)
  const found = ordered.map(({ offset, compressed, ...entry }): ZipEntry => {
    if (offset < free || offset + LOCAL_SIZE > directory) throw damaged(`"${entry.name}" lies outside of it or over another file`)
    if (view.getUint32(offset, true) !== LOCAL_SIGNATURE) throw damaged(`"${entry.name}" is not where it should be`)
    const start = offset + LOCAL_SIZE + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true)
    free = start + compressed
    if (free > directory) throw damaged(`"${entry.name}" is cut off`)
    return { ...entry, data: bytes.subarray(start, free) }
  })
  return found.filter(({ name }) => !name.endsWith('/'))
}

export function damaged(why: string): Failure {
  return new Failure('file', `This is not a usable Glasshouse project: ${why}.`, 'Try the last copy of the file, or a backup.')
}

export function tooLarge(what: string): Failure {
  return new Failure('file', `This file is refused: it claims to hold ${what}, more than any project needs.`, 'It may have been made to harm the app.')
}
