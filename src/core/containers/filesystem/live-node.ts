import type { Attributes, DeviceNumber, FileBody, FileKind, FileStat } from './file-system.ts'
import { bodySize } from './filler.ts'
import type { LayerDirectory } from './layer-tree.ts'

const directorySize = 4096
const noBody: FileBody = new Uint8Array(0)

/** One inode of a file system in use. */
export class LiveNode {
  readonly inode: number
  readonly kind: FileKind
  mode: number
  uid: number
  gid: number
  mtime: number
  /** Names of anything but a directory. */
  links = 1
  body: FileBody = noBody
  /** The body's buffer belongs to this node and may have room behind it: appending need not copy. */
  growable = false
  target = ''
  device: DeviceNumber | null = null

  /** It lives in the upper tree; false for what still shows through from a lower layer. */
  own = true

  // Directories only.
  parent: LiveNode | undefined
  name = ''
  /** Undefined until the lower layers' entries were asked for. */
  entries: Map<string, LiveNode> | undefined
  subdirectories = 0
  /** Lower directories merged here, topmost first. */
  layers: readonly LayerDirectory[] = []
  /** Names of lower entries that the upper tree hides. */
  removed = new Set<string>()

  constructor(inode: number, kind: FileKind, attributes: Attributes) {
    this.inode = inode
    this.kind = kind
    this.mode = attributes.mode
    this.uid = attributes.uid
    this.gid = attributes.gid
    this.mtime = attributes.mtime
  }

  get size(): number {
    if (this.kind === 'directory') return directorySize
    return this.kind === 'symlink' ? this.target.length : bodySize(this.body)
  }

  get attributes(): Attributes {
    return { mode: this.mode, uid: this.uid, gid: this.gid, mtime: this.mtime }
  }

  stat(): FileStat {
    const links = this.kind === 'directory' ? 2 + this.subdirectories : this.links
    return { ...this.attributes, kind: this.kind, inode: this.inode, links, size: this.size, device: this.device }
  }

  setAttributes(attributes: Partial<Attributes>): void {
    this.mode = (attributes.mode ?? this.mode) & 0o7777
    this.uid = attributes.uid ?? this.uid
    this.gid = attributes.gid ?? this.gid
    this.mtime = attributes.mtime ?? this.mtime
  }

  setBody(body: FileBody): void {
    this.body = body
    this.growable = false
  }

  /** Appends to a plain body; doubles the buffer when it is full, so that n small appends cost O(n). */
  appendBytes(current: Uint8Array, bytes: Uint8Array): void {
    const size = current.length + bytes.length
    let buffer = current.buffer
    if (!this.growable || size > buffer.byteLength) {
      buffer = new ArrayBuffer(Math.max(256, size, Math.min(2 * size, size + 0x1000000)))
      new Uint8Array(buffer).set(current)
    }
    const grown = new Uint8Array(buffer, 0, size)
    grown.set(bytes, current.length)
    this.body = grown
    this.growable = true
  }
}
