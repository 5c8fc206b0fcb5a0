import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeUtf8, encodeUtf8 } from '../../base/bytes.ts'
import { FileError, type FileSystem } from './file-system.ts'
import { MemoryFileSystem } from './memory-file-system.ts'
import { OverlayFileSystem } from './overlay-file-system.ts'

const bytes = encodeUtf8

/** `/dir/{a,b,sub/c}`, `/hard1` = `/hard2`, over an empty base. */
function overlay(): OverlayFileSystem {
  const lower = new MemoryFileSystem()
  lower.makeDirectory('/dir')
  lower.makeDirectory('/dir/sub')
  lower.write('/dir/a', bytes('a'), { mtime: 5 })
  lower.write('/dir/b', bytes('b'))
  lower.write('/dir/sub/c', bytes('c'))
  lower.write('/hard1', bytes('h'))
  lower.makeLink('/hard1', '/hard2')
  return new OverlayFileSystem([lower.freeze()], { now: () => 77 })
}

const summary = (files: OverlayFileSystem): string[] => files.changes().map(({ change, path }) => `${change.charAt(0).toUpperCase()} ${path}`)

describe('changes', () => {
  test('reading changes nothing', () => {
    const files = overlay()
    files.read('/dir/a')
    files.readDirectory('/dir/sub')
    expect(files.changes()).toEqual([])
    expect(files.upperSize()).toBe(0)
    expect(files.freeze().entries.size).toBe(0)
  })

  test('a chmod copies the whole file up and marks its parents', () => {
    const files = overlay()
    files.setAttributes('/dir/a', { mode: 0o600 })
    expect(summary(files)).toEqual(['C /dir', 'C /dir/a'])
    expect(files.upperSize()).toBe(1)
    expect(files.lookup('/dir/a')).toMatchObject({ mode: 0o600, mtime: 5 })
  })

  test('the size follows every write', () => {
    const files = overlay()
    const sizes = [() => files.append('/dir/a', bytes('bc')), () => files.write('/new', bytes('12345')), () => files.makeLink('/new', '/same'), () => files.truncate('/new', 2), () => files.unlink('/dir/a')]
      .map((step) => (step(), files.upperSize()))
    expect(sizes).toEqual([3, 8, 8, 5, 2])
  })

  test('additions, removals and replacements', () => {
    const files = overlay()
    files.write('/dir/new', bytes('n'))
    files.unlink('/dir/a')
    files.unlink('/dir/b')
    files.makeSymlink('a', '/dir/b')
    expect(summary(files)).toEqual(['C /dir', 'R /dir/a', 'C /dir/b', 'A /dir/new'])
    expect(files.freeze().entries.get('dir')).toMatchObject({ kind: 'directory', opaque: false, mtime: 77 })
  })

  test('a directory made anew is opaque and hides what was there', () => {
    const files = overlay()
    for (const path of ['/dir/a', '/dir/b', '/dir/sub/c']) files.unlink(path)
    files.removeDirectory('/dir/sub')
    files.removeDirectory('/dir')
    files.makeDirectory('/dir')
    files.write('/dir/b', bytes('again'))
    expect(summary(files)).toEqual(['C /dir', 'A /dir/b', 'R /dir/a', 'R /dir/sub'])
    const upper = files.freeze()
    expect(upper.entries.get('dir')).toMatchObject({ opaque: true })
    expect(new OverlayFileSystem([...files.lowers, upper]).readDirectory('/dir')).toEqual(['b'])
  })

  test('what was added and removed again leaves no whiteout', () => {
    const files = overlay()
    files.write('/dir/new', bytes('n'))
    files.unlink('/dir/new')
    expect(summary(files)).toEqual(['C /dir'])
  })
})

describe('as overlayfs without redirect_dir and index', () => {
  test('renaming a lower directory is EXDEV', () => {
    expect(() => overlay().rename('/dir', '/moved')).toThrow(new FileError('EXDEV', '/dir'))
  })

  test('copy-up breaks a hard link', () => {
    const files = overlay()
    expect(files.lookup('/hard1')?.links).toBe(2)
    files.append('/hard1', bytes('!'))
    expect(decodeUtf8(files.read('/hard2'))).toBe('h')
    expect(files.lookup('/hard1')?.inode).not.toBe(files.lookup('/hard2')?.inode)
    expect([files.lookup('/hard1')?.links, files.lookup('/hard2')?.links]).toEqual([1, 1])
  })
})

test('a clone and a frozen layer do not see later writes', () => {
  const files = overlay()
  files.append('/dir/a', bytes('1'))
  files.makeLink('/dir/a', '/dir/linked')
  const clone = files.clone()
  const layer = files.freeze()
  files.append('/dir/a', bytes('2'))
  files.unlink('/dir/b')
  clone.append('/dir/a', bytes('3'))
  expect(decodeUtf8(files.read('/dir/linked'))).toBe('a12')
  expect(decodeUtf8(clone.read('/dir/linked'))).toBe('a13')
  expect(clone.lookup('/dir/a')?.links).toBe(2)
  expect(decodeUtf8(new OverlayFileSystem([...files.lowers, layer]).read('/dir/linked'))).toBe('a1')
})

// ---------------------------------------------------------------- against a plain memory file system

const names = ['a', 'b', 'c']
const path = fc.array(fc.constantFrom(...names, '..'), { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join('/')}`)
const content = fc.constantFrom('', 'x', 'yy')
type Operation = (files: FileSystem) => unknown

function operations(withLinks: boolean): fc.Arbitrary<Operation | 'layer'> {
  const operation = (make: (...parts: never[]) => Operation, ...parts: fc.Arbitrary<string>[]): fc.Arbitrary<Operation> =>
    fc.tuple(...parts).map((values) => make(...values as never[]))
  const all: fc.Arbitrary<Operation | 'layer'>[] = [
    operation((at: string, data: string) => (files) => files.write(at, bytes(data)), path, content),
    operation((at: string, data: string) => (files) => files.append(at, bytes(data)), path, content),
    operation((at: string) => (files) => files.makeDirectory(at), path),
    operation((at: string) => (files) => files.makeDirectory(at), path),
    operation((at: string, target: string) => (files) => files.makeSymlink(target, at), path, path),
    operation((at: string) => (files) => files.unlink(at), path),
    operation((at: string) => (files) => files.removeDirectory(at), path),
    operation((at: string) => (files) => files.truncate(at, 1), path),
    operation((at: string) => (files) => files.setAttributes(at, { mode: 0o700 }), path),
    operation((from: string, to: string) => (files) => files.rename(from, to), path, path),
  ]
  all.push(withLinks ? operation((from: string, to: string) => (files) => files.makeLink(from, to), path, path) : fc.constant('layer' as const))
  return fc.oneof(...all)
}

const outcome = (files: FileSystem, operation: Operation): string => {
  try {
    operation(files)
    return 'ok'
  } catch (error) {
    if (error instanceof FileError) return error.code
    throw error
  }
}

/** Everything that can be seen, with inode numbers replaced by the first path that has the inode. */
function picture(files: FileSystem): Record<string, unknown> {
  const seen: Record<string, unknown> = {}
  const firstPath = new Map<number, string>()
  const visit = (at: string): void => {
    const stat = files.lookup(at, { followLast: false })
    if (!stat) throw new Error(`listed but not there: ${at}`)
    if (!firstPath.has(stat.inode)) firstPath.set(stat.inode, at)
    const body = stat.kind === 'file' ? decodeUtf8(files.read(at)) : stat.kind === 'symlink' ? files.readLink(at) : ''
    seen[at] = { ...stat, inode: firstPath.get(stat.inode), body }
    if (stat.kind === 'directory') for (const name of files.readDirectory(at)) visit(at === '/' ? `/${name}` : `${at}/${name}`)
  }
  visit('/')
  return seen
}

/** A refused EXDEV rename is left out on the plain side, as a program would have to copy instead. */
function agrees(script: readonly (Operation | 'layer')[]): void {
  let clock = 0
  const now = (): number => clock
  const plain = new MemoryFileSystem({ now })
  let layered = new OverlayFileSystem([], { now })
  for (const step of script) {
    clock++
    if (step === 'layer') {
      layered = new OverlayFileSystem([...layered.lowers, layered.freeze()], { now })
    } else {
      const result = outcome(layered, step)
      if (result !== 'EXDEV') expect(outcome(plain, step)).toBe(result)
    }
    expect(picture(layered)).toEqual(picture(plain))
  }
  expect(picture(layered.clone())).toEqual(picture(plain))
  expect(picture(new OverlayFileSystem([...layered.lowers, layered.freeze()]))).toEqual(picture(plain))
}

test('agrees with a plain file system over any number of layers', () => {
  fc.assert(fc.property(fc.array(operations(false), { maxLength: 40 }), agrees), { numRuns: 400 })
})

test('agrees with a plain file system on hard links in the upper tree', () => {
  fc.assert(fc.property(fc.array(operations(true), { maxLength: 30 }), agrees), { numRuns: 200 })
})

test('the changes are what differs from the lower layers', () => {
  fc.assert(fc.property(fc.array(operations(false), { maxLength: 30 }), fc.array(operations(false), { maxLength: 20 }), (before, after) => {
    const lower = new OverlayFileSystem([])
    for (const step of before) if (step !== 'layer') outcome(lower, step)
    const tree = lower.freeze()
    const files = new OverlayFileSystem([tree])
    for (const step of after) if (step !== 'layer') outcome(files, step)
    const old = new OverlayFileSystem([tree])
    const changes = new Map(files.changes().map((change) => [change.path, change.change]))
    const paths = new Set([...Object.keys(picture(old)), ...Object.keys(picture(files))])
    for (const at of paths) {
      const was = old.lookup(at, { followLast: false })
      const is = files.lookup(at, { followLast: false })
      const parentGone = was && !is && !files.lookup(at.slice(0, at.lastIndexOf('/')) || '/', { followLast: false })
      if (was && !is && !parentGone) expect(changes.get(at) ?? hiddenBy(changes, at)).toBe('removed')
      if (!was && is) expect(changes.get(at)).toBe('added')
      if (was && is && changes.get(at) === undefined && at !== '/') expect({ ...is, inode: 0 }).toEqual({ ...was, inode: 0 })
    }
  }))
})

/** A file in place of a directory hides what was below it without naming each. */
function hiddenBy(changes: ReadonlyMap<string, string>, at: string): string | undefined {
  for (let parent = at; parent !== ''; parent = parent.slice(0, parent.lastIndexOf('/'))) if (changes.has(parent)) return 'removed'
  return undefined
}
