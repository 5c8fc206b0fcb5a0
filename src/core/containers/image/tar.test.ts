import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { concatBytes, decodeUtf8, encodeUtf8, type Bytes } from '../../base/bytes.ts'
import { Failure } from '../../base/failure.ts'
import { pureSha256 } from '../../base/hasher.ts'
import type { LayerDirectory } from '../filesystem/layer-tree.ts'
import { MemoryFileSystem } from '../filesystem/memory-file-system.ts'
import { OverlayFileSystem } from '../filesystem/overlay-file-system.ts'
import { makeLayer, makingLayer } from './layer.ts'
import { layerTarChunks } from './layer-tar.ts'
import { readTar } from './tar-reader.ts'
import { treeFromTar } from './tar-tree.ts'

const bytes = encodeUtf8
const long = 'long-directory-name-'.repeat(7)

function sample(): LayerDirectory {
  const files = new MemoryFileSystem({ now: () => 1_400_000_000 })
  files.makeDirectory('/usr', { mode: 0o755 })
  files.makeDirectory('/usr/bin', { mode: 0o2755, gid: 50 })
  files.write('/usr/bin/tool', { seed: 'tool', size: 70_000, head: bytes('#!glasshouse:tool\n') }, { mode: 0o4755 })
  files.makeLink('/usr/bin/tool', '/usr/bin/tool2')
  files.makeSymlink('../usr/bin/tool', '/usr/tool')
  files.makeDirectory(`/${long}`)
  files.write(`/${long}/äöü`, bytes('x'), { uid: 5_000_000, gid: 3 })
  files.makeSymlink(`${long}/${long}`, '/longlink')
  files.makeSpecial('/pipe', 'fifo', { mode: 0o600 })
  files.makeSpecial('/null', 'character-device', { mode: 0o666, device: { major: 1, minor: 3 } })
  files.write('/empty', bytes(''))
  return files.freeze()
}

function tarOf(tree: LayerDirectory): Bytes {
  return concatBytes([...layerTarChunks(tree)])
}

const folders: string[] = []
function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'glasshouse-tar-'))
  folders.push(made)
  return made
}
afterAll(() => folders.forEach((made) => rmSync(made, { recursive: true, force: true })))

describe('the writer', () => {
  test('gives the same digest on every machine', () => {
    const layer = makeLayer(sample(), pureSha256)
    expect(layer).toMatchObject({ diffId: 'sha256:fa54b181706290613208319108681479bdeafcd563222380e5f84a7d0606006e', size: 70_001, tarSize: tarOf(layer.tree).length })
    expect(makeLayer(sample(), pureSha256).diffId).toBe(layer.diffId)
  })

  test('a large layer is hashed in steps to the same digest', () => {
    const tree = (): LayerDirectory => {
      const files = new MemoryFileSystem()
      files.write('/large', { seed: 'large', size: 50_000_000 })
      return files.freeze()
    }
    const inSteps = (of: LayerDirectory): [number, string] => {
      const steps = makingLayer(of, pureSha256)
      let [pauses, step] = [0, steps.next()]
      for (; step.done !== true; step = steps.next()) pauses++
      return [pauses, step.value.diffId]
    }
    const large = tree()
    const first = inSteps(large)
    expect(first[0]).toBeGreaterThan(2)
    expect(first[1]).toBe(makeLayer(tree(), pureSha256).diffId)
    // What was hashed before takes as many steps: they are events, and may not depend on what else this process did.
    expect(inSteps(large)).toEqual(first)
  })

  test('one changed byte, mode or time is another digest', () => {
    const digest = (change: (files: MemoryFileSystem) => void): string => {
      const files = new MemoryFileSystem()
      files.write('/a', bytes('a'))
      change(files)
      return makeLayer(files.freeze(), pureSha256).diffId
    }
    const digests = [
      digest(() => undefined), digest((files) => files.write('/a', bytes('b'))), digest((files) => files.setAttributes('/a', { mode: 0o600 })),
      digest((files) => files.setAttributes('/a', { mtime: 1 })), digest((files) => files.rename('/a', '/b')),
    ]
    expect(new Set(digests).size).toBe(digests.length)
  })

  test('whiteouts and opaque directories are named as the specification says', () => {
    const lower = new MemoryFileSystem()
    for (const path of ['/gone', '/again']) lower.makeDirectory(path)
    lower.write('/file', bytes(''))
    const files = new OverlayFileSystem([lower.freeze()])
    files.unlink('/file')
    files.removeDirectory('/gone')
    files.removeDirectory('/again')
    files.makeDirectory('/again')
    expect([...readTar(tarOf(files.freeze()))].map((item) => item.path)).toEqual(['again', 'again/.wh..wh..opq', '.wh.file', '.wh.gone'])
  })
})

describe('beside the system\'s tar', () => {
  test('it lists and unpacks what we write', () => {
    const root = folder()
    const archive = join(root, 'layer.tar')
    writeFileSync(archive, tarOf(sample()))
    const listed = execFileSync('tar', ['--numeric-owner', '-tvf', archive], { encoding: 'utf8', env: { ...process.env, TZ: 'UTC', LC_ALL: 'C.UTF-8' } })
    expect(listed).toMatch(/crw-rw-rw- 0\/0 +1,3 2014-05-13 16:53 null\n/)
    expect(listed).toMatch(new RegExp(`drwxr-xr-x 0/0 +0 2014-05-13 16:53 ${long}/\n`))
    expect(listed).toMatch(/-rwsr-xr-x 0\/0 +70000 2014-05-13 16:53 usr\/bin\/tool\n/)
    expect(listed).toContain('usr/bin/tool2 link to usr/bin/tool')
    expect(listed).toContain('5000000/3')
    execFileSync('tar', ['-xf', archive, '-C', root, '--no-same-owner', '--exclude=null', '--exclude=pipe'])
    expect(readFileSync(join(root, 'usr/bin/tool'), 'latin1').slice(0, 18)).toBe('#!glasshouse:tool\n')
    expect(statSync(join(root, 'usr/bin/tool2')).ino).toBe(statSync(join(root, 'usr/bin/tool')).ino)
    expect(readlinkSync(join(root, 'longlink'))).toBe(`${long}/${long}`)
    expect(readdirSync(join(root, long))).toEqual(['äöü'])
  })

  test.each(['gnu', 'pax', 'ustar', 'v7'])('we read what it writes as %s', (format) => {
    const root = folder()
    const name = format === 'v7' || format === 'ustar' ? 'short' : 'n'.repeat(180)
    writeFileSync(join(root, name), 'content')
    execFileSync('ln', [join(root, name), join(root, 'z-linked')])
    execFileSync('ln', ['-s', name, join(root, 'z-symlink')])
    const archive = execFileSync('tar', [`--format=${format}`, '-C', root, '--sort=name', '-cf', '-', '.'])
    const tree = new OverlayFileSystem([treeFromTar(archive, { whiteouts: false })])
    expect(decodeUtf8(tree.read('/z-symlink'))).toBe('content')
    expect(tree.lookup('/z-linked')).toMatchObject({ links: 2, inode: tree.lookup(`/${name}`)?.inode })
  })
})

describe('the reader', () => {
  test('a layer comes back as it was, whiteouts included', () => {
    const tree = sample()
    expect(treeFromTar(tarOf(tree), { whiteouts: true })).toMatchObject({ entries: expect.any(Map) as unknown })
    expect(Buffer.compare(tarOf(treeFromTar(tarOf(tree), { whiteouts: true })), tarOf(tree))).toBe(0)
    const files = new OverlayFileSystem([tree])
    files.unlink('/empty')
    files.unlink('/usr/tool')
    const upper = files.freeze()
    expect(treeFromTar(tarOf(upper), { whiteouts: true })).toEqual({ ...upper, mode: 0o755, mtime: 0 })
  })

  const refusal = (archive: Bytes, limits = {}): string => {
    try {
      treeFromTar(archive, { whiteouts: true, limits })
    } catch (error) {
      if (error instanceof Failure && error.info.code === 'file') return error.message
      throw error
    }
    return 'accepted'
  }
  /** A one-entry archive with a header field replaced and, unless told otherwise, a right checksum. */
  const forged = (offset: number, text: string, fix = true): Bytes => {
    const files = new MemoryFileSystem()
    files.write('/name', bytes('body'))
    const archive = tarOf(files.freeze())
    archive.set(bytes(text), offset)
    if (!fix) return archive
    archive.set(bytes('        '), 148)
    const sum = archive.subarray(0, 512).reduce((total, byte) => total + byte, 0)
    archive.set(bytes(`${sum.toString(8).padStart(6, '0')}\0 `), 148)
    return archive
  }

  test.each([
    ['an absolute path', forged(0, '/etc/passwd'), 'absolute path'],
    ['a path that climbs', forged(0, 'a/../../etc/passwd'), 'leads out'],
    ['a wrong checksum', forged(0, 'other', false), 'wrong checksum'],
    ['a size beyond the end', forged(124, '00077777777'), 'middle of a file'],
    ['a size that is no number', forged(124, 'hello'), 'no number'],
    ['a device for a disk', forged(156, '4'), 'not supported'],
    ['a hard link to nothing', forged(156, '1'), 'links to'],
    ['half a header', forged(0, 'name').subarray(0, 300), 'middle of a header'],
    ['nothing', new Uint8Array(0), 'empty'],
    ['no tar at all', bytes('PK'.repeat(600)), 'a header'],
  ])('refuses %s', (_what, archive, message) => {
    expect(refusal(archive)).toContain(message)
  })

  test('keeps to its limits', () => {
    const archive = tarOf(sample())
    expect(refusal(archive, { entries: 3 })).toContain('more than 3 entries')
    expect(refusal(archive, { bytes: 1000 })).toContain('more than 1000 bytes')
    expect(refusal(archive, { path: 100 })).toContain('too long')
    expect(refusal(archive)).toBe('accepted')
  })

  test('never writes through a symlink', () => {
    const files = new MemoryFileSystem()
    files.makeSymlink('/etc', '/aa')
    const link = tarOf(files.freeze())
    const inner = new MemoryFileSystem()
    inner.makeDirectory('/aa')
    inner.write('/aa/passwd', bytes('evil'))
    const archive = concatBytes([link.subarray(0, 512), tarOf(inner.freeze()).subarray(512)])
    expect(refusal(archive)).toContain('no directory')
  })

  test('damage is a Failure, never a crash', () => {
    const whole = tarOf(sample())
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(6000), fc.nat(255)), { minLength: 1, maxLength: 4 }), fc.nat(whole.length), (hits, cut) => {
      const archive = whole.slice(0, cut % 3 === 0 ? cut : whole.length)
      for (const [at, value] of hits) archive[at] = value
      refusal(archive)
    }))
  })
})
