import { readFile, realpath, stat } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
}

export interface RendererFile {
  readonly body: Uint8Array
  readonly mediaType: string
  /** The name carries a hash of the content, so it may be cached for ever. */
  readonly immutable: boolean
}

export type RendererAnswer =
  | { readonly status: 200; readonly file: RendererFile }
  | { readonly status: 403 | 404 }

/**
 * Reads one file of the built renderer. `urlPath` is a URL's path as it came, percent-encoded. 403 for whatever would leave the
 * folder or is not a plain path (also by symbolic link); 404 for what is not there, folders included: nothing is ever listed.
 */
export async function readRendererFile(folder: string, urlPath: string): Promise<RendererAnswer> {
  const parts = plainParts(urlPath)
  if (!parts) return { status: 403 }
  const root = await realpath(folder)
  try {
    const path = await realpath(join(root, ...parts))
    if (!path.startsWith(root + sep)) return { status: 403 }
    const mediaType = MEDIA_TYPES[extname(path)]
    if (!mediaType || !(await stat(path)).isFile()) return { status: 404 }
    return { status: 200, file: { body: await readFile(path), mediaType, immutable: parts[0] === 'assets' } }
  } catch (error) {
    if (isMissing(error)) return { status: 404 }
    throw error
  }
}

/** Null for a path with anything that a file system could read as more than a name. */
function plainParts(urlPath: string): string[] | null {
  let path: string
  try {
    path = decodeURIComponent(urlPath)
  } catch {
    return null
  }
  const parts = path === '/' ? ['index.html'] : path.split('/').slice(1)
  const plain = parts.every((part) => /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(part))
  return path.startsWith('/') && plain ? parts : null
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG'
}
