import { encodeUtf8, type Bytes } from '../../base/bytes.ts'
import { canonicalJson } from '../../base/canonical-json.ts'
import type { ContentStore, StoredImage } from './content-store.ts'
import { mediaTypes } from './image-config.ts'
import type { Layer } from './layer.ts'
import { layerTarChunks } from './layer-tar.ts'
import { TarWriter } from './tar-writer.ts'

const plain = { uid: 0, gid: 0, mtime: 0, target: '', device: null }

/**
 * An image as a tar that is both an OCI image layout (image-layout.md) and what `docker load` reads, chunk by chunk.
 * @param references short names with tags, such as `ubuntu:12.04`
 */
export function* imageTarChunks(store: ContentStore, image: StoredImage, references: readonly string[]): Generator<Bytes> {
  const pending: Bytes[] = []
  const tar = new TarWriter((chunk) => pending.push(chunk))
  const file = (path: string, content: Bytes): void => tar.entry({ ...plain, path, kind: 'file', mode: 0o644 }, content)
  const manifest = store.blob(image.manifestDigest)
  const config = store.blob(image.id)
  if (!manifest || !config) throw new Error(`the store has no documents of ${image.id}`)

  for (const path of ['blobs', 'blobs/sha256']) tar.entry({ ...plain, path, kind: 'directory', mode: 0o755 })
  file(blobPath(image.id), config)
  file(blobPath(image.manifestDigest), manifest)
  for (const layer of uniqueLayers(image)) {
    const content = tar.begin({ ...plain, path: blobPath(layer.diffId), kind: 'file', mode: 0o644 }, layer.tarSize)
    for (const chunk of layerTarChunks(layer.tree)) {
      content.write(chunk)
      yield* pending.splice(0)
    }
    content.end()
  }
  file('index.json', encodeUtf8(canonicalJson(makeIndex(image, manifest.length, references))))
  file('manifest.json', encodeUtf8(canonicalJson([
    { Config: blobPath(image.id), RepoTags: references, Layers: image.layers.map((layer) => blobPath(layer.diffId)) },
  ])))
  file('oci-layout', encodeUtf8('{"imageLayoutVersion":"1.0.0"}'))
  tar.finish()
  yield* pending
}

function makeIndex(image: StoredImage, manifestSize: number, references: readonly string[]): object {
  const descriptor = { mediaType: mediaTypes.manifest, digest: image.manifestDigest, size: manifestSize }
  const manifests = references.map((reference) => ({
    ...descriptor, annotations: { 'io.containerd.image.name': reference, 'org.opencontainers.image.ref.name': reference.slice(reference.lastIndexOf(':') + 1) },
  }))
  return { schemaVersion: 2, mediaType: mediaTypes.index, manifests: references.length > 0 ? manifests : [descriptor] }
}

function uniqueLayers(image: StoredImage): Iterable<Layer> {
  return new Map(image.layers.map((layer) => [layer.diffId, layer])).values()
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`
}
