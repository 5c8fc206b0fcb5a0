import type { FileStat } from './file-system.ts'
import { hidesLower } from './freeze.ts'
import { compareNames, stackedDirectories, visibleEntry, visibleNames, type LayerDirectory, type LayerNode, type Whiteout } from './layer-tree.ts'
import { LiveNode } from './live-node.ts'
import { MemoryFileSystem, type FoundPlace, type MemoryFileSystemOptions } from './memory-file-system.ts'

interface FileChange {
  readonly path: string
  readonly change: 'added' | 'changed' | 'removed'
  /** Null for what was removed. */
  readonly stat: FileStat | null
}

export interface OverlayOptions extends MemoryFileSystemOptions {
  /** The upper tree to start from, as `freeze` gave it. */
  readonly upper?: LayerDirectory
}

/**
 * Layers stacked under one writable upper tree, as Linux's overlayfs without redirect_dir and index merges them:
 * the first write to a lower file copies it up (a hard link to it is broken then), removing a lower entry leaves a whiteout,
 * a directory made anew in place of a lower one is opaque, and renaming a directory that a lower layer has a part in is EXDEV.
 * Lower trees are never changed. Lower entries become nodes of this tree when they are first looked at.
 */
export class OverlayFileSystem extends MemoryFileSystem {
  /** Base layer first, as in an image. */
  readonly lowers: readonly LayerDirectory[]
  private readonly linked = new Map<LayerNode, LiveNode>()
  /** Undefined after every change. */
  private knownUpperSize: number | undefined

  constructor(lowers: readonly LayerDirectory[], options: OverlayOptions = {}) {
    super(options)
    this.lowers = lowers
    const top = lowers.at(-1)
    if (top) {
      this.root.layers = [...lowers].reverse()
      this.root.entries = undefined
      this.root.own = false
      this.root.setAttributes(top)
    }
    if (options.upper) this.adopt(this.root, options.upper, new Map())
  }

  /** The same file system with an upper tree of its own; O(entries of the upper tree), contents are shared. */
  clone(): OverlayFileSystem {
    return new OverlayFileSystem(this.lowers, { now: this.now, upper: this.freeze() })
  }

  /** What the upper tree does to the lower ones, parents before children. A directory whose content changed is `changed`. */
  changes(): readonly FileChange[] {
    const found: FileChange[] = []
    this.collect(this.root, '', found)
    return found
  }

  /** Bytes of the upper tree's files; a file with several names counts once. */
  upperSize(): number {
    this.knownUpperSize ??= this.sumUpperFiles()
    return this.knownUpperSize
  }

  private sumUpperFiles(): number {
    const seen = new Set<LiveNode>()
    let total = 0
    const visit = (directory: LiveNode): void => {
      for (const node of directory.entries?.values() ?? []) {
        if (!node.own || seen.has(node)) continue
        if (node.links > 1) seen.add(node)
        if (node.kind === 'directory') visit(node)
        else if (node.kind === 'file') total += node.size
      }
    }
    visit(this.root)
    return total
  }

  protected override entriesOf(directory: LiveNode): Map<string, LiveNode> {
    if (directory.entries) return directory.entries
    const entries = new Map<string, LiveNode>()
    directory.entries = entries
    for (const name of visibleNames(directory.layers)) {
      const entry = visibleEntry(directory.layers, name)
      if (entry) entries.set(name, this.surface(directory, name, entry))
    }
    return entries
  }

  protected override writable(place: FoundPlace): FoundPlace {
    const { parent, name, node } = place
    this.knownUpperSize = undefined
    if (node.own) return place
    own(node.kind === 'directory' ? node : parent)
    if (node.kind === 'directory') return place
    const copy = new LiveNode(node.links > 1 ? this.newInode() : node.inode, node.kind, node.attributes)
    copy.setBody(node.body)
    copy.target = node.target
    copy.device = node.device
    node.links--
    this.entriesOf(parent).set(name, copy)
    return { parent, name, node: copy }
  }

  protected override isMovable(node: LiveNode): boolean {
    return node.kind !== 'directory' || (node.own && node.layers.length === 0)
  }

  protected override insert(parent: LiveNode, name: string, node: LiveNode): void {
    this.knownUpperSize = undefined
    own(parent)
    super.insert(parent, name, node)
    parent.removed.delete(name)
  }

  protected override remove(parent: LiveNode, name: string, node: LiveNode, why?: 'removed' | 'moved'): void {
    this.knownUpperSize = undefined
    own(parent)
    super.remove(parent, name, node, why)
    if (visibleEntry(parent.layers, name)) parent.removed.add(name)
  }

  /** Makes the node that stands for a lower entry. */
  private surface(parent: LiveNode, name: string, entry: Exclude<LayerNode, Whiteout>): LiveNode {
    const known = this.linked.get(entry)
    if (known) return known
    const node = new LiveNode(this.newInode(), entry.kind, entry)
    node.own = false
    if (entry.kind === 'directory') this.place(parent, name, node, stackedDirectories(parent.layers, name))
    else this.fillLeaf(node, entry, this.linked)
    return node
  }

  private place(parent: LiveNode, name: string, node: LiveNode, layers: readonly LayerDirectory[]): void {
    node.parent = parent
    node.name = name
    node.layers = layers
    parent.subdirectories++
  }

  private fillLeaf(node: LiveNode, entry: Exclude<LayerNode, Whiteout | LayerDirectory>, linked: Map<LayerNode, LiveNode>): void {
    node.links = entry.links
    if (entry.kind === 'file') node.setBody(entry.body)
    else if (entry.kind === 'symlink') node.target = entry.target
    else node.device = entry.device
    if (entry.links > 1) linked.set(entry, node)
  }

  /** Takes over a frozen upper tree. */
  private adopt(directory: LiveNode, upper: LayerDirectory, linked: Map<LayerNode, LiveNode>): void {
    directory.own = true
    directory.setAttributes(upper)
    const entries = this.entriesOf(directory)
    for (const [name, entry] of upper.entries) {
      const present = entries.get(name)
      if (entry.kind === 'directory' && present?.kind === 'directory' && !entry.opaque) {
        this.adopt(present, entry, linked)
        continue
      }
      if (present?.kind === 'directory') directory.subdirectories--
      entries.delete(name)
      if (entry.kind === 'whiteout') directory.removed.add(name)
      else entries.set(name, this.adoptEntry(directory, name, entry, linked))
    }
  }

  private adoptEntry(directory: LiveNode, name: string, entry: Exclude<LayerNode, Whiteout>, linked: Map<LayerNode, LiveNode>): LiveNode {
    const known = linked.get(entry)
    if (known) return known
    const node = new LiveNode(this.newInode(), entry.kind, entry)
    if (entry.kind === 'directory') {
      this.place(directory, name, node, [])
      this.adopt(node, entry, linked)
    } else {
      this.fillLeaf(node, entry, linked)
    }
    return node
  }

  private collect(directory: LiveNode, path: string, found: FileChange[]): void {
    const own = [...directory.entries ?? []].filter(([, node]) => node.own)
    const names = [...own.map(([name]) => name), ...directory.removed].sort(compareNames)
    const nodes = new Map(own)
    for (const name of names) {
      const node = nodes.get(name)
      const childPath = `${path}/${name}`
      if (!node) {
        found.push({ path: childPath, change: 'removed', stat: null })
        continue
      }
      if (node.kind === 'directory') this.entriesOf(node)
      found.push({ path: childPath, change: visibleEntry(directory.layers, name) ? 'changed' : 'added', stat: node.stat() })
      if (node.kind !== 'directory') continue
      this.collect(node, childPath, found)
      if (hidesLower(directory, name, node)) collectHidden(stackedDirectories(directory.layers, name), node, childPath, found)
    }
  }
}

/** An opaque directory hides every lower entry that it does not have itself. */
function collectHidden(layers: readonly LayerDirectory[], node: LiveNode, path: string, found: FileChange[]): void {
  for (const name of visibleNames(layers)) {
    if (!node.entries?.has(name)) found.push({ path: `${path}/${name}`, change: 'removed', stat: null })
  }
}

/** Copies a directory and the way to it up, without their entries. */
function own(directory: LiveNode): void {
  for (let at: LiveNode | undefined = directory; at && !at.own; at = at.parent) at.own = true
}
