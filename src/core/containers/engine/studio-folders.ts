import type { ContextRecord, RecordId } from '../../../protocol/records.ts'
import { encodeUtf8 } from '../../base/bytes.ts'
import { makeParents } from '../builder/copy-tree.ts'
import type { FileSystem } from '../filesystem/file-system.ts'

type Shown = Pick<ContextRecord, 'name' | 'files'>

/**
 * The folders of the Studio on a machine's disk, in root's home. One way: what is edited, deleted or renamed in the Studio follows
 * here; what a shell writes stays here, until the Studio changes that same file.
 */
export class StudioFolders {
  private readonly root: FileSystem
  private readonly shown = new Map<RecordId<'context'>, Shown>()

  constructor(root: FileSystem) {
    this.root = root
  }

  /** On a copy of the disk, which has the same folders. */
  copyTo(root: FileSystem): StudioFolders {
    const copy = new StudioFolders(root)
    for (const [id, shown] of this.shown) copy.shown.set(id, shown)
    return copy
  }

  /** Cheap when nothing changed. */
  follow(contexts: readonly ContextRecord[]): void {
    const current = new Map(contexts.map((context) => [context.id, context]))
    for (const [id, { name, files }] of [...this.shown]) {
      if (current.get(id)?.name === name) continue
      for (const path of Object.keys(files)) this.remove(name, path)
      this.shown.delete(id)
    }
    for (const context of contexts) {
      const before = this.shown.get(context.id)
      if (before?.files === context.files) continue
      this.shown.set(context.id, context)
      for (const path of Object.keys(before?.files ?? {})) if (!Object.hasOwn(context.files, path)) this.remove(context.name, path)
      for (const [path, text] of Object.entries(context.files)) if (before?.files[path] !== text) this.write(`/root/${context.name}/${path}`, text)
    }
  }

  /** A folder that a shell made where a file should be is left alone. */
  private write(path: string, text: string): void {
    const parent = path.slice(0, path.lastIndexOf('/'))
    makeParents(this.root, parent)
    if (this.root.lookup(parent)?.kind === 'directory' && this.root.lookup(path)?.kind !== 'directory') this.root.write(path, encodeUtf8(text), { mode: 0o644 })
  }

  /** Removes a file, and the folders that it leaves empty. */
  private remove(name: string, path: string): void {
    const full = `/root/${name}/${path}`
    const stat = this.root.lookup(full, { followLast: false })
    if (stat && stat.kind !== 'directory') this.root.unlink(full)
    for (let folder = full; folder !== `/root/${name}`;) {
      folder = folder.slice(0, folder.lastIndexOf('/'))
      if (this.root.lookup(folder, { followLast: false })?.kind !== 'directory' || this.root.readDirectory(folder).length > 0) return
      this.root.removeDirectory(folder)
    }
  }
}
