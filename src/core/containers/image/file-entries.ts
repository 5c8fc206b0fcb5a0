import type { FileEntry } from '../../../protocol/commands.ts'
import { Failure } from '../../base/failure.ts'
import type { FileStat, FileSystem } from '../filesystem/file-system.ts'
import { OverlayFileSystem } from '../filesystem/overlay-file-system.ts'
import { rootFileSystem, type Layer } from './layer.ts'

/** A folder's entries, for the file views. Throws `Failure('not-found', …)` when there is no such folder. */
export function listFiles(files: FileSystem, path: string): FileEntry[] {
  if (files.lookup(path)?.kind !== 'directory') throw noFolder(path)
  return files.readDirectory(path).map((name) => entryOf(files, join(path, name), name, null))
}

/** What one layer (by position, base is 0) did to a folder's entries. A folder that it did not touch has none. */
export function listLayerChanges(layers: readonly Layer[], position: number, path: string): FileEntry[] {
  const layer = layers[position]
  if (!layer) throw new Failure('not-found', `the image has no layer ${position}`, `Its layers are 0 to ${layers.length - 1}.`)
  const before = rootFileSystem(layers.slice(0, position))
  const after = new OverlayFileSystem(before.lowers, { upper: layer.tree })
  const folder = path.replace(/\/+$/, '')
  const entries: FileEntry[] = []
  for (const { path: changed, change } of after.changes()) {
    const end = changed.lastIndexOf('/')
    if (changed.slice(0, end) !== folder) continue
    entries.push(entryOf(change === 'removed' ? before : after, changed, changed.slice(end + 1), change))
  }
  return entries
}

function entryOf(files: FileSystem, path: string, name: string, change: FileEntry['change']): FileEntry {
  const stat = files.lookup(path, { followLast: false })
  if (!stat) throw noFolder(path)
  const { mode, uid, gid, size } = stat
  const target = stat.kind === 'symlink' ? files.readLink(path) : null
  return { name, kind: kindOf(stat), mode, uid, gid, size: stat.kind === 'directory' ? 0 : size, target, change }
}

function kindOf({ kind }: FileStat): FileEntry['kind'] {
  return kind === 'file' || kind === 'directory' || kind === 'symlink' ? kind : 'other'
}

function join(folder: string, name: string): string {
  return folder.endsWith('/') ? `${folder}${name}` : `${folder}/${name}`
}

function noFolder(path: string): Failure {
  return new Failure('not-found', `${path}: no such directory`, 'Choose a folder that the image has.')
}
