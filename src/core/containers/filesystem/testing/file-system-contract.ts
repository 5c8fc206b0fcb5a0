import { describe, expect, test } from 'vitest'
import { decodeUtf8, encodeUtf8 } from '../../../base/bytes.ts'
import { FileError, type FileSystem } from '../file-system.ts'

function codeOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (error instanceof FileError) return error.code
    throw error
  }
  return 'ok'
}

const bytes = encodeUtf8
const text = (files: FileSystem, path: string): string => decodeUtf8(files.read(path))

/**
 * What every file system has to do. `make` answers one that holds `/etc/passwd` ("root\n"), `/etc/link` → `passwd`,
 * `/var/log` (empty), `/data/old` ("old") and `/data/deep/er/file` ("x").
 */
export function fileSystemContract(name: string, make: () => FileSystem): void {
  describe(`file system contract: ${name}`, () => {
    readingContract(make)
    writingContract(make)
    linkContract(make)
    removalContract(make)
    renameContract(make)
  })
}

/** Puts the contract's starting content into an empty file system. */
export function populate(files: FileSystem): void {
  for (const path of ['/etc', '/var', '/var/log', '/data', '/data/deep', '/data/deep/er']) files.makeDirectory(path)
  files.write('/etc/passwd', bytes('root\n'), { mode: 0o640 })
  files.makeSymlink('passwd', '/etc/link')
  files.write('/data/old', bytes('old'))
  files.write('/data/deep/er/file', bytes('x'))
}

function readingContract(make: () => FileSystem): void {
  test('resolves dots, double slashes and symlinks', () => {
    const files = make()
    expect(text(files, '/etc/./../etc//link')).toBe('root\n')
    expect(files.lookup('/etc/link')?.kind).toBe('file')
    expect(files.lookup('/etc/link', { followLast: false })?.kind).toBe('symlink')
    expect(files.readLink('/etc/link')).toBe('passwd')
    expect(files.readDirectory('/')).toEqual(['data', 'etc', 'var'])
  })

  test('never escapes its root', () => {
    const files = make()
    files.makeSymlink('../../../../../etc/passwd', '/var/up')
    expect(text(files, '/var/up')).toBe('root\n')
    expect(files.lookup('/../../..')?.inode).toBe(files.lookup('/')?.inode)
  })

  test('says what is missing and what is no directory', () => {
    const files = make()
    expect(files.lookup('/no')).toBeUndefined()
    expect(files.lookup('/etc/passwd/x')).toBeUndefined()
    expect(files.lookup('/etc/passwd/')).toBeUndefined()
    expect(codeOf(() => files.read('/no'))).toBe('ENOENT')
    expect(codeOf(() => files.read('/no/x'))).toBe('ENOENT')
    expect(codeOf(() => files.read('/etc'))).toBe('EISDIR')
    expect(codeOf(() => files.readDirectory('/etc/passwd'))).toBe('ENOTDIR')
    expect(codeOf(() => files.write('/etc/passwd/x', bytes('')))).toBe('ENOTDIR')
    expect(codeOf(() => files.readLink('/etc/passwd'))).toBe('EINVAL')
  })

  test('stops at forty symlinks and at overlong names', () => {
    const files = make()
    files.makeSymlink('loop', '/loop')
    expect(codeOf(() => files.read('/loop'))).toBe('ELOOP')
    let target = 'etc'
    for (let index = 1; index <= 41; index++) {
      files.makeSymlink(target, `/chain${index}`)
      target = `chain${index}`
    }
    expect(text(files, '/chain39/link')).toBe('root\n')
    expect(codeOf(() => files.read('/chain41/passwd'))).toBe('ELOOP')
    expect(codeOf(() => files.write(`/${'n'.repeat(256)}`, bytes('')))).toBe('ENAMETOOLONG')
    expect(codeOf(() => files.lookup(`/${'n/'.repeat(3000)}`))).toBe('ENAMETOOLONG')
  })

  test('reads a part of a file', () => {
    const files = make()
    expect(decodeUtf8(files.read('/etc/passwd', 1, 2))).toBe('oo')
    expect(files.read('/etc/passwd', 99, 2)).toHaveLength(0)
  })
}

function writingContract(make: () => FileSystem): void {
  test('replaces content and keeps mode and owner', () => {
    const files = make()
    const before = files.lookup('/etc/passwd')
    files.write('/etc/link', bytes('new'), { mode: 0o777, uid: 7, mtime: 9 })
    expect(text(files, '/etc/passwd')).toBe('new')
    expect(files.lookup('/etc/passwd')).toEqual({ ...before, size: 3, mtime: 9 })
  })

  test('creates through a dangling symlink', () => {
    const files = make()
    files.makeSymlink('/var/made', '/etc/dangling')
    files.append('/etc/dangling', bytes('a'), { mode: 0o600, uid: 1, gid: 2 })
    expect(files.lookup('/var/made')).toMatchObject({ kind: 'file', mode: 0o600, uid: 1, gid: 2, size: 1, links: 1 })
    expect(codeOf(() => files.write('/var/new/', bytes('')))).toBe('EISDIR')
  })

  test('appends without touching what was read before', () => {
    const files = make()
    files.append('/data/old', bytes('er'))
    const seen = files.read('/data/old')
    files.append('/data/old', bytes(' still'))
    files.truncate('/data/old', 2)
    files.append('/data/old', bytes('XYZ'))
    expect(decodeUtf8(seen)).toBe('older')
    expect(text(files, '/data/old')).toBe('olXYZ')
  })

  test('grows with zeros, also fillers', () => {
    const files = make()
    files.truncate('/data/old', 5)
    expect([...files.read('/data/old')]).toEqual([...bytes('old'), 0, 0])
    files.write('/data/big', { seed: 's', size: 1_000_000 })
    expect(files.readBody('/data/big')).toEqual({ seed: 's', size: 1_000_000 })
    const start = files.read('/data/big', 10, 20)
    files.truncate('/data/big', 30)
    files.append('/data/big', bytes('end'))
    expect(files.read('/data/big', 10, 20)).toEqual(start)
    expect(files.lookup('/data/big')?.size).toBe(33)
    expect(codeOf(() => files.truncate('/data/big', -1))).toBe('EINVAL')
    expect(codeOf(() => files.truncate('/data/big', 1e15))).toBe('ENOSPC')
  })

  test('makes directories and special files', () => {
    const files = make()
    files.makeDirectory('/var/new/', { mode: 0o1777 })
    files.makeSpecial('/var/null', 'character-device', { mode: 0o666, device: { major: 1, minor: 3 } })
    files.makeSpecial('/var/pipe', 'fifo')
    expect(files.lookup('/var/new')).toMatchObject({ kind: 'directory', mode: 0o1777, links: 2 })
    expect(files.lookup('/var')?.links).toBe(4)
    expect(files.lookup('/var/null')).toMatchObject({ kind: 'character-device', device: { major: 1, minor: 3 } })
    expect(files.lookup('/var/pipe')).toMatchObject({ kind: 'fifo', device: null })
    expect(codeOf(() => files.makeDirectory('/var'))).toBe('EEXIST')
    expect(codeOf(() => files.makeDirectory('/'))).toBe('EEXIST')
    expect(codeOf(() => files.makeDirectory('/a/b'))).toBe('ENOENT')
  })

  test('changes attributes of a link or of what it points to', () => {
    const files = make()
    files.setAttributes('/etc/link', { uid: 5 }, { followLast: false })
    files.setAttributes('/etc/link', { mode: 0o4755, gid: 6 })
    expect(files.lookup('/etc/link', { followLast: false })?.uid).toBe(5)
    expect(files.lookup('/etc/passwd')).toMatchObject({ mode: 0o4755, uid: 0, gid: 6 })
  })
}

function linkContract(make: () => FileSystem): void {
  test('counts hard links', () => {
    const files = make()
    files.makeLink('/etc/passwd', '/data/same')
    const stat = files.lookup('/data/same')
    expect(stat).toEqual(files.lookup('/etc/passwd'))
    expect(stat?.links).toBe(2)
    files.append('/data/same', bytes('more'))
    expect(text(files, '/etc/passwd')).toBe('root\nmore')
    files.unlink('/etc/passwd')
    expect(files.lookup('/data/same')?.links).toBe(1)
    expect(codeOf(() => files.makeLink('/etc', '/dir'))).toBe('EPERM')
    expect(codeOf(() => files.makeLink('/data/same', '/data/old'))).toBe('EEXIST')
  })

  test('links a symlink itself', () => {
    const files = make()
    files.makeLink('/etc/link', '/data/link')
    expect(files.lookup('/data/link', { followLast: false })).toMatchObject({ kind: 'symlink', links: 2 })
  })
}

function removalContract(make: () => FileSystem): void {
  test('removes files and empty directories only', () => {
    const files = make()
    expect(codeOf(() => files.unlink('/etc'))).toBe('EISDIR')
    expect(codeOf(() => files.removeDirectory('/etc'))).toBe('ENOTEMPTY')
    expect(codeOf(() => files.removeDirectory('/etc/passwd'))).toBe('ENOTDIR')
    expect(codeOf(() => files.removeDirectory('/'))).toBe('EINVAL')
    expect(codeOf(() => files.unlink('/no'))).toBe('ENOENT')
    files.unlink('/etc/link')
    files.unlink('/etc/passwd')
    files.removeDirectory('/etc')
    expect(files.lookup('/etc')).toBeUndefined()
    expect(files.lookup('/')?.links).toBe(4)
  })

  test('a directory made again is empty', () => {
    const files = make()
    files.unlink('/data/deep/er/file')
    files.removeDirectory('/data/deep/er')
    files.makeDirectory('/data/deep/er')
    expect(files.readDirectory('/data/deep/er')).toEqual([])
  })
}

function renameContract(make: () => FileSystem): void {
  test('renames files over files', () => {
    const files = make()
    const before = files.lookup('/etc/passwd')
    files.rename('/etc/passwd', '/data/old')
    expect(text(files, '/data/old')).toBe('root\n')
    expect(files.lookup('/data/old')).toEqual(before)
    expect(files.lookup('/etc/passwd')).toBeUndefined()
    expect(files.lookup('/etc/link')).toBeUndefined()
  })

  test('renames a new directory with what is in it', () => {
    const files = make()
    files.makeDirectory('/var/new')
    files.write('/var/new/file', bytes('f'))
    files.makeDirectory('/var/new/sub')
    files.rename('/var/new', '/var/log')
    files.rename('/var/log', '/moved')
    expect(text(files, '/moved/file')).toBe('f')
    expect(files.lookup('/moved/sub/../file')?.size).toBe(1)
    expect(files.readDirectory('/var')).toEqual([])
    expect(codeOf(() => files.rename('/moved', '/moved/sub/in'))).toBe('EINVAL')
    expect(codeOf(() => files.rename('/moved', '/'))).toBe('EINVAL')
  })

  test('refuses mismatched kinds', () => {
    const files = make()
    files.makeDirectory('/new')
    expect(codeOf(() => files.rename('/new', '/etc/passwd'))).toBe('ENOTDIR')
    expect(codeOf(() => files.rename('/etc/passwd', '/new'))).toBe('EISDIR')
    expect(codeOf(() => files.rename('/new', '/etc'))).toBe('ENOTEMPTY')
    expect(codeOf(() => files.rename('/etc/passwd', '/other/'))).toBe('ENOTDIR')
    expect(codeOf(() => files.rename('/no', '/new'))).toBe('ENOENT')
  })

  test('renaming between two names of one file does nothing', () => {
    const files = make()
    files.makeLink('/data/old', '/data/same')
    files.rename('/data/old', '/data/same')
    expect(files.lookup('/data/old')?.links).toBe(2)
  })
}
