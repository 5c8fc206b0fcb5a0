import { encodeUtf8, decodeUtf8, type Bytes } from '../../base/bytes.ts'
import { FileError, type Attributes, type FileBody, type FileStat, type FileSystem } from '../filesystem/file-system.ts'
import { FileReference } from './open-file.ts'
import type { Process } from './process.ts'
import { RegularFile, type RegularFileHost } from './regular-file.ts'
import type { Access, Place, VirtualFileSystem } from './virtual-file-system.ts'

export interface OpenFlags {
  readonly read?: boolean
  readonly write?: boolean
  readonly create?: boolean
  readonly exclusive?: boolean
  readonly truncate?: boolean
  readonly append?: boolean
}

/** Everything needed to make files on behalf of processes of one kernel. */
export interface FileServices extends RegularFileHost {
  /** Unix seconds of the simulated world. */
  readonly unixTime: () => number
  readonly openFiles: ReadonlySet<RegularFile>
  opened(file: RegularFile): void
}

/**
 * The file calls of one process: relative paths, symlinks, permissions, umask and the made-up trees. Everything throws
 * `FileError` with the path as it was given.
 */
export class ProcessFiles {
  private readonly process: Process
  private readonly view: VirtualFileSystem
  private readonly root: FileSystem
  private readonly services: FileServices

  constructor(process: Process, services: FileServices) {
    this.process = process
    this.view = process.state.files
    this.root = this.view.root
    this.services = services
  }

  /** stat(2) and lstat(2); undefined when nothing is there. Throws EACCES when the way to it may not be searched. */
  stat(path: string, followLast = true): FileStat | undefined {
    try {
      return this.view.resolve(this.process, path, followLast).stat
    } catch (error) {
      if (error instanceof FileError && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined
      throw error
    }
  }

  exists(path: string): boolean {
    return this.safeStat(path) !== undefined
  }

  isDirectory(path: string): boolean {
    return this.safeStat(path)?.kind === 'directory'
  }

  /** access(2). */
  may(path: string, access: Access): boolean {
    const stat = this.safeStat(path)
    return stat !== undefined && this.view.allows(this.process.credentials, stat, access)
  }

  list(path: string): string[] {
    const place = this.existing(path)
    if (place.stat.kind !== 'directory') throw new FileError('ENOTDIR', path)
    this.require(place.stat, 'read', path)
    return this.view.names(place)
  }

  readLink(path: string): string {
    const place = this.existing(path, false)
    if (place.virtual?.kind === 'descriptor') return place.virtual.reference.file.path
    const target = this.view.linkTarget(place)
    if (target === undefined) throw new FileError('EINVAL', path)
    return target
  }

  /** The absolute path without symlinks. */
  realPath(path: string): string {
    return this.existing(path).path
  }

  /** The content without copying; a filler stays one. */
  body(path: string): FileBody {
    const place = this.existing(path)
    if (place.stat.kind === 'directory') throw new FileError('EISDIR', path)
    this.require(place.stat, 'read', path)
    if (place.virtual) return place.virtual.kind === 'file' ? place.virtual.content : new Uint8Array(0)
    if (place.stat.kind !== 'file') return new Uint8Array(0)
    return this.root.readBody(place.path)
  }

  bytes(path: string, offset = 0, length?: number): Bytes {
    const body = this.body(path)
    if (!('seed' in body)) return length === undefined ? body.subarray(offset) : body.subarray(offset, offset + length)
    return this.root.read(this.view.resolve(this.process, path).path, offset, length)
  }

  text(path: string): string {
    return decodeUtf8(this.bytes(path))
  }

  /** Creates or replaces a file's content; `mode` is subject to the umask. */
  write(path: string, body: FileBody | string, mode = 0o666): void {
    const content = typeof body === 'string' ? encodeUtf8(body) : body
    const place = this.openForWriting(path, mode, false)
    this.services.charge(this.process, 'seed' in content ? 0 : content.length)
    if (place) this.root.write(place.path, content)
  }

  append(path: string, text: string | Bytes): void {
    const bytes = typeof text === 'string' ? encodeUtf8(text) : text
    const place = this.openForWriting(path, 0o666, false)
    this.services.charge(this.process, bytes.length)
    if (place) this.root.append(place.path, bytes)
  }

  truncate(path: string, size: number): void {
    const place = this.existing(path)
    if (place.stat.kind === 'directory') throw new FileError('EISDIR', path)
    this.require(place.stat, 'write', path)
    if (place.virtual) return
    this.services.charge(this.process, Math.max(0, size - place.stat.size))
    this.root.truncate(place.path, size)
  }

  open(path: string, flags: OpenFlags, mode = 0o666): FileReference {
    const place = this.view.resolve(this.process, path)
    if (place.virtual) return this.openVirtual(place, path, flags)
    if (place.stat && flags.create && flags.exclusive) throw new FileError('EEXIST', path)
    if (!place.stat && !flags.create) throw new FileError('ENOENT', path)
    if (place.stat) {
      if (place.stat.kind === 'directory' && (flags.write || flags.create)) throw new FileError('EISDIR', path)
      if (flags.read) this.require(place.stat, 'read', path)
      if (flags.write) this.require(place.stat, 'write', path)
      if (flags.truncate && place.stat.kind === 'file') this.root.write(place.path, new Uint8Array(0))
    } else this.create(place, path, mode)
    const file = new RegularFile(this.root, place.path, flags.append ?? false, this.services)
    this.services.opened(file)
    return new FileReference(file)
  }

  makeDirectory(path: string, mode = 0o777): void {
    const place = this.absent(path.replace(/(.)\/+$/, '$1'))
    this.root.makeDirectory(place.path, this.attributes(mode))
  }

  /** mkdir -p. */
  makeDirectories(path: string, mode = 0o777): void {
    const parts = path.split('/').filter((part) => part !== '')
    for (let i = 1; i <= parts.length; i++) {
      const prefix = (path.startsWith('/') ? '/' : '') + parts.slice(0, i).join('/')
      const stat = this.stat(prefix)
      if (!stat) this.makeDirectory(prefix, mode)
      else if (stat.kind !== 'directory') throw new FileError(i === parts.length ? 'EEXIST' : 'ENOTDIR', prefix)
    }
  }

  symlink(target: string, path: string): void {
    this.root.makeSymlink(target, this.absent(path).path, this.attributes(0o777, 0))
  }

  link(existing: string, path: string): void {
    const from = this.existing(existing, false)
    if (from.virtual) throw new FileError('EXDEV', path)
    this.root.makeLink(from.path, this.absent(path).path)
  }

  makeFifo(path: string, mode = 0o666): void {
    this.root.makeSpecial(this.absent(path).path, 'fifo', this.attributes(mode))
  }

  unlink(path: string): void {
    const place = this.removable(path)
    if (place.stat.kind === 'directory') throw new FileError('EISDIR', path)
    this.detachOpen(place.path)
    this.root.unlink(place.path)
  }

  removeDirectory(path: string): void {
    const place = this.removable(path.replace(/(.)\/+$/, '$1'))
    if (place.stat.kind !== 'directory') throw new FileError('ENOTDIR', path)
    if (this.view.names(place).length > 0) throw new FileError('ENOTEMPTY', path)
    this.root.removeDirectory(place.path)
  }

  rename(from: string, to: string): void {
    const source = this.removable(from)
    const target = this.view.resolve(this.process, to, false)
    this.requireParent(target, to)
    this.detachOpen(target.path)
    this.root.rename(source.path, target.path)
    for (const file of this.services.openFiles) {
      if (file.path === source.path) file.path = target.path
      else if (file.path.startsWith(`${source.path}/`)) file.path = target.path + file.path.slice(source.path.length)
    }
  }

  chmod(path: string, mode: number): void {
    const place = this.owned(path)
    if (!place.virtual) this.root.setAttributes(place.path, { mode })
  }

  chown(path: string, owner: { readonly uid?: number; readonly gid?: number }, followLast = true): void {
    const place = this.existing(path, followLast)
    const { uid, groups, gid } = this.process.credentials
    const mayChange = uid === 0 || (place.stat.uid === uid && (owner.uid ?? uid) === uid && (owner.gid === undefined || owner.gid === gid || groups.includes(owner.gid)))
    if (!mayChange) throw new FileError('EPERM', path)
    if (place.virtual) return
    const clear = uid === 0 || place.stat.kind !== 'file' ? {} : { mode: place.stat.mode & 0o1777 }
    this.root.setAttributes(place.path, { ...clear, ...owner }, { followLast })
  }

  setTime(path: string, mtime: number): void {
    const place = this.existing(path)
    if (this.process.credentials.uid !== place.stat.uid) this.require(place.stat, 'write', path)
    if (!place.virtual) this.root.setAttributes(place.path, { mtime })
  }

  private openVirtual(place: Place, path: string, flags: OpenFlags): FileReference {
    const node = place.virtual!
    if (place.stat && flags.write) this.require(place.stat, 'write', path)
    if (place.stat && flags.read) this.require(place.stat, 'read', path)
    if (node.kind === 'descriptor') return node.reference.retain()
    if (node.kind === 'character-device') return new FileReference(node.open())
    if (node.kind !== 'file') throw new FileError('EISDIR', path)
    let offset = 0
    const read = async (_: Process, max: number): Promise<Bytes> => {
      const part = node.content.subarray(offset, offset + max)
      offset += part.length
      return part
    }
    return new FileReference({ kind: 'device', path: place.path, read, write: async () => undefined, close: () => undefined })
  }

  private create(place: Place, path: string, mode: number): void {
    this.requireParent(place, path)
    this.root.write(place.path, new Uint8Array(0), this.attributes(mode))
  }

  /** The place to write to, created if it was not there; undefined when a device swallows what is written. */
  private openForWriting(path: string, mode: number, exclusive: boolean): Place | undefined {
    const place = this.view.resolve(this.process, path)
    if (place.stat?.kind === 'directory') throw new FileError('EISDIR', path)
    if (place.stat && exclusive) throw new FileError('EEXIST', path)
    if (place.stat) this.require(place.stat, 'write', path)
    else this.create(place, path, mode)
    return place.virtual ? undefined : place
  }

  private attributes(mode: number, mask = this.process.umask): Attributes {
    const { uid, gid } = this.process.credentials
    return { mode: mode & ~mask, uid, gid, mtime: this.services.unixTime() }
  }

  private safeStat(path: string): FileStat | undefined {
    try {
      return this.stat(path)
    } catch {
      return undefined
    }
  }

  private existing(path: string, followLast = true): Place & { readonly stat: FileStat } {
    const place = this.view.resolve(this.process, path, followLast)
    if (!place.stat) throw new FileError('ENOENT', path)
    return { ...place, stat: place.stat }
  }

  private absent(path: string): Place {
    const place = this.view.resolve(this.process, path, false)
    if (place.stat) throw new FileError('EEXIST', path)
    this.requireParent(place, path)
    return place
  }

  private owned(path: string): Place {
    const place = this.existing(path)
    const { uid } = this.process.credentials
    if (uid !== 0 && uid !== place.stat.uid) throw new FileError('EPERM', path)
    return place
  }

  private removable(path: string): Place & { readonly stat: FileStat } {
    const place = this.existing(path, false)
    const parent = this.requireParent(place, path)
    const { uid } = this.process.credentials
    const sticky = (parent.mode & 0o1000) !== 0
    if (sticky && uid !== 0 && uid !== parent.uid && uid !== place.stat.uid) throw new FileError('EPERM', path)
    return place
  }

  private requireParent(place: Place, path: string): FileStat {
    if (place.inVirtualTree) throw new FileError('EROFS', path)
    const parent = this.root.lookup(place.path.replace(/\/[^/]*$/, '') || '/')
    if (!parent) throw new FileError('ENOENT', path)
    if (parent.kind !== 'directory') throw new FileError('ENOTDIR', path)
    this.require(parent, 'write', path)
    this.require(parent, 'execute', path)
    return parent
  }

  private require(stat: FileStat, access: Access, path: string): void {
    if (!this.view.allows(this.process.credentials, stat, access)) throw new FileError('EACCES', path)
  }

  private detachOpen(path: string): void {
    for (const file of this.services.openFiles) if (file.path === path) file.detach()
  }
}
