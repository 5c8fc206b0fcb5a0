import type { Sha256Factory } from '../../base/hasher.ts'
import { bodySize } from '../filesystem/filler.ts'
import type { LayerDirectory, LayerNode } from '../filesystem/layer-tree.ts'
import { OverlayFileSystem, type OverlayOptions } from '../filesystem/overlay-file-system.ts'
import { layerTarChunks } from './layer-tar.ts'

const pauseAfter = 4 * 1_048_576

/** A frozen changeset and the digest of its tar. */
export interface Layer {
  /** `sha256:` and the digest of the uncompressed tar. */
  readonly diffId: string
  /** Bytes of its files, as `docker history` shows them; a file with several names counts once. */
  readonly size: number
  /** Bytes of its tar. */
  readonly tarSize: number
  readonly tree: LayerDirectory
}

/** Layers of trees that were hashed before: frozen trees never change, so neither do their digests. */
const known = new WeakMap<LayerDirectory, { readonly layer: Layer; readonly pauses: readonly number[] }>()

/** Hashes a changeset by streaming its tar; the same tree object is hashed once. */
export function makeLayer(tree: LayerDirectory, sha256: Sha256Factory): Layer {
  return runToEnd(makingLayer(tree, sha256))
}

/**
 * The same in steps, for large layers: pauses after every few MiB with the bytes hashed since the last pause. A tree that was hashed
 * before pauses as often as it did then, so that what waits between the steps does not depend on what this process did earlier.
 */
export function* makingLayer(tree: LayerDirectory, sha256: Sha256Factory): Generator<number, Layer> {
  const found = known.get(tree)
  if (found) {
    yield* found.pauses
    return found.layer
  }
  const hash = sha256()
  let tarSize = 0
  const pauses: number[] = []
  let sincePause = 0
  for (const chunk of layerTarChunks(tree)) {
    hash.update(chunk)
    tarSize += chunk.length
    sincePause += chunk.length
    if (sincePause < pauseAfter) continue
    pauses.push(sincePause)
    yield sincePause
    sincePause = 0
  }
  const layer = { diffId: `sha256:${hash.hex()}`, size: fileBytes(tree), tarSize, tree }
  known.set(tree, { layer, pauses })
  return layer
}

/** The result of work in steps, without its pauses. */
export function runToEnd<T>(steps: Generator<number, T>): T {
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value
}

/** The chain ID (OCI config.md) of a stack: the identity of the root file system that its layers give together. */
export function chainId(diffIds: readonly string[], sha256: (text: string) => string): string {
  return diffIds.reduce((chain, diffId) => (chain === '' ? diffId : `sha256:${sha256(`${chain} ${diffId}`)}`), '')
}

/** The root file system of a stack of layers, base first, with an empty writable tree on top. */
export function rootFileSystem(layers: readonly Layer[], options: OverlayOptions = {}): OverlayFileSystem {
  return new OverlayFileSystem(layers.map((layer) => layer.tree), options)
}

function fileBytes(tree: LayerDirectory, seen = new Set<LayerNode>()): number {
  let total = 0
  for (const node of tree.entries.values()) {
    if (node.kind === 'directory') total += fileBytes(node, seen)
    else if (node.kind === 'file' && !seen.has(node)) {
      if (node.links > 1) seen.add(node)
      total += bodySize(node.body)
    }
  }
  return total
}
