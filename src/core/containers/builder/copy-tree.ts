import { cleanPath, patternSource } from '../dockerfile/dockerignore.ts'
import type { Attributes, FileSystem } from '../filesystem/file-system.ts'

interface CopyTarget {
  readonly root: FileSystem
  /** Absolute. */
  readonly path: string
  /** It ends in a slash, or several things are copied into it. */
  readonly isDirectory: boolean
}

interface CopyAttributes {
  readonly owner: { readonly uid: number; readonly gid: number }
  readonly mode: number | null
}

/** Paths in a tree that a source pattern of COPY names, sorted; the pattern itself, cleaned, when it has no wildcard. */
export function matchSources(from: FileSystem, source: string): string[] {
  const pattern = cleanPath(`/${source}`)
  if (!/[*?[]/.test(source)) return from.lookup(pattern, { followLast: false }) ? [pattern] : []
  const depth = pattern.split('/').length
  const matcher = patternSource(pattern)
  const found: string[] = []
  const visit = (directory: string): void => {
    for (const name of from.readDirectory(directory)) {
      const path = `${directory === '/' ? '' : directory}/${name}`
      const parts = path.split('/').length
      if (parts === depth && matcher.test(path)) found.push(path)
      if (parts < depth && from.lookup(path, { followLast: false })?.kind === 'directory') visit(path)
    }
  }
  visit('/')
  return found
}

/** Copies one source: a directory's content into the target, a file to it or into it. Answers how many bytes. */
export function copySource(from: FileSystem, source: string, target: CopyTarget, attributes: CopyAttributes): number {
  const stat = from.lookup(source)
  if (!stat) return 0
  if (stat.kind === 'directory') {
    makeParents(target.root, target.path, attributes.owner)
    return copyDirectory(from, source, target.root, target.path, attributes)
  }
  const into = target.isDirectory || target.root.lookup(target.path)?.kind === 'directory'
  const name = source.slice(source.lastIndexOf('/') + 1)
  const path = into ? `${target.path === '/' ? '' : target.path}/${name}` : target.path
  makeParents(target.root, path.slice(0, path.lastIndexOf('/')) || '/', attributes.owner)
  return copyEntry(from, source, target.root, path, attributes, true)
}

/** Makes a directory and those above it, where they are missing. */
export function makeParents(root: FileSystem, path: string, owner: { readonly uid: number; readonly gid: number } = { uid: 0, gid: 0 }): void {
  let made = ''
  for (const part of path.split('/').filter((name) => name !== '')) {
    made += `/${part}`
    if (!root.lookup(made)) root.makeDirectory(made, { mode: 0o755, ...owner })
  }
}

function copyDirectory(from: FileSystem, source: string, to: FileSystem, target: string, attributes: CopyAttributes): number {
  let bytes = 0
  for (const name of from.readDirectory(source)) {
    bytes += copyEntry(from, join(source, name), to, join(target, name), attributes, false)
  }
  return bytes
}

const join = (directory: string, name: string): string => `${directory === '/' ? '' : directory}/${name}`

function copyEntry(from: FileSystem, source: string, to: FileSystem, target: string, attributes: CopyAttributes, follow: boolean): number {
  const stat = from.lookup(source, { followLast: follow })!
  const kept: Attributes = { ...attributes.owner, mode: attributes.mode ?? stat.mode, mtime: stat.mtime }
  const present = to.lookup(target, { followLast: false })
  if (stat.kind === 'directory') {
    if (present && present.kind !== 'directory') to.unlink(target)
    if (present?.kind === 'directory') to.setAttributes(target, kept)
    else to.makeDirectory(target, kept)
    return copyDirectory(from, source, to, target, attributes)
  }
  if (present?.kind === 'directory') throw new Error(`cannot copy to non-directory: ${target}`)
  if (present) to.unlink(target)
  if (stat.kind === 'symlink') to.makeSymlink(from.readLink(source), target, kept)
  else if (stat.kind === 'file') to.write(target, from.readBody(source), kept)
  else to.makeSpecial(target, stat.kind, { ...kept, ...(stat.device ? { device: stat.device } : {}) })
  return stat.kind === 'file' ? stat.size : 0
}
