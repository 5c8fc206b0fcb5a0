import type { Bytes } from '../../base/bytes.ts'
import { Failure } from '../../base/failure.ts'
import type { Attributes } from '../filesystem/file-system.ts'
import { compareNames, whiteout, type LayerDirectory, type LayerFile, type LayerNode, type LayerSpecial, type LayerSymlink } from '../filesystem/layer-tree.ts'
import { opaqueMarker, whiteoutPrefix } from './layer-tar.ts'
import { readTar, type TarItem, type TarLimits } from './tar-reader.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type Draft = Mutable<Omit<LayerDirectory, 'entries'>> & { readonly entries: Map<string, LayerNode> }

interface TarTreeOptions {
  /** Whether `.wh.` names hide entries of lower layers; an archive that is no layer has none. */
  readonly whiteouts: boolean
  readonly limits?: Partial<TarLimits>
}

const plain: Attributes = { mode: 0o755, uid: 0, gid: 0, mtime: 0 }

/** The tree that a tar describes. Symlinks in it are never followed. Throws `Failure('file', …)` as `readTar` does. */
export function treeFromTar(archive: Bytes, options: TarTreeOptions): LayerDirectory {
  const root = newDirectory(plain)
  for (const item of readTar(archive, options.limits)) place(root, item, options.whiteouts)
  return sorted(root)
}

function place(root: Draft, item: TarItem, whiteouts: boolean): void {
  if (item.path === '') return void Object.assign(root, attributesOf(item))
  const parts = item.path.split('/')
  const name = parts.pop() ?? ''
  const parent = parts.reduce<Draft>((directory, part) => subdirectory(directory, part, item.path), root)
  if (whiteouts && name === opaqueMarker) parent.opaque = true
  else if (whiteouts && name.startsWith(whiteoutPrefix)) parent.entries.set(name.slice(whiteoutPrefix.length), whiteout)
  else if (item.kind === 'directory') Object.assign(ownDirectory(parent, name), attributesOf(item))
  else if (item.kind === 'hard-link') link(root, parent, name, item)
  else parent.entries.set(name, leaf(item))
}

function subdirectory(directory: Draft, name: string, path: string): Draft {
  const entry = directory.entries.get(name)
  if (entry && entry.kind !== 'directory') throw new Failure('file', `cannot read the tar archive: ${path} is below something that is no directory`)
  return ownDirectory(directory, name)
}

function ownDirectory(parent: Draft, name: string): Draft {
  const entry = parent.entries.get(name)
  if (entry?.kind === 'directory') return entry as Draft
  const made = newDirectory(plain)
  parent.entries.set(name, made)
  return made
}

function link(root: Draft, parent: Draft, name: string, item: TarItem): void {
  let found: LayerNode | undefined = root
  for (const part of item.target.split('/')) found = found?.kind === 'directory' ? found.entries.get(part) : undefined
  if (!found || found.kind === 'directory' || found.kind === 'whiteout') {
    throw new Failure('file', `cannot read the tar archive: ${item.path} links to ${item.target}, which is not there`)
  }
  const shared: Mutable<LayerFile | LayerSymlink | LayerSpecial> = found
  shared.links++
  parent.entries.set(name, found)
}

function leaf(item: TarItem): LayerNode {
  const common = { ...attributesOf(item), links: 1 }
  if (item.kind === 'symlink') return { kind: 'symlink', ...common, target: item.target }
  if (item.kind === 'character-device' || item.kind === 'fifo') return { kind: item.kind, ...common, device: item.device }
  return { kind: 'file', ...common, body: item.body }
}

function attributesOf({ mode, uid, gid, mtime }: TarItem): Attributes {
  return { mode, uid, gid, mtime }
}

function newDirectory(attributes: Attributes): Draft {
  return { kind: 'directory', ...attributes, opaque: false, entries: new Map() }
}

function sorted(directory: LayerDirectory): LayerDirectory {
  const entries = [...directory.entries].sort(([a], [b]) => compareNames(a, b))
  return { ...directory, entries: new Map(entries.map(([name, node]) => [name, node.kind === 'directory' ? sorted(node) : node])) }
}
