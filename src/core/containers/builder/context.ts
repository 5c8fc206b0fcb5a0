import { decodeUtf8, encodeUtf8, type Bytes } from '../../base/bytes.ts'
import { dockerignorePatterns, ignoreMatcher } from '../dockerfile/dockerignore.ts'
import { MemoryFileSystem } from '../filesystem/memory-file-system.ts'
import { BuildFailure } from './build-failure.ts'
import { makeParents } from './copy-tree.ts'

/** One thing in a context, with its own permission bits. */
export type ContextEntry =
  | { readonly kind: 'file'; readonly bytes: Bytes; readonly mode: number }
  | { readonly kind: 'directory'; readonly mode: number }
  | { readonly kind: 'symlink'; readonly target: string }

/**
 * What is sent along with a build: relative, `/`-separated path to content. Plain content is a file with ordinary permissions
 * (executable when it is a script); folders need no entry of their own unless they are empty or their permissions matter.
 */
export type ContextFiles = ReadonlyMap<string, Bytes | string | ContextEntry>

/** The bytes of a file of the context; undefined when there is none of that name. */
export function contextFile(files: ContextFiles, path: string): Bytes | undefined {
  const found = files.get(path)
  if (found === undefined) return undefined
  const entry = asEntry(found)
  return entry.kind === 'file' ? entry.bytes : undefined
}

/** The context as the builder sees it: without what `.dockerignore` leaves out. */
export interface LoadedContext {
  readonly files: MemoryFileSystem
  readonly bytes: number
  readonly ignored: (path: string) => boolean
}

/** @param epoch modification time of every file: contexts carry none. */
export function loadContext(files: ContextFiles, dockerfile: string, epoch: number): LoadedContext {
  const rules = contextFile(files, `${dockerfile}.dockerignore`) ?? contextFile(files, '.dockerignore')
  const ignored = rules === undefined ? () => false : matcher(decodeUtf8(rules))
  const root = new MemoryFileSystem({ now: () => epoch })
  let bytes = 0
  // A folder comes before what is in it, so that it gets its own permissions.
  for (const [path, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (ignored(path)) continue
    bytes += put(root, `/${path}`, asEntry(content), epoch)
  }
  return { files: root, bytes, ignored }
}

/** Answers the bytes of content. */
function put(root: MemoryFileSystem, path: string, entry: ContextEntry, mtime: number): number {
  makeParents(root, path.slice(0, path.lastIndexOf('/')))
  switch (entry.kind) {
    case 'directory':
      root.makeDirectory(path, { mode: entry.mode, mtime })
      return 0
    case 'symlink':
      root.makeSymlink(entry.target, path, { mode: 0o777, mtime })
      return 0
    case 'file':
      root.write(path, entry.bytes, { mode: entry.mode, mtime })
      return entry.bytes.length
  }
}

function asEntry(content: Bytes | string | ContextEntry): ContextEntry {
  if (typeof content !== 'string' && 'kind' in content) return content
  const bytes = typeof content === 'string' ? encodeUtf8(content) : content
  return { kind: 'file', bytes, mode: bytes[0] === 0x23 && bytes[1] === 0x21 ? 0o755 : 0o644 }
}

function matcher(text: string): (path: string) => boolean {
  try {
    return ignoreMatcher(dockerignorePatterns(text))
  } catch (error) {
    throw new BuildFailure(`error reading .dockerignore: ${error instanceof Error ? error.message : String(error)}`)
  }
}
