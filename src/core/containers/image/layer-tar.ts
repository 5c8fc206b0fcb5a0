import type { Bytes } from '../../base/bytes.ts'
import type { FileBody } from '../filesystem/file-system.ts'
import { bodyChunks, bodySize } from '../filesystem/filler.ts'
import type { LayerDirectory, LayerNode } from '../filesystem/layer-tree.ts'
import type { TarEntry } from './tar-format.ts'
import { TarWriter } from './tar-writer.ts'

export const whiteoutPrefix = '.wh.'
export const opaqueMarker = '.wh..wh..opq'

const blank = { mode: 0o600, uid: 0, gid: 0, mtime: 0, target: '', device: null }

/**
 * A layer's changes as the OCI image specification's layer tar (layer.md), chunk by chunk: parents before children, names in
 * code-unit order, whiteouts as empty `.wh.` files, further names of a file as hard links to the first. The root has no entry.
 */
export function* layerTarChunks(tree: LayerDirectory): Generator<Bytes> {
  const pending: Bytes[] = []
  const tar = new TarWriter((chunk) => pending.push(chunk))
  for (const item of walk(tree, '', new Map())) {
    const content = tar.begin(item.entry, bodySize(item.body))
    for (const chunk of bodyChunks(item.body)) {
      content.write(chunk)
      yield* pending.splice(0)
    }
    content.end()
  }
  tar.finish()
  yield* pending
}

interface Item {
  readonly entry: TarEntry
  readonly body: FileBody
}

const nothing = new Uint8Array(0)

function* walk(directory: LayerDirectory, prefix: string, firstNames: Map<LayerNode, string>): Generator<Item> {
  if (directory.opaque) yield { entry: { ...blank, path: `${prefix}${opaqueMarker}`, kind: 'file' }, body: nothing }
  for (const [name, node] of directory.entries) {
    yield makeItem(node, prefix, name, firstNames)
    if (node.kind === 'directory') yield* walk(node, `${prefix}${name}/`, firstNames)
  }
}

function makeItem(node: LayerNode, prefix: string, name: string, firstNames: Map<LayerNode, string>): Item {
  const path = `${prefix}${name}`
  if (node.kind === 'whiteout') return { entry: { ...blank, path: `${prefix}${whiteoutPrefix}${name}`, kind: 'file' }, body: nothing }
  const entry = { path, mode: node.mode, uid: node.uid, gid: node.gid, mtime: node.mtime, target: '', device: null }
  if (node.kind === 'directory') return { entry: { ...entry, kind: 'directory' }, body: nothing }
  const first = firstNames.get(node)
  if (first !== undefined) return { entry: { ...entry, kind: 'hard-link', target: first }, body: nothing }
  firstNames.set(node, path)
  if (node.kind === 'file') return { entry: { ...entry, kind: 'file' }, body: node.body }
  if (node.kind === 'symlink') return { entry: { ...entry, kind: 'symlink', target: node.target }, body: nothing }
  return { entry: { ...entry, kind: node.kind, device: node.device }, body: nothing }
}
