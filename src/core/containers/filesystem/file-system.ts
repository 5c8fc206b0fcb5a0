import type { Bytes } from '../../base/bytes.ts'

/**
 * The one file-system port: overlays, layers' trees and plain memory trees implement it; the process kernel, the builder and
 * the text tools use it. Synchronous and without permission checks (the kernel checks, it knows who asks).
 * Paths are absolute, `/`-separated; implementations resolve `.`, `..`, `//` and symbolic links, and never escape their root.
 */
export interface FileSystem {
  /** Undefined when nothing is there (or a parent is missing or no directory). Follows a final symlink unless told not to. */
  lookup(path: string, options?: { readonly followLast?: boolean }): FileStat | undefined
  /** Names, sorted by code unit, without `.` and `..`. */
  readDirectory(path: string): string[]
  readLink(path: string): string
  /** The content without copying it; a `Filler` stays one. */
  readBody(path: string): FileBody
  /** The bytes of a part of a file; at most `length` of them from `offset`. */
  read(path: string, offset?: number, length?: number): Bytes
  /** Creates or replaces a regular file's content; mode and owner apply only when it is created. */
  write(path: string, body: FileBody, attributes?: NewAttributes): void
  append(path: string, bytes: Bytes, attributes?: NewAttributes): void
  truncate(path: string, size: number): void
  makeDirectory(path: string, attributes?: NewAttributes): void
  makeSymlink(target: string, path: string, attributes?: NewAttributes): void
  /** Character device or FIFO. */
  makeSpecial(path: string, kind: 'character-device' | 'fifo', attributes?: NewAttributes & { readonly device?: DeviceNumber }): void
  makeLink(existing: string, path: string): void
  removeDirectory(path: string): void
  unlink(path: string): void
  rename(from: string, to: string): void
  setAttributes(path: string, attributes: Partial<Attributes>, options?: { readonly followLast?: boolean }): void
}

export type FileKind = 'file' | 'directory' | 'symlink' | 'character-device' | 'fifo'

export interface DeviceNumber {
  readonly major: number
  readonly minor: number
}

export interface Attributes {
  /** Permission bits with set-uid, set-gid and sticky: 0 to 0o7777. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Seconds since the Unix epoch, of the simulated world. */
  readonly mtime: number
}

export type NewAttributes = Partial<Attributes>

export interface FileStat extends Attributes {
  readonly kind: FileKind
  /** Same number, same file: hard links share it. Unique within one file system. */
  readonly inode: number
  readonly links: number
  readonly size: number
  readonly device: DeviceNumber | null
}

/**
 * Content nobody reads but whose size and digest matter (a 90 MB shared library): bytes made from a seed when asked for.
 * The same seed, size and head always give the same bytes, so that digests are real and reproducible. The empty seed gives zeros.
 */
export interface Filler {
  readonly seed: string
  /** Bytes in all, the head included. */
  readonly size: number
  /** What the content begins with, such as a program file's marker line. At most `size` bytes. */
  readonly head?: Bytes
}

export type FileBody = Bytes | Filler

export type FileErrorCode =
  | 'ENOENT' | 'EEXIST' | 'ENOTDIR' | 'EISDIR' | 'ENOTEMPTY' | 'EINVAL' | 'ELOOP' | 'EACCES' | 'EPERM' | 'ENOSPC' | 'EXDEV' | 'EROFS' | 'EMFILE'
  | 'EBADF' | 'EPIPE' | 'ESRCH' | 'ECHILD' | 'ENOEXEC' | 'EAGAIN' | 'ENAMETOOLONG' | 'ETXTBSY' | 'ECONNREFUSED'

/** What the kernel's call would answer; programs turn it into their own words. */
export class FileError extends Error {
  override readonly name = 'FileError'
  readonly code: FileErrorCode
  readonly path: string

  constructor(code: FileErrorCode, path: string) {
    super(`${code}: ${path}`)
    this.code = code
    this.path = path
  }
}
