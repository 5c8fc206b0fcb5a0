import type { Bash } from 'just-bash'
import { decodeUtf8, encodeUtf8, type Bytes } from '../../base/bytes.ts'
import { FileError, type FileStat } from '../filesystem/file-system.ts'
import type { ProcessFiles } from '../runtime/process-files.ts'
import { ERROR_TEXTS } from '../shell/redirections.ts'

type ToolFiles = Bash['fs']
type ToolStat = Awaited<ReturnType<ToolFiles['stat']>>

/** A process's files for just-bash's tools: same permissions, same view, their error texts. */
export class ToolFileSystem implements ToolFiles {
  private readonly files: ProcessFiles

  constructor(files: ProcessFiles) {
    this.files = files
  }

  async readFile(path: string, options?: unknown): Promise<string> {
    const bytes = await this.readFileBuffer(path)
    const encoding = typeof options === 'string' ? options : (options as { encoding?: string } | undefined)?.encoding
    return encoding === 'binary' || encoding === 'latin1' ? latin1(bytes) : decodeUtf8(bytes)
  }

  async readFileBuffer(path: string): Promise<Bytes> {
    return told(path, 'open', () => this.files.bytes(path))
  }

  async writeFile(path: string, content: string | Uint8Array, options?: unknown): Promise<void> {
    told(path, 'open', () => this.files.write(path, toBytes(content, options)))
  }

  async appendFile(path: string, content: string | Uint8Array, options?: unknown): Promise<void> {
    told(path, 'open', () => this.files.append(path, toBytes(content, options)))
  }

  async exists(path: string): Promise<boolean> {
    return this.files.exists(path)
  }

  async stat(path: string): Promise<ToolStat> {
    return told(path, 'stat', () => toolStat(found(this.files.stat(path), path)))
  }

  async lstat(path: string): Promise<ToolStat> {
    return told(path, 'lstat', () => toolStat(found(this.files.stat(path, false), path)))
  }

  async mkdir(path: string, options?: { readonly recursive?: boolean }): Promise<void> {
    told(path, 'mkdir', () => (options?.recursive ? this.files.makeDirectories(path) : this.files.makeDirectory(path)))
  }

  async readdir(path: string): Promise<string[]> {
    return told(path, 'scandir', () => this.files.list(path))
  }

  async rm(path: string, options: { readonly recursive?: boolean; readonly force?: boolean } = {}): Promise<void> {
    if (options.force && !this.files.stat(path, false)) return
    told(path, 'rm', () => this.removeTree(path, options.recursive ?? false))
  }

  async cp(from: string, to: string): Promise<void> {
    told(from, 'cp', () => this.files.write(to, this.files.body(from)))
  }

  async mv(from: string, to: string): Promise<void> {
    told(from, 'rename', () => this.files.rename(from, to))
  }

  resolvePath(base: string, path: string): string {
    const parts: string[] = []
    for (const part of (path.startsWith('/') ? path : `${base}/${path}`).split('/')) {
      if (part === '..') parts.pop()
      else if (part !== '' && part !== '.') parts.push(part)
    }
    return `/${parts.join('/')}`
  }

  getAllPaths(): string[] {
    return []
  }

  async chmod(path: string, mode: number): Promise<void> {
    told(path, 'chmod', () => this.files.chmod(path, mode & 0o7777))
  }

  async symlink(target: string, path: string): Promise<void> {
    told(path, 'symlink', () => this.files.symlink(target, path))
  }

  async link(existing: string, path: string): Promise<void> {
    told(path, 'link', () => this.files.link(existing, path))
  }

  async readlink(path: string): Promise<string> {
    return told(path, 'readlink', () => this.files.readLink(path))
  }

  async realpath(path: string): Promise<string> {
    return told(path, 'realpath', () => this.files.realPath(path))
  }

  async utimes(path: string, _accessed: Date, modified: Date): Promise<void> {
    told(path, 'utimes', () => this.files.setTime(path, Math.floor(modified.getTime() / 1000)))
  }

  private removeTree(path: string, recursive: boolean): void {
    if (this.files.stat(path, false)?.kind !== 'directory') return this.files.unlink(path)
    if (recursive) for (const name of this.files.list(path)) this.removeTree(`${path}/${name}`, true)
    this.files.removeDirectory(path)
  }
}

/** The tools look for Node's wording of errors. */
function told<T>(path: string, call: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    throw new Error(`${error.code}: ${(ERROR_TEXTS[error.code] ?? error.code).toLowerCase()}, ${call} '${path}'`, { cause: error })
  }
}

function found(stat: FileStat | undefined, path: string): FileStat {
  if (!stat) throw new FileError('ENOENT', path)
  return stat
}

function toolStat(stat: FileStat): ToolStat {
  return { isFile: stat.kind !== 'directory' && stat.kind !== 'symlink', isDirectory: stat.kind === 'directory', isSymbolicLink: stat.kind === 'symlink', mode: stat.mode, size: stat.size, mtime: new Date(stat.mtime * 1000), ino: stat.inode }
}

function toBytes(content: string | Uint8Array, options: unknown): Bytes {
  if (typeof content !== 'string') return content
  const encoding = typeof options === 'string' ? options : (options as { encoding?: string } | undefined)?.encoding
  return encoding === 'binary' || encoding === 'latin1' ? Uint8Array.from(content, (char) => char.charCodeAt(0) & 255) : encodeUtf8(content)
}

function latin1(bytes: Bytes): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return text
}
