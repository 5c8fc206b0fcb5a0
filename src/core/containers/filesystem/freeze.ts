import { compareNames, visibleEntry, whiteout, type LayerDirectory, type LayerNode } from './layer-tree.ts'
import type { LiveNode } from './live-node.ts'

/** The upper tree below a directory as a layer: own nodes, whiteouts, opaque marks. */
export function freezeTree(root: LiveNode): LayerDirectory {
  return freezeDirectory(root, false, new Map())
}

function freezeDirectory(directory: LiveNode, opaque: boolean, seen: Map<LiveNode, LayerNode>): LayerDirectory {
  const named: [string, LayerNode][] = [...directory.removed].map((name) => [name, whiteout])
  for (const [name, node] of directory.entries ?? []) {
    if (!node.own) continue
    named.push([name, node.kind === 'directory' ? freezeDirectory(node, hidesLower(directory, name, node), seen) : freezeLeaf(node, seen)])
  }
  named.sort(([a], [b]) => compareNames(a, b))
  return { kind: 'directory', ...directory.attributes, opaque, entries: new Map(named) }
}

/** A directory of the upper tree alone, where a lower layer has one too, stands for it and is not merged with it. */
export function hidesLower(parent: LiveNode, name: string, node: LiveNode): boolean {
  return node.layers.length === 0 && visibleEntry(parent.layers, name)?.kind === 'directory'
}

function freezeLeaf(node: LiveNode, seen: Map<LiveNode, LayerNode>): LayerNode {
  const known = seen.get(node)
  if (known) return known
  const frozen = makeLeaf(node)
  seen.set(node, frozen)
  return frozen
}

function makeLeaf(node: LiveNode): LayerNode {
  const { attributes, kind, links } = node
  if (kind === 'symlink') return { kind, ...attributes, target: node.target, links }
  if (kind === 'character-device' || kind === 'fifo') return { kind, ...attributes, device: node.device, links }
  return { kind: 'file', ...attributes, body: node.body, links }
}
