import { encodeUtf8, type Bytes } from '../../base/bytes.ts'
import { canonicalJson } from '../../base/canonical-json.ts'
import type { ContentStore, StoredImage } from './content-store.ts'
import { mediaTypes } from './image-config.ts'
import type { Layer } from './layer.ts'
import { writeLayerTar } from './layer-tar.ts'
import { TarWriter } from './tar-writer.ts'

const plain = { uid: 0, gid: 0, mtime: 0, target: '', device: null }

/**
 * Writes an image as a tar that is both an OCI image layout (image-layout.md) and what `docker load` reads.
 * @param references full names with tags, such as `ubuntu:12.04`
 * @param sink takes the archive chunk by chunk
 */
export function exportImage(store: ContentStore, image: StoredImage, references: readonly string[], sink: (chunk: Bytes) => void): void {
  const tar = new TarWriter(sink)
  const file = (path: string, content: Bytes): void => tar.entry({ ...plain, path, kind: 'file', mode: 0o644 }, content)
  const directory = (path: string): void => tar.entry({ ...plain, path, kind: 'directory', mode: 0o755 })
  const manifest = store.blob(image.manifestDigest)
  const config = store.blob(image.id)
  if (!manifest || !config) throw new Error(`the store has no documents of ${image.id}`)

  directory('blobs')
  directory('blobs/sha256')
  file(blobPath(image.id), config)
  file(blobPath(image.manifestDigest), manifest)
  for (const layer of uniqueLayers(image)) writeLayer(tar, layer)
  file('index.json', encodeUtf8(canonicalJson(makeIndex(image, manifest.length, references))))
  file('manifest.json', encodeUtf8(canonicalJson([
    { Config: blobPath(image.id), RepoTags: references, Layers: image.layers.map((layer) => blobPath(layer.diffId)) },
  ])))
  file('oci-layout', encodeUtf8('{"imageLayoutVersion":"1.0.0"}'))
  tar.finish()
}

function makeIndex(image: StoredImage, manifestSize: number, references: readonly string[]): object {
  const descriptor = { mediaType: mediaTypes.manifest, digest: image.manifestDigest, size: manifestSize }
  const manifests = references.map((reference) => ({
    ...descriptor, annotations: { 'io.containerd.image.name': reference, 'org.opencontainers.image.ref.name': reference.slice(reference.lastIndexOf(':') + 1) },
  }))
  return { schemaVersion: 2, mediaType: mediaTypes.index, manifests: references.length > 0 ? manifests : [descriptor] }
}

function writeLayer(tar: TarWriter, layer: Layer): void {
  const content = tar.begin({ ...plain, path: blobPath(layer.diffId), kind: 'file', mode: 0o644 }, layer.tarSize)
  writeLayerTar(layer.tree, (chunk) => content.write(chunk))
  content.end()
}

function uniqueLayers(image: StoredImage): Iterable<Layer> {
  return new Map(image.layers.map((layer) => [layer.diffId, layer])).values()
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`
}
