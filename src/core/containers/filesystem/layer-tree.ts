import type { Attributes, DeviceNumber, FileBody } from './file-system.ts'

/**
 * A frozen file tree: one layer's changes, whiteouts included, or a whole root. Nothing in it changes after it was made, so
 * any number of file systems and images share one. A file with several names is the same node under each of them.
 */
export type LayerNode = LayerFile | LayerDirectory | LayerSymlink | LayerSpecial | Whiteout

export interface LayerFile extends Attributes {
  readonly kind: 'file'
  readonly body: FileBody
  /** Number of names in this tree. */
  readonly links: number
}

export interface LayerDirectory extends Attributes {
  readonly kind: 'directory'
  /** Hides everything that lower layers have below it. */
  readonly opaque: boolean
  /** In the order of the names' code units. */
  readonly entries: ReadonlyMap<string, LayerNode>
}

export interface LayerSymlink extends Attributes {
  readonly kind: 'symlink'
  readonly target: string
  readonly links: number
}

export interface LayerSpecial extends Attributes {
  readonly kind: 'character-device' | 'fifo'
  readonly device: DeviceNumber | null
  readonly links: number
}

/** Hides the lower layers' entry of the same name. */
export interface Whiteout {
  readonly kind: 'whiteout'
}

export const whiteout: Whiteout = { kind: 'whiteout' }

/** Code-unit order: the order of names everywhere a tree is listed or serialised. */
export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** The entry of `name` that shows through a stack of directories (topmost first); undefined when nothing does. */
export function visibleEntry(layers: readonly LayerDirectory[], name: string): Exclude<LayerNode, Whiteout> | undefined {
  for (const layer of layers) {
    const entry = layer.entries.get(name)
    if (entry) return entry.kind === 'whiteout' ? undefined : entry
  }
  return undefined
}

/** The directories that are merged under `name`: from the topmost down to the first that hides the rest. */
export function stackedDirectories(layers: readonly LayerDirectory[], name: string): LayerDirectory[] {
  const stack: LayerDirectory[] = []
  for (const layer of layers) {
    const entry = layer.entries.get(name)
    if (!entry) continue
    if (entry.kind !== 'directory') break
    stack.push(entry)
    if (entry.opaque) break
  }
  return stack
}

/** Names that show through a stack of directories, sorted. */
export function visibleNames(layers: readonly LayerDirectory[]): string[] {
  const decided = new Map<string, boolean>()
  for (const layer of layers) {
    for (const [name, entry] of layer.entries) if (!decided.has(name)) decided.set(name, entry.kind !== 'whiteout')
  }
  return [...decided].filter(([, visible]) => visible).map(([name]) => name).sort(compareNames)
}
