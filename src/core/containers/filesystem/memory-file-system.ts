import type { Bytes } from '../../base/bytes.ts'
import {
  FileError, type Attributes, type DeviceNumber, type FileBody, type FileErrorCode, type FileKind, type FileStat, type FileSystem, type NewAttributes,
} from './file-system.ts'
import { bodySize, isFiller, readBodyPart } from './filler.ts'
import { freezeTree } from './freeze.ts'
import { compareNames, type LayerDirectory } from './layer-tree.ts'
import { LiveNode } from './live-node.ts'
import { isInside, PathWalker, type Place } from './path-walker.ts'

const largestFile = 0x1_0000_0000

export interface MemoryFileSystemOptions {
  /** Seconds since the Unix epoch, for modification times nobody gave; zero when left out. */
  readonly now?: () => number
}

/** A file system in memory. Bytes given to it are kept, not copied: do not change them afterwards. */
export class MemoryFileSystem implements FileSystem {
  protected readonly now: () => number
  protected readonly root: LiveNode
  private readonly walker: PathWalker
  private lastInode = 1

  constructor(options: MemoryFileSystemOptions = {}) {
    this.now = options.now ?? (() => 0)
    this.root = new LiveNode(1, 'directory', { mode: 0o755, uid: 0, gid: 0, mtime: this.now() })
    this.root.entries = new Map()
    this.walker = new PathWalker(this.root, (directory) => this.entriesOf(directory))
  }

  lookup(path: string, options: { readonly followLast?: boolean } = {}): FileStat | undefined {
    const node = this.walker.find(path, options.followLast ?? true)
    if (node?.kind === 'directory') this.entriesOf(node)
    return node?.stat()
  }

  readDirectory(path: string): string[] {
    return [...this.entriesOf(this.directory(path)).keys()].sort(compareNames)
  }

  readLink(path: string): string {
    const { node } = this.existing(path, false)
    if (node.kind !== 'symlink') throw new FileError('EINVAL', path)
    return node.target
  }

  readBody(path: string): FileBody {
    return this.regularFile(path).node.body
  }

  read(path: string, offset?: number, length?: number): Bytes {
    return readBodyPart(this.readBody(path), offset, length)
  }

  write(path: string, body: FileBody, attributes: NewAttributes = {}): void {
    const node = this.openForWriting(path, attributes)
    node.setBody(body)
    node.mtime = attributes.mtime ?? this.now()
  }

  append(path: string, bytes: Bytes, attributes: NewAttributes = {}): void {
    const node = this.openForWriting(path, attributes)
    if (node.size + bytes.length > largestFile) throw new FileError('ENOSPC', path)
    node.appendBytes(isFiller(node.body) ? readBodyPart(node.body) : node.body, bytes)
    node.mtime = attributes.mtime ?? this.now()
  }

  truncate(path: string, size: number): void {
    if (!Number.isSafeInteger(size) || size < 0) throw new FileError('EINVAL', path)
    if (size > largestFile) throw new FileError('ENOSPC', path)
    const { node } = this.writable(this.regularFile(path))
    node.setBody(resizeBody(node.body, size))
    node.mtime = this.now()
  }

  makeDirectory(path: string, attributes: NewAttributes = {}): void {
    const place = this.vacant(path, true)
    const node = this.newNode('directory', 0o755, attributes)
    node.entries = new Map()
    this.insert(place.parent, place.name, node)
  }

  makeSymlink(target: string, path: string, attributes: NewAttributes = {}): void {
    if (target === '') throw new FileError('ENOENT', path)
    const place = this.vacant(path)
    const node = this.newNode('symlink', 0o777, attributes)
    node.target = target
    this.insert(place.parent, place.name, node)
  }

  makeSpecial(path: string, kind: 'character-device' | 'fifo', attributes: NewAttributes & { readonly device?: DeviceNumber } = {}): void {
    const place = this.vacant(path)
    const node = this.newNode(kind, 0o644, attributes)
    node.device = kind === 'character-device' ? attributes.device ?? { major: 0, minor: 0 } : null
    this.insert(place.parent, place.name, node)
  }

  makeLink(existing: string, path: string): void {
    const source = this.existing(existing, false)
    if (source.node.kind === 'directory') throw new FileError('EPERM', existing)
    const place = this.vacant(path)
    const { node } = this.writable(source)
    node.links++
    this.insert(place.parent, place.name, node)
  }

  removeDirectory(path: string): void {
    const { parent, name, node } = this.existing(path, false)
    if (node.kind !== 'directory') throw new FileError('ENOTDIR', path)
    if (node === this.root) throw new FileError('EINVAL', path)
    if (this.entriesOf(node).size > 0) throw new FileError('ENOTEMPTY', path)
    this.remove(parent, name, node)
  }

  unlink(path: string): void {
    const { parent, name, node } = this.existing(path, false)
    if (node.kind === 'directory') throw new FileError('EISDIR', path)
    this.remove(parent, name, node)
  }

  /** As rename(2). An overlay refuses directories that lower layers have a part in with EXDEV, as Linux does without redirect_dir. */
  rename(from: string, to: string): void {
    const source = this.existing(from, false)
    const target = this.walker.resolve(to, false)
    if (source.node === this.root || target.node === this.root) throw new FileError('EINVAL', from)
    if (target.node === source.node) return
    this.checkReplacement(source, target, from, to)
    if (!this.isMovable(source.node)) throw new FileError('EXDEV', from)
    const { node } = this.writable(source)
    if (target.node) this.remove(target.parent, target.name, target.node)
    this.remove(source.parent, source.name, node, 'moved')
    this.insert(target.parent, target.name, node)
  }

  setAttributes(path: string, attributes: Partial<Attributes>, options: { readonly followLast?: boolean } = {}): void {
    const { node } = this.writable(this.existing(path, options.followLast ?? true))
    node.setAttributes(attributes)
  }

  /** The tree as it is now, for a layer; contents are shared, not copied. Of an overlay: the upper tree, with whiteouts. */
  freeze(): LayerDirectory {
    return freezeTree(this.root)
  }

  /** A directory's entries; an overlay loads them from its lower layers when first asked. */
  protected entriesOf(directory: LiveNode): Map<string, LiveNode> {
    directory.entries ??= new Map()
    return directory.entries
  }

  /** Makes sure that the node may be changed; an overlay copies it up. */
  protected writable(place: FoundPlace): FoundPlace {
    return place
  }

  protected isMovable(node: LiveNode): boolean {
    return node.own
  }

  protected insert(parent: LiveNode, name: string, node: LiveNode): void {
    this.entriesOf(parent).set(name, node)
    if (node.kind === 'directory') {
      node.parent = parent
      node.name = name
      parent.subdirectories++
    }
    parent.mtime = this.now()
  }

  protected remove(parent: LiveNode, name: string, node: LiveNode, why: 'removed' | 'moved' = 'removed'): void {
    this.entriesOf(parent).delete(name)
    if (node.kind === 'directory') parent.subdirectories--
    else if (why === 'removed') node.links--
    parent.mtime = this.now()
  }

  protected newInode(): number {
    return ++this.lastInode
  }

  private newNode(kind: FileKind, defaultMode: number, attributes: NewAttributes): LiveNode {
    return new LiveNode(this.newInode(), kind, {
      mode: (attributes.mode ?? defaultMode) & 0o7777, uid: attributes.uid ?? 0, gid: attributes.gid ?? 0, mtime: attributes.mtime ?? this.now(),
    })
  }

  private existing(path: string, followLast: boolean): FoundPlace {
    const { parent, name, node } = this.walker.resolve(path, followLast)
    if (!node) throw new FileError('ENOENT', path)
    return { parent, name, node }
  }

  /** A place where something can be made; a trailing slash is for directories only. */
  private vacant(path: string, forDirectory = false): Place {
    const place = this.walker.resolve(path, false)
    if (place.node) throw new FileError('EEXIST', path)
    if (place.slash && !forDirectory) throw new FileError('ENOENT', path)
    return place
  }

  private directory(path: string): LiveNode {
    const { node } = this.existing(path, true)
    if (node.kind !== 'directory') throw new FileError('ENOTDIR', path)
    return node
  }

  private regularFile(path: string): FoundPlace {
    const place = this.existing(path, true)
    if (place.node.kind !== 'file') throw new FileError(place.node.kind === 'directory' ? 'EISDIR' : 'EINVAL', path)
    return place
  }

  private openForWriting(path: string, attributes: NewAttributes): LiveNode {
    const place = this.walker.resolve(path, true)
    if (place.node) return this.writable(this.regularFile(path)).node
    if (place.slash) throw new FileError('EISDIR', path)
    const node = this.newNode('file', 0o644, attributes)
    this.insert(place.parent, place.name, node)
    return node
  }

  private checkReplacement(source: FoundPlace, target: Place, from: string, to: string): void {
    const refuse = (code: FileErrorCode, path: string): never => {
      throw new FileError(code, path)
    }
    const isDirectory = source.node.kind === 'directory'
    if (isDirectory && isInside(target.parent, source.node)) refuse('EINVAL', from)
    if (!target.node) return void (target.slash && !isDirectory && refuse('ENOTDIR', to))
    if (isDirectory && target.node.kind !== 'directory') refuse('ENOTDIR', to)
    if (!isDirectory && target.node.kind === 'directory') refuse('EISDIR', to)
    if (isDirectory && this.entriesOf(target.node).size > 0) refuse('ENOTEMPTY', to)
  }
}

export interface FoundPlace {
  readonly parent: LiveNode
  readonly name: string
  readonly node: LiveNode
}

/** Growing leaves the content as head of a run of zeros, so that a sparse file costs nothing. */
function resizeBody(body: FileBody, size: number): FileBody {
  if (size === bodySize(body)) return body
  if (size < bodySize(body)) {
    if (!isFiller(body)) return body.slice(0, size)
    return body.head && body.head.length > size ? body.head.slice(0, size) : { ...body, size }
  }
  return { seed: '', size, head: readBodyPart(body) }
}
