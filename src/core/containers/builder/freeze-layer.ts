import type { LayerDirectory, LayerNode } from '../filesystem/layer-tree.ts'

/**
 * The tree with no modification time later than `latest` (seconds since the epoch), as BuildKit does for SOURCE_DATE_EPOCH:
 * building the same thing again, at another moment, gives the same bytes. A file with several names stays one.
 */
export function clampTimes(tree: LayerDirectory, latest: number): LayerDirectory {
  const seen = new Map<LayerNode, LayerNode>()
  const clamp = (node: LayerNode): LayerNode => {
    if (node.kind === 'whiteout') return node
    const known = seen.get(node)
    if (known) return known
    const mtime = Math.min(node.mtime, latest)
    const clamped: LayerNode = node.kind === 'directory' ? { ...node, mtime, entries: new Map([...node.entries].map(([name, entry]) => [name, clamp(entry)])) } : { ...node, mtime }
    seen.set(node, clamped)
    return clamped
  }
  return clamp(tree) as LayerDirectory
}
