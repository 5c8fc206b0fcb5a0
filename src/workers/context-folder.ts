import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { Failure } from '../core/base/failure.ts'

/** One thing in a build context, as it lies on disk. */
type ContextEntry =
  | { readonly path: string; readonly kind: 'file'; readonly mode: number; readonly bytes: Uint8Array }
  | { readonly path: string; readonly kind: 'directory'; readonly mode: number }
  | { readonly path: string; readonly kind: 'symlink'; readonly target: string }

interface ContextLimits {
  readonly entries: number
  readonly bytes: number
}

const LIMITS: ContextLimits = { entries: 50_000, bytes: 512 * 1024 * 1024 }

/**
 * Reads a build context: every file below `folder`, in a fixed order, `/`-separated and relative. Symbolic links are kept as links
 * and never followed, so that nothing outside of the folder is read. Throws `limit` when there is more than a context may hold.
 */
export function readContextFolder(folder: string, limits: ContextLimits = LIMITS): ContextEntry[] {
  const root = realpathSync(folder)
  const entries: ContextEntry[] = []
  let bytes = 0
  const walk = (directory: string): void => {
    for (const name of readdirSync(directory).sort()) {
      const path = join(directory, name)
      const entry = readEntry(path, relative(root, path).split(sep).join('/'))
      if (!entry) continue
      entries.push(entry)
      if (entry.kind === 'file') bytes += entry.bytes.length
      if (entries.length > limits.entries) throw new Failure('limit', `The build context has more than ${limits.entries} files.`, 'Build from a smaller folder, or add a .dockerignore.')
      if (bytes > limits.bytes) throw new Failure('limit', `The build context is larger than ${limits.bytes} bytes.`, 'Build from a smaller folder.')
      if (entry.kind === 'directory') walk(path)
    }
  }
  walk(root)
  return entries
}

/** Undefined for what cannot be in a context: sockets, devices, pipes. */
function readEntry(file: string, path: string): ContextEntry | undefined {
  const { mode, ...stat } = pick(file)
  if (stat.kind === 'symlink') return { path, kind: 'symlink', target: readlinkSync(file) }
  if (stat.kind === 'directory') return { path, kind: 'directory', mode }
  return stat.kind === 'file' ? { path, kind: 'file', mode, bytes: readFileSync(file) } : undefined
}

function pick(file: string): { mode: number; kind: 'file' | 'directory' | 'symlink' | 'other' } {
  const stat = lstatSync(file)
  const kind = stat.isSymbolicLink() ? 'symlink' : stat.isDirectory() ? 'directory' : stat.isFile() ? 'file' : 'other'
  return { mode: stat.mode & 0o7777, kind }
}
