import { concatBytes, type Bytes } from '../../base/bytes.ts'
import { MICROSECOND } from '../../simulation/units.ts'
import { FileError, type FileBody, type FileSystem } from '../filesystem/file-system.ts'
import type { OpenFile } from './open-file.ts'
import type { Process } from './process.ts'

/** What an open file tells and asks its namespace. */
export interface RegularFileHost {
  /** Throws ENOSPC when the namespace has written its share. */
  charge(process: Process, bytes: number): void
  closed(file: RegularFile): void
}

/** An open regular file: an offset over a path. Once unlinked it keeps its content to itself until it is closed. */
export class RegularFile implements OpenFile {
  readonly kind = 'file'
  path: string
  private offset = 0
  private orphan: Bytes | undefined
  private readonly append: boolean
  private readonly root: FileSystem
  private readonly host: RegularFileHost

  constructor(root: FileSystem, path: string, append: boolean, host: RegularFileHost) {
    this.root = root
    this.path = path
    this.append = append
    this.host = host
  }

  async read(process: Process, max: number): Promise<Bytes> {
    await process.use(2 * MICROSECOND + max / 10)
    const bytes = this.orphan ? this.orphan.subarray(this.offset, this.offset + max) : this.root.read(this.path, this.offset, max)
    this.offset += bytes.length
    return bytes
  }

  async write(process: Process, bytes: Bytes): Promise<void> {
    await process.use(2 * MICROSECOND + bytes.length)
    this.host.charge(process, bytes.length)
    const size = this.size
    const at = this.append ? size : this.offset
    if (this.orphan) this.orphan = overwrite(this.orphan, at, bytes)
    else if (at === size) this.root.append(this.path, bytes)
    else this.root.write(this.path, overwrite(this.root.read(this.path, 0, size), at, bytes))
    this.offset = at + bytes.length
  }

  /** Puts a whole body at the end without reading it (copying a filler). Only for an empty file. */
  writeBody(body: FileBody): void {
    if (this.orphan || this.size > 0) throw new FileError('EINVAL', this.path)
    this.root.write(this.path, body)
    this.offset = this.size
  }

  seek(offset: number): void {
    this.offset = offset
  }

  get size(): number {
    return this.orphan ? this.orphan.length : (this.root.lookup(this.path)?.size ?? 0)
  }

  /** The name goes, the content stays with whoever has it open. */
  detach(): void {
    this.orphan ??= this.root.read(this.path, 0, this.size)
  }

  close(): void {
    this.host.closed(this)
  }
}

function overwrite(old: Bytes, at: number, bytes: Bytes): Bytes {
  const gap = new Uint8Array(Math.max(0, at - old.length))
  return concatBytes([old.subarray(0, at), gap, bytes, old.subarray(at + bytes.length)])
}
