import { FileError } from './file-system.ts'
import type { LiveNode } from './live-node.ts'

const longestPath = 4095
const longestName = 255
/** Linux's MAXSYMLINKS. */
const mostSymlinks = 40

/** Where a path leads: a directory and a name in it, and what is there. */
export interface Place {
  readonly parent: LiveNode
  readonly name: string
  readonly node: LiveNode | undefined
  /** The path ended with a slash: whatever is there has to be a directory. */
  readonly slash: boolean
}

/** Path resolution as path_resolution(7) has it, within one root. */
export class PathWalker {
  private readonly root: LiveNode
  private readonly entriesOf: (directory: LiveNode) => ReadonlyMap<string, LiveNode>

  constructor(root: LiveNode, entriesOf: (directory: LiveNode) => ReadonlyMap<string, LiveNode>) {
    this.root = root
    this.entriesOf = entriesOf
  }

  /** The node at a path; undefined when it or a parent is missing, or a parent is no directory. */
  find(path: string, followLast: boolean): LiveNode | undefined {
    try {
      return this.resolve(path, followLast).node
    } catch (error) {
      if (error instanceof FileError && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined
      throw error
    }
  }

  /** Throws ENOENT or ENOTDIR for a bad parent, ELOOP, ENAMETOOLONG; a missing last name is a place without a node. */
  resolve(path: string, followLast: boolean): Place {
    if (path === '') throw new FileError('ENOENT', path)
    if (path.length > longestPath || path.includes('\0')) throw new FileError(path.includes('\0') ? 'EINVAL' : 'ENAMETOOLONG', path)
    const slash = path.endsWith('/')
    const rest = components(path).reverse()
    let directory = this.root
    let symlinks = 0
    for (let name = rest.pop(); name !== undefined; name = rest.pop()) {
      if (name === '..') directory = directory.parent ?? directory
      if (name === '..') continue
      const node = this.entriesOf(directory).get(name)
      const last = rest.length === 0
      if (!node) {
        if (!last) throw new FileError('ENOENT', path)
        if (name.length > longestName) throw new FileError('ENAMETOOLONG', path)
        return { parent: directory, name, node, slash }
      }
      if (node.kind === 'symlink' && (!last || followLast || slash)) {
        if (++symlinks > mostSymlinks) throw new FileError('ELOOP', path)
        if (node.target.startsWith('/')) directory = this.root
        rest.push(...components(node.target).reverse())
        continue
      }
      if (node.kind !== 'directory') {
        if (!last || slash) throw new FileError('ENOTDIR', path)
        return { parent: directory, name, node, slash }
      }
      directory = node
    }
    return { parent: directory.parent ?? directory, name: directory.name, node: directory, slash }
  }
}

function components(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.')
}

/** Whether `node` is `ancestor` or somewhere below it. */
export function isInside(node: LiveNode, ancestor: LiveNode): boolean {
  for (let at: LiveNode | undefined = node; at; at = at.parent) if (at === ancestor) return true
  return false
}
