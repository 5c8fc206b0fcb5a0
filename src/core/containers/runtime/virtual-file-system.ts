import { encodeUtf8 } from '../../base/bytes.ts'
import { FileError, type FileStat, type FileSystem } from '../filesystem/file-system.ts'
import type { Credentials, Process } from './process.ts'
import type { VirtualNode, VirtualTree } from './virtual-node.ts'

const MAX_LINKS = 40

/** Where a path leads once symlinks are followed: into the root file system or into a made-up tree. */
export interface Place {
  /** Absolute, without symlinks, `.` or `..` (the last component may be a symlink when it was not to be followed). */
  readonly path: string
  readonly virtual: VirtualNode | undefined
  /** A made-up tree owns this path, whether or not something is there. */
  readonly inVirtualTree: boolean
  readonly stat: FileStat | undefined
}

export type Access = 'read' | 'write' | 'execute'

/** One namespace's view of files: its root with `/proc` and `/dev` mounted over it, and the permission rules. */
export class VirtualFileSystem {
  readonly root: FileSystem
  private readonly trees: readonly VirtualTree[]

  constructor(root: FileSystem, trees: readonly VirtualTree[]) {
    this.root = root
    this.trees = trees
  }

  /** Walks a path as the process sees it. Throws ENOENT or ENOTDIR for a bad parent, EACCES for one that may not be searched. */
  resolve(viewer: Process, path: string, followLast = true): Place {
    if (path === '') throw new FileError('ENOENT', path)
    const pending = [...(path.startsWith('/') ? [] : splitPath(viewer.cwd)), ...splitPath(path)]
    const done: string[] = []
    let place = this.look(viewer, done)
    for (let links = 0; pending.length > 0; ) {
      const name = pending.shift()!
      if (name === '..') done.pop()
      else done.push(name)
      const last = pending.length === 0
      if (name !== '..') this.checkSearch(viewer, place, path)
      place = this.look(viewer, done)
      const link = this.linkTarget(place)
      if (link !== undefined && (!last || followLast)) {
        if (++links > MAX_LINKS) throw new FileError('ELOOP', path)
        done.pop()
        if (link.startsWith('/')) done.length = 0
        pending.unshift(...splitPath(link))
        place = this.look(viewer, done)
      } else if (!last && !place.stat) throw new FileError('ENOENT', path)
    }
    if (path.endsWith('/') && place.stat && place.stat.kind !== 'directory') throw new FileError('ENOTDIR', path)
    return place
  }

  /** Mode bits against credentials; root may do anything but execute a file without any x bit. */
  allows(who: Credentials, stat: FileStat, access: Access): boolean {
    if (who.uid === 0) return access !== 'execute' || stat.kind === 'directory' || (stat.mode & 0o111) !== 0
    const bit = { read: 4, write: 2, execute: 1 }[access]
    const shift = stat.uid === who.uid ? 6 : stat.gid === who.gid || who.groups.includes(stat.gid) ? 3 : 0
    return ((stat.mode >> shift) & bit) !== 0
  }

  /** Names of a directory that was resolved before; mount points show even where the root lacks them. */
  names(place: Place): string[] {
    if (place.virtual) return place.virtual.kind === 'directory' ? [...place.virtual.names] : []
    const names = this.root.readDirectory(place.path)
    if (place.path !== '/') return names
    return [...new Set([...names, ...this.trees.map((tree) => tree.mountPoint.slice(1))])].sort()
  }

  linkTarget(place: Place): string | undefined {
    if (place.virtual) return place.virtual.kind === 'symlink' ? place.virtual.target : undefined
    return place.stat?.kind === 'symlink' ? this.root.readLink(place.path) : undefined
  }

  private look(viewer: Process, parts: readonly string[]): Place {
    const path = `/${parts.join('/')}`
    const tree = this.trees.find((candidate) => path === candidate.mountPoint || path.startsWith(`${candidate.mountPoint}/`))
    if (!tree) return { path, virtual: undefined, inVirtualTree: false, stat: this.root.lookup(path, { followLast: false }) }
    const virtual = tree.find(splitPath(path.slice(tree.mountPoint.length)), viewer)
    return { path, virtual, inVirtualTree: true, stat: virtual && virtualStat(virtual, path) }
  }

  private checkSearch(viewer: Process, directory: Place, path: string): void {
    if (!directory.stat) throw new FileError('ENOENT', path)
    if (directory.stat.kind !== 'directory') throw new FileError('ENOTDIR', path)
    if (!this.allows(viewer.credentials, directory.stat, 'execute')) throw new FileError('EACCES', path)
  }
}

function virtualStat(node: VirtualNode, path: string): FileStat {
  const common = { uid: 0, gid: 0, mtime: 0, inode: 1 + inodeOf(path), links: 1, device: null }
  switch (node.kind) {
    case 'directory': return { ...common, kind: 'directory', mode: 0o555, links: 2, size: 0 }
    case 'symlink': return { ...common, kind: 'symlink', mode: 0o777, size: encodeUtf8(node.target).length }
    case 'file': return { ...common, kind: 'file', mode: node.mode, uid: node.uid ?? 0, size: 0 }
    case 'character-device': return { ...common, kind: 'character-device', mode: node.mode, size: 0, device: node.device }
    case 'descriptor': return { ...common, kind: node.reference.file.kind === 'file' ? 'file' : node.reference.file.kind === 'pipe' ? 'fifo' : 'character-device', mode: 0o666, size: 0 }
  }
}

function inodeOf(path: string): number {
  let hash = 7
  for (let i = 0; i < path.length; i++) hash = (Math.imul(hash, 31) + path.charCodeAt(i)) >>> 0
  return 0x1_0000_0000 + hash
}

function splitPath(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.')
}
