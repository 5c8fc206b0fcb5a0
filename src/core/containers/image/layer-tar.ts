import type { Bytes } from '../../base/bytes.ts'
import type { LayerDirectory, LayerNode } from '../filesystem/layer-tree.ts'
import { TarWriter } from './tar-writer.ts'

export const whiteoutPrefix = '.wh.'
export const opaqueMarker = '.wh..wh..opq'

const blank = { mode: 0o600, uid: 0, gid: 0, mtime: 0, target: '', device: null }

/**
 * A layer's changes as the OCI image specification's layer tar (layer.md): parents before children, names in code-unit order,
 * whiteouts as empty `.wh.` files, further names of a file as hard links to the first. The root has no entry.
 * @returns the archive's size in bytes
 */
export function writeLayerTar(tree: LayerDirectory, sink: (chunk: Bytes) => void): number {
  const tar = new TarWriter(sink)
  writeDirectory(tar, tree, '', new Map())
  tar.finish()
  return tar.size
}

function writeDirectory(tar: TarWriter, directory: LayerDirectory, prefix: string, firstNames: Map<LayerNode, string>): void {
  if (directory.opaque) tar.entry({ ...blank, path: `${prefix}${opaqueMarker}`, kind: 'file' })
  for (const [name, node] of directory.entries) writeNode(tar, node, prefix, name, firstNames)
}

function writeNode(tar: TarWriter, node: LayerNode, prefix: string, name: string, firstNames: Map<LayerNode, string>): void {
  const path = `${prefix}${name}`
  if (node.kind === 'whiteout') return tar.entry({ ...blank, path: `${prefix}${whiteoutPrefix}${name}`, kind: 'file' })
  const entry = { path, mode: node.mode, uid: node.uid, gid: node.gid, mtime: node.mtime, target: '', device: null }
  if (node.kind === 'directory') {
    tar.entry({ ...entry, kind: 'directory' })
    return writeDirectory(tar, node, `${path}/`, firstNames)
  }
  const first = firstNames.get(node)
  if (first !== undefined) return tar.entry({ ...entry, kind: 'hard-link', target: first })
  firstNames.set(node, path)
  if (node.kind === 'file') tar.entry({ ...entry, kind: 'file' }, node.body)
  else if (node.kind === 'symlink') tar.entry({ ...entry, kind: 'symlink', target: node.target })
  else tar.entry({ ...entry, kind: node.kind, device: node.device })
}
