import { decodeUtf8, type Bytes } from '../../base/bytes.ts'
import { sha256Hex, type Sha256Factory } from '../../base/hasher.ts'
import type { LayerDirectory } from '../filesystem/layer-tree.ts'
import { mediaTypes, serialise, type ImageConfig, type Manifest } from './image-config.ts'
import { makeLayer, type Layer } from './layer.ts'

/** An image in the store. */
export interface StoredImage {
  /** Digest of the config: Docker's image ID. */
  readonly id: string
  readonly config: ImageConfig
  readonly manifestDigest: string
  /** Base layer first. */
  readonly layers: readonly Layer[]
  /** Bytes of its layers' files. */
  readonly size: number
}

interface Held<T> {
  readonly content: T
  holders: number
}

/**
 * Content by digest. Layers and blobs are held by images (and whoever calls `retainLayer`) and go when the last holder lets go;
 * what is put in twice is stored once.
 */
export class ContentStore {
  readonly sha256: Sha256Factory
  private readonly layers = new Map<string, Held<Layer>>()
  private readonly blobs = new Map<string, Held<Bytes>>()
  private readonly images = new Map<string, StoredImage>()

  constructor(sha256: Sha256Factory) {
    this.sha256 = sha256
  }

  /** Makes a changeset a layer and holds it once for the caller: pair it with `releaseLayer`. */
  addLayer(tree: LayerDirectory): Layer {
    return this.retainLayer(makeLayer(tree, this.sha256))
  }

  retainLayer(layer: Layer): Layer {
    return hold(this.layers, layer.diffId, layer)
  }

  releaseLayer(diffId: string): void {
    letGo(this.layers, diffId)
  }

  /** How often each layer is held: by images, and by work in progress. */
  layerHolders(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.layers].map(([diffId, { holders }]) => [diffId, holders]))
  }

  layer(diffId: string): Layer | undefined {
    return this.layers.get(diffId)?.content
  }

  /**
   * Adds an image with its config and manifest; adding it again gives what is there. It holds its layers.
   * @param layers those that `config.rootfs.diff_ids` names, in that order
   */
  addImage(config: ImageConfig, layers: readonly Layer[]): StoredImage {
    if (canonicalIds(layers) !== config.rootfs.diff_ids.join()) throw new Error('the layers are not those of the image config')
    const configBytes = serialise(config)
    const id = this.digestOf(configBytes)
    const known = this.images.get(id)
    if (known) return known
    const manifestBytes = serialise(makeManifest(id, configBytes.length, layers))
    const manifestDigest = this.digestOf(manifestBytes)
    hold(this.blobs, id, configBytes)
    hold(this.blobs, manifestDigest, manifestBytes)
    const stored = layers.map((layer) => this.retainLayer(layer))
    const image = { id, config, manifestDigest, layers: stored, size: stored.reduce((sum, layer) => sum + layer.size, 0) }
    this.images.set(id, image)
    return image
  }

  image(id: string): StoredImage | undefined {
    return this.images.get(id)
  }

  allImages(): readonly StoredImage[] {
    return [...this.images.values()]
  }

  /** Removes an image and lets its layers and blobs go. @returns the diff IDs of layers that nobody holds any more, top first */
  deleteImage(id: string): readonly string[] {
    const image = this.images.get(id)
    if (!image) return []
    this.images.delete(id)
    letGo(this.blobs, image.id)
    letGo(this.blobs, image.manifestDigest)
    return image.layers.toReversed().filter((layer) => letGo(this.layers, layer.diffId)).map((layer) => layer.diffId)
  }

  /** A config, manifest or other document by digest. */
  blob(digest: string): Bytes | undefined {
    return this.blobs.get(digest)?.content
  }

  manifest(digest: string): Manifest | undefined {
    const bytes = this.blob(digest)
    return bytes && (JSON.parse(decodeUtf8(bytes)) as Manifest)
  }

  private digestOf(bytes: Bytes): string {
    return `sha256:${sha256Hex(bytes, this.sha256)}`
  }
}

function makeManifest(configDigest: string, configSize: number, layers: readonly Layer[]): Manifest {
  return {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest: configDigest, size: configSize },
    layers: layers.map((layer) => ({ mediaType: mediaTypes.layer, digest: layer.diffId, size: layer.tarSize })),
  }
}

function canonicalIds(layers: readonly Layer[]): string {
  return layers.map((layer) => layer.diffId).join()
}

function hold<T>(table: Map<string, Held<T>>, digest: string, content: T): T {
  const held = table.get(digest) ?? { content, holders: 0 }
  held.holders++
  table.set(digest, held)
  return held.content
}

/** Whether that was the last holder. */
function letGo<T>(table: Map<string, Held<T>>, digest: string): boolean {
  const held = table.get(digest)
  if (!held || --held.holders > 0) return false
  return table.delete(digest)
}
