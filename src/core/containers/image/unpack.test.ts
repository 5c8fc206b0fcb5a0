import { execFileSync } from 'node:child_process'
import { lstatSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { concatBytes, encodeUtf8 } from '../../base/bytes.ts'
import { pureSha256 } from '../../base/hasher.ts'
import { FileError, type FileSystem } from '../filesystem/file-system.ts'
import { makeLayer, rootFileSystem, type Layer } from './layer.ts'
import { layerTarChunks, opaqueMarker, whiteoutPrefix } from './layer-tar.ts'

const root = mkdtempSync(join(tmpdir(), 'glasshouse-unpack-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const path = fc.array(fc.constantFrom('a', 'b', 'ü'), { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join('/')}`)
const mode = fc.constantFrom(0o644, 0o755, 0o700, 0o4755)
type Operation = (files: FileSystem) => void
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.tuple(path, fc.constantFrom('', 'x', 'y'.repeat(600)), mode).map(([at, text, bits]): Operation => (files) => files.write(at, encodeUtf8(text), { mode: bits })),
  fc.tuple(path, mode).map(([at, bits]): Operation => (files) => files.makeDirectory(at, { mode: bits })),
  path.map((at): Operation => (files) => files.makeDirectory(at)),
  path.map((at): Operation => (files) => files.makeSymlink('../target', at)),
  path.map((at): Operation => (files) => files.unlink(at)),
  path.map((at): Operation => (files) => removeAll(files, at)),
  fc.tuple(path, path).map(([from, to]): Operation => (files) => files.makeLink(from, to)),
  fc.tuple(path, path).map(([from, to]): Operation => (files) => files.rename(from, to)),
  fc.tuple(path, mode).map(([at, bits]): Operation => (files) => files.setAttributes(at, { mode: bits }, { followLast: false })),
)

function removeAll(files: FileSystem, at: string): void {
  if (files.lookup(at, { followLast: false })?.kind !== 'directory') return files.unlink(at)
  for (const name of files.readDirectory(at)) removeAll(files, `${at}/${name}`)
  files.removeDirectory(at)
}

function changed(layers: readonly Layer[], operations: readonly Operation[]): Layer {
  const files = rootFileSystem(layers, { now: () => 1_700_000_000 })
  for (const each of operations) {
    try {
      each(files)
    } catch (error) {
      if (!(error instanceof FileError)) throw error
    }
  }
  return makeLayer(files.freeze(), pureSha256)
}

/** Lays a layer over a folder as layer.md says, with the system's own tar. */
function unpack(layer: Layer, folder: string): void {
  const archive = concatBytes([...layerTarChunks(layer.tree)])
  const kind = (at: string): 'directory' | 'other' | undefined => {
    const stat = lstatSync(at, { throwIfNoEntry: false })
    return stat && (stat.isDirectory() ? 'directory' : 'other')
  }
  const listed = execFileSync('tar', ['--quoting-style=literal', '-tf', '-'], { input: archive, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8' } }).split('\n').filter((name) => name !== '')
  for (const name of listed) {
    const at = join(folder, name.replace(/\/$/, ''))
    const last = name.slice(name.lastIndexOf('/') + 1)
    if (last === opaqueMarker) for (const below of readdirSync(dirname(at))) rmSync(join(dirname(at), below), { recursive: true })
    else if (last.startsWith(whiteoutPrefix)) rmSync(join(dirname(at), last.slice(whiteoutPrefix.length)), { recursive: true })
    else if (kind(at) !== undefined && (kind(at) === 'directory') !== name.endsWith('/')) rmSync(at, { recursive: true })
  }
  execFileSync('tar', ['-xpf', '-', '-C', folder, '--no-same-owner', `--exclude=${whiteoutPrefix}*`], { input: archive })
}

function onDisk(folder: string): Record<string, unknown> {
  const seen: Record<string, unknown> = {}
  const visit = (at: string): void => {
    for (const name of readdirSync(join(folder, at)).sort()) {
      const inside = `${at}/${name}`
      const stat = lstatSync(join(folder, inside))
      if (stat.isSymbolicLink()) seen[inside] = readlinkSync(join(folder, inside))
      else if (stat.isDirectory()) {
        seen[inside] = stat.mode & 0o7777
        visit(inside)
      } else seen[inside] = [stat.mode & 0o7777, stat.mtimeMs / 1000, readFileSync(join(folder, inside), 'utf8')]
    }
  }
  visit('')
  return seen
}

function inside(files: FileSystem): Record<string, unknown> {
  const seen: Record<string, unknown> = {}
  const visit = (at: string): void => {
    for (const name of files.readDirectory(at === '' ? '/' : at)) {
      const below = `${at}/${name}`
      const stat = files.lookup(below, { followLast: false })!
      if (stat.kind === 'symlink') seen[below] = files.readLink(below)
      else if (stat.kind === 'directory') {
        seen[below] = stat.mode
        visit(below)
      } else seen[below] = [stat.mode, stat.mtime, new TextDecoder().decode(files.read(below))]
    }
  }
  visit('')
  return seen
}

test("any stack of layers, unpacked with the system's tar, is the tree that containers see", () => {
  fc.assert(fc.property(fc.array(fc.array(operation, { maxLength: 12 }), { minLength: 1, maxLength: 3 }), (steps) => {
    const folder = mkdtempSync(join(root, 'stack-'))
    const layers: Layer[] = []
    for (const step of steps) {
      const layer = changed(layers, step)
      layers.push(layer)
      unpack(layer, folder)
      expect(onDisk(folder)).toEqual(inside(rootFileSystem(layers)))
    }
    rmSync(folder, { recursive: true })
  }), { numRuns: 80 })
})
