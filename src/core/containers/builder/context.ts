import { decodeUtf8, encodeUtf8, type Bytes } from '../../base/bytes.ts'
import { dockerignorePatterns, ignoreMatcher } from '../dockerfile/dockerignore.ts'
import { MemoryFileSystem } from '../filesystem/memory-file-system.ts'
import { BuildFailure } from './build-failure.ts'
import { makeParents } from './copy-tree.ts'

/** What is sent along with a build: relative, `/`-separated path to content. */
export type ContextFiles = ReadonlyMap<string, Bytes | string>

/** The context as the builder sees it: without what `.dockerignore` leaves out. */
export interface LoadedContext {
  readonly files: MemoryFileSystem
  readonly bytes: number
  readonly ignored: (path: string) => boolean
}

/** @param epoch modification time of every file: contexts carry none. */
export function loadContext(files: ContextFiles, dockerfile: string, epoch: number): LoadedContext {
  const text = files.get(`${dockerfile}.dockerignore`) ?? files.get('.dockerignore')
  const ignored = text === undefined ? () => false : matcher(typeof text === 'string' ? text : decodeUtf8(text))
  const root = new MemoryFileSystem({ now: () => epoch })
  let bytes = 0
  for (const [path, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (ignored(path)) continue
    const body = typeof content === 'string' ? encodeUtf8(content) : content
    makeParents(root, `/${path}`.slice(0, `/${path}`.lastIndexOf('/')))
    root.write(`/${path}`, body, { mode: body[0] === 0x23 && body[1] === 0x21 ? 0o755 : 0o644, mtime: epoch })
    bytes += body.length
  }
  return { files: root, bytes, ignored }
}

function matcher(text: string): (path: string) => boolean {
  try {
    return ignoreMatcher(dockerignorePatterns(text))
  } catch (error) {
    throw new BuildFailure(`error reading .dockerignore: ${error instanceof Error ? error.message : String(error)}`)
  }
}
