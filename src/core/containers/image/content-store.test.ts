import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { concatBytes, decodeUtf8, encodeUtf8 } from '../../base/bytes.ts'
import { pureSha256, sha256Hex } from '../../base/hasher.ts'
import type { LayerDirectory } from '../filesystem/layer-tree.ts'
import { MemoryFileSystem } from '../filesystem/memory-file-system.ts'
import { OverlayFileSystem } from '../filesystem/overlay-file-system.ts'
import { ContentStore } from './content-store.ts'
import { listFiles, listLayerChanges } from './file-entries.ts'
import type { ImageConfig } from './image-config.ts'
import { imageTarChunks } from './image-export.ts'
import { chainId, rootFileSystem, type Layer } from './layer.ts'

const bytes = encodeUtf8

function base(): LayerDirectory {
  const files = new MemoryFileSystem()
  files.makeDirectory('/etc')
  files.write('/etc/hosts', bytes('127.0.0.1 localhost\n'))
  files.write('/etc/gone', bytes('g'))
  return files.freeze()
}

function top(): LayerDirectory {
  const files = new OverlayFileSystem([base()])
  files.write('/etc/hosts', bytes('changed'))
  files.write('/app', bytes('app'), { mode: 0o755 })
  files.unlink('/etc/gone')
  return files.freeze()
}

function configOf(layers: readonly Layer[]): ImageConfig {
  return {
    created: '2014-06-01T00:00:00Z', architecture: 'amd64', os: 'linux', config: { Env: ['PATH=/bin'], Cmd: ['/app'] },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) }, history: [{ created_by: 'ADD' }, { created_by: 'COPY' }],
  }
}

describe('the store', () => {
  test('keeps equal content once and lets it go with its last holder', () => {
    const store = new ContentStore(pureSha256)
    const layer = store.addLayer(base())
    const again = store.addLayer(base())
    expect(again).toBe(layer)
    store.releaseLayer(layer.diffId)
    expect(store.layer(layer.diffId)).toBe(layer)
    store.releaseLayer(layer.diffId)
    expect(store.layer(layer.diffId)).toBeUndefined()
  })

  test('an image is its config\'s digest and holds its layers', () => {
    const store = new ContentStore(pureSha256)
    const layers = [store.addLayer(base()), store.addLayer(top())]
    const image = store.addImage(configOf(layers), layers)
    const other = store.addImage({ ...configOf(layers.slice(0, 1)), author: 'x' }, layers.slice(0, 1))
    for (const layer of layers) store.releaseLayer(layer.diffId)
    expect(image.id).toBe(`sha256:${sha256Hex(store.blob(image.id) ?? '')}`)
    expect(image.id).toBe('sha256:2819e032e38a1554fd0cefea2643e2f20bf1d425786d91259ac762be50a94e9d')
    expect(image.size).toBe(21 + 10)
    expect(store.addImage(configOf(layers), layers)).toBe(image)
    expect(store.manifest(image.manifestDigest)?.layers.map((layer) => layer.digest)).toEqual(image.config.rootfs.diff_ids)
    expect(store.deleteImage(image.id)).toEqual([layers[1]?.diffId])
    expect(store.blob(image.id)).toBeUndefined()
    expect(store.deleteImage(other.id)).toEqual([layers[0]?.diffId])
    expect(store.allImages()).toEqual([])
  })

  test('refuses layers that the config does not name', () => {
    const store = new ContentStore(pureSha256)
    expect(() => store.addImage(configOf([store.addLayer(base())]), [])).toThrow('not those of the image config')
  })
})

test('chain IDs are those of the specification', () => {
  expect(chainId(['sha256:a'], sha256Hex)).toBe('sha256:a')
  expect(chainId(['sha256:a', 'sha256:b'], sha256Hex)).toBe(`sha256:${sha256Hex('sha256:a sha256:b')}`)
})

test('files of an image and of one of its layers', () => {
  const store = new ContentStore(pureSha256)
  const layers = [store.addLayer(base()), store.addLayer(top())]
  const files = rootFileSystem(layers)
  expect(listFiles(files, '/').map((entry) => entry.name)).toEqual(['app', 'etc'])
  expect(listFiles(files, '/etc/')).toEqual([
    { name: 'hosts', kind: 'file', mode: 0o644, uid: 0, gid: 0, size: 7, target: null, change: null },
  ])
  expect(() => listFiles(files, '/app')).toThrow('no such directory')
  const brief = (position: number, path: string): string[] => listLayerChanges(layers, position, path).map((entry) => `${entry.change} ${entry.name} ${entry.size}`)
  expect(brief(0, '/')).toEqual(['added etc 0'])
  expect(brief(1, '/')).toEqual(['added app 3', 'changed etc 0'])
  expect(brief(1, '/etc')).toEqual(['removed gone 1', 'changed hosts 7'])
  expect(() => listLayerChanges(layers, 2, '/')).toThrow('no layer 2')
})

test('an exported image is a layout whose blobs have the digests they are named by', () => {
  const store = new ContentStore(pureSha256)
  const layers = [store.addLayer(base()), store.addLayer(top())]
  const image = store.addImage(configOf(layers), layers)
  const root = mkdtempSync(join(tmpdir(), 'glasshouse-export-'))
  try {
    writeFileSync(join(root, 'image.tar'), concatBytes([...imageTarChunks(store, image, ['course/app:1.0'])]))
    execFileSync('tar', ['-xf', 'image.tar'], { cwd: root })
    const blobs = readdirSync(join(root, 'blobs/sha256'))
    expect(blobs).toHaveLength(4)
    for (const blob of blobs) expect(createHash('sha256').update(readFileSync(join(root, 'blobs/sha256', blob))).digest('hex')).toBe(blob)
    const [manifest] = JSON.parse(readFileSync(join(root, 'manifest.json'), 'utf8')) as [{ Config: string; RepoTags: string[]; Layers: string[] }]
    expect(manifest.RepoTags).toEqual(['course/app:1.0'])
    expect(JSON.parse(decodeUtf8(readFileSync(join(root, manifest.Config))))).toEqual(image.config)
    expect(execFileSync('tar', ['-tf', manifest.Layers[1] ?? ''], { cwd: root, encoding: 'utf8' }).trim().split('\n'))
      .toEqual(['app', 'etc/', 'etc/.wh.gone', 'etc/hosts'])
  } finally {
    rmSync(root, { recursive: true })
  }
})
