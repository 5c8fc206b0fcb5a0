import { decodeUtf8, type Bytes } from '../../base/bytes.ts'
import { Failure } from '../../base/failure.ts'
import { blockSize, entryTypes, field, headerChecksum, type TarEntry, type TarEntryKind } from './tar-format.ts'

/** What protects the app from a hostile archive. */
export interface TarLimits {
  readonly entries: number
  /** Bytes of all files together. */
  readonly bytes: number
  /** Characters of one path. */
  readonly path: number
}

const defaultLimits: TarLimits = { entries: 300_000, bytes: 0x1_0000_0000, path: 4095 }
const longestExtension = 1_048_576
const kinds = new Map<string, TarEntryKind>([...Object.entries(entryTypes).map(([kind, type]) => [type, kind as TarEntryKind] as const), ['\0', 'file'], ['7', 'file']])

export interface TarItem extends TarEntry {
  /** A view into the archive. */
  readonly body: Bytes
}

/** Values of pax and GNU extensions that replace the next header's. */
type Extensions = Map<string, string>

/**
 * Reads a tar (ustar, pax, GNU long names, old v7). Throws `Failure('file', …)` for anything that is damaged, that would lead
 * out of the archive's root or that goes over a limit. Block devices and other unknown types are refused.
 */
export function* readTar(archive: Bytes, limits: Partial<TarLimits> = {}): Generator<TarItem> {
  const allowed = { ...defaultLimits, ...limits }
  const global: Extensions = new Map()
  let local: Extensions = new Map()
  let entries = 0
  let total = 0
  for (let at = 0; at < archive.length;) {
    const header = archive.subarray(at, at + blockSize)
    if (header.length < blockSize) throw damaged('it ends in the middle of a header')
    if (header.every((byte) => byte === 0)) return
    checkHeader(header)
    const type = text(header, field.type)
    const size = Number(local.get('size') ?? global.get('size') ?? number(header, field.size))
    const hasBody = type !== entryTypes['hard-link'] && kinds.get(type) !== 'directory'
    const body = archive.subarray(at + blockSize, at + blockSize + (hasBody ? size : 0))
    if (!Number.isSafeInteger(size) || size < 0 || (hasBody && body.length < size)) throw damaged('it ends in the middle of a file')
    at += blockSize + Math.ceil(body.length / blockSize) * blockSize
    if (readExtension(type, body, local, global)) continue
    if (++entries > allowed.entries) throw overLimit(`it has more than ${allowed.entries} entries`)
    total += body.length
    if (total > allowed.bytes) throw overLimit(`it holds more than ${allowed.bytes} bytes`)
    yield { ...readEntry(header, new Map([...global, ...local]), allowed), body }
    local = new Map()
  }
  if (archive.length === 0) throw damaged('it is empty')
}

function readEntry(header: Bytes, extensions: Extensions, limits: TarLimits): TarEntry {
  const prefix = decodeUtf8(header.subarray(257, 262)) === 'ustar' ? text(header, field.prefix) : ''
  const name = extensions.get('path') ?? (prefix === '' ? text(header, field.name) : `${prefix}/${text(header, field.name)}`)
  const type = text(header, field.type)
  const isDirectory = name.endsWith('/') && (type === entryTypes.file || type === '\0')
  const kind = isDirectory ? 'directory' : kinds.get(type)
  if (!kind) throw damaged(`${name} is of a type that is not supported`)
  const target = extensions.get('linkpath') ?? text(header, field.link)
  const numeric = (key: string, place: readonly [number, number]): number => {
    const value = Math.floor(Number(extensions.get(key) ?? number(header, place)))
    if (!Number.isSafeInteger(value)) throw damaged(`${name} has a ${key} that is no number`)
    return value
  }
  return {
    path: safePath(name, limits), kind,
    mode: number(header, field.mode) & 0o7777, uid: numeric('uid', field.uid), gid: numeric('gid', field.gid), mtime: numeric('mtime', field.mtime),
    target: kind === 'hard-link' ? safePath(target, limits) : target,
    device: kind === 'character-device' ? { major: number(header, field.major), minor: number(header, field.minor) } : null,
  }
}

/** Without `.` and doubled slashes; refuses whatever would lead out. The root itself is the empty path. */
function safePath(path: string, limits: TarLimits): string {
  if (path.length > limits.path) throw overLimit('a path in it is too long')
  if (path.startsWith('/') || path.includes('\0')) throw damaged(`${JSON.stringify(path)} is an absolute path`)
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.includes('..')) throw damaged(`${JSON.stringify(path)} leads out of the archive`)
  return parts.join('/')
}

/** Whether the entry is an extension header; its values are kept then. */
function readExtension(type: string, body: Bytes, local: Extensions, global: Extensions): boolean {
  const name = ({ x: 'pax', g: 'pax', L: 'path', K: 'linkpath' } as Readonly<Record<string, string>>)[type]
  if (name === undefined) return false
  if (body.length > longestExtension) throw overLimit('an extended header in it is too long')
  if (name === 'pax') readPax(body, type === 'g' ? global : local)
  else local.set(name, decodeUtf8(body).replace(/\0.*$/s, ''))
  return true
}

function readPax(body: Bytes, into: Extensions): void {
  for (let at = 0; at < body.length;) {
    const space = body.indexOf(0x20, at)
    const length = Number(decodeUtf8(body.subarray(at, space)))
    const record = decodeUtf8(body.subarray(space + 1, at + length - 1))
    const equals = record.indexOf('=')
    if (space < 0 || !Number.isSafeInteger(length) || length <= space - at || at + length > body.length || equals < 1) throw damaged('a pax header is broken')
    into.set(record.slice(0, equals), record.slice(equals + 1))
    at += length
  }
}

function checkHeader(header: Bytes): void {
  if (number(header, field.checksum) !== headerChecksum(header)) throw damaged('a header has a wrong checksum')
}

function text(header: Bytes, [offset, length]: readonly [number, number]): string {
  const part = header.subarray(offset, offset + length)
  if (length === 1) return String.fromCharCode(part[0] ?? 0)
  const end = part.indexOf(0)
  return decodeUtf8(end < 0 ? part : part.subarray(0, end))
}

/** Octal text, or GNU's base-256 when the first bit is set. */
function number(header: Bytes, [offset, length]: readonly [number, number]): number {
  const first = header[offset] ?? 0
  if ((first & 0x80) === 0) {
    const digits = text(header, [offset, length]).trim()
    if (!/^[0-7]*$/.test(digits)) throw damaged('a header field is no number')
    return parseInt(digits === '' ? '0' : digits, 8)
  }
  let value = first & 0x7f
  for (let index = 1; index < length; index++) value = value * 256 + (header[offset + index] ?? 0)
  if (!Number.isSafeInteger(value)) throw damaged('a header field is too large')
  return value
}

function damaged(what: string): Failure {
  return new Failure('file', `cannot read the tar archive: ${what}`, 'Make the archive again with tar.')
}

function overLimit(what: string): Failure {
  return new Failure('file', `cannot read the tar archive: ${what}`, 'Archives of this size are refused to protect the app.')
}
