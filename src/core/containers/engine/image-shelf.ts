import type { ImageLayer, ImageRecord, RecordId } from '../../../protocol/records.ts'
import type { IdSource } from '../../store/id-source.ts'
import type { Store } from '../../store/store.ts'
import { ContentStore, type StoredImage } from '../image/content-store.ts'
import { familiarName, familiarReference, parseReference } from '../image/reference.ts'
import { dependentImages, imageInUse, manyRepositories, noSuchImage, referenceInUse } from './daemon-words.ts'

/** A container that uses an image, as far as removing the image is concerned. */
export interface ImageUser {
  readonly containerId: string
  readonly imageId: string
  readonly running: boolean
}

export interface Removal {
  readonly untagged: readonly string[]
  /** Image and layer digests that are gone. */
  readonly deleted: readonly string[]
}

/** The content of a shelf at one moment. Never changes. */
export interface ShelfCopy {
  readonly shelved: readonly {
    readonly image: StoredImage
    readonly tags: readonly string[]
    /** Undefined for what only builds use. */
    readonly record: RecordId<'image'> | undefined
    readonly lines: readonly (number | null)[] | undefined
    readonly digest: string | undefined
  }[]
}

/** The images of one engine: what its store holds, under which names; published as records. */
export class ImageShelf {
  readonly content: ContentStore
  private readonly tags = new Map<string, string>()
  private readonly records = new Map<string, RecordId<'image'>>()
  private readonly lines = new Map<string, readonly (number | null)[]>()
  private readonly digests = new Map<string, string>()
  private readonly store: Store
  private readonly ids: IdSource
  private readonly engine: RecordId<'engine'>

  constructor(store: Store, ids: IdSource, engine: RecordId<'engine'>, content: ContentStore) {
    this.store = store
    this.ids = ids
    this.engine = engine
    this.content = content
  }

  /** By name, digest or a prefix of its ID. */
  find(name: string): StoredImage | undefined {
    const byId = name.startsWith('sha256:') ? this.content.image(name) : undefined
    return byId ?? this.named(name) ?? this.byPrefix(name)
  }

  require(name: string): StoredImage {
    const image = this.find(name)
    if (!image) throw noSuchImage(name)
    return image
  }

  /** Makes an image of the store visible; `lines` tell which line of a Dockerfile made each layer. */
  add(image: StoredImage, lines?: readonly (number | null)[]): RecordId<'image'> {
    if (lines && !this.lines.has(image.id)) this.lines.set(image.id, lines)
    if (!this.records.has(image.id)) this.records.set(image.id, this.ids.next('image'))
    this.publish(image.id)
    return this.records.get(image.id)!
  }

  /** Gives an image a name; an image that had it loses it. Answers the name in short form. */
  tag(image: StoredImage, reference: string): string {
    const name = familiarReference(parseReference(reference))
    const before = this.tags.get(name)
    this.tags.set(name, image.id)
    if (before !== undefined && before !== image.id) this.publish(before)
    this.publish(image.id)
    return name
  }

  setDigest(image: StoredImage, digest: string): void {
    this.digests.set(image.id, digest)
  }

  /** `sha256:…` of the manifest it was pulled by. */
  repoDigest(image: StoredImage): string | undefined {
    return this.digests.get(image.id)
  }

  tagsOf(id: string): string[] {
    return [...this.tags].filter(([, image]) => image === id).map(([name]) => name).sort()
  }

  recordOf(id: string): RecordId<'image'> | undefined {
    return this.records.get(id)
  }

  byRecord(record: RecordId<'image'>): StoredImage | undefined {
    const id = [...this.records].find(([, candidate]) => candidate === record)?.[0]
    return id === undefined ? undefined : this.content.image(id)
  }

  /** Newest first. */
  all(): readonly StoredImage[] {
    return [...this.records.keys()].map((id) => this.content.image(id)!).toReversed()
  }

  linesOf(id: string): readonly (number | null)[] | undefined {
    return this.lines.get(id)
  }

  /** Removes a name, or the image with all its names. Throws the engine's refusals before anything changes. */
  remove(name: string, force: boolean, users: readonly ImageUser[]): Removal {
    const image = this.require(name)
    const using = users.filter((user) => user.imageId === image.id)
    const tags = this.tagsOf(image.id)
    const asTag = this.tagNamed(name)
    if (asTag !== undefined && tags.length > 1) return this.untag(image, [asTag])
    if (asTag !== undefined) {
      const [user] = using
      if (user && !force) throw referenceInUse(asTag, user.containerId, image.id)
      if (user) return this.untag(image, [asTag])
    } else {
      const repositories = new Set(tags.map((tag) => familiarName(parseReference(tag))))
      const running = using.find((user) => user.running)
      if (running) throw imageInUse(image.id, running.containerId, true)
      if (repositories.size > 1 && !force) throw manyRepositories(image.id)
      if (using[0] && !force) throw imageInUse(image.id, using[0].containerId, false)
    }
    if (asTag === undefined && this.hasChildren(image)) throw dependentImages(image.id)
    if (asTag !== undefined && this.hasChildren(image)) return this.untag(image, [asTag])
    const { untagged } = this.untag(image, tags)
    if (using.length > 0) return { untagged, deleted: [] }
    const record = this.records.get(image.id)
    this.records.delete(image.id)
    this.lines.delete(image.id)
    if (record) this.store.remove(record)
    return { untagged, deleted: [image.id, ...this.content.deleteImage(image.id)] }
  }

  /** What another engine needs to have the same images under the same names. */
  copy(): ShelfCopy {
    const shelved = this.content.allImages().map((image) => ({
      image, tags: this.tagsOf(image.id), record: this.records.get(image.id), lines: this.lines.get(image.id), digest: this.digests.get(image.id),
    }))
    return { shelved }
  }

  /** Has exactly these images from now on. `records`: under the records that they had, else under new ones. */
  become({ shelved }: ShelfCopy, records: 'same' | 'new'): void {
    this.withdrawAll()
    for (const known of [this.tags, this.records, this.lines, this.digests]) known.clear()
    for (const { id } of this.content.allImages()) this.content.deleteImage(id)
    for (const { image, tags, record, lines, digest } of shelved) {
      const stored = this.content.addImage(image.config, image.layers)
      for (const tag of tags) this.tags.set(tag, stored.id)
      if (digest !== undefined) this.digests.set(stored.id, digest)
      if (record !== undefined && records === 'same') this.records.set(stored.id, record)
      if (record !== undefined) this.add(stored, lines)
    }
  }

  publishAll(): void {
    for (const id of this.records.keys()) this.publish(id)
  }

  withdrawAll(): void {
    for (const record of this.records.values()) this.store.remove(record)
  }

  private untag(image: StoredImage, tags: readonly string[]): Removal {
    for (const tag of tags) this.tags.delete(tag)
    this.publish(image.id)
    return { untagged: tags, deleted: [] }
  }

  /** An image whose layers begin with all of this one's, and which has no name of its own to fall back on. */
  private hasChildren(image: StoredImage): boolean {
    const own = image.layers.map((layer) => layer.diffId).join()
    return this.tagsOf(image.id).length === 0 && own !== '' && this.all().some((other) => other.id !== image.id && other.layers.map((layer) => layer.diffId).join().startsWith(`${own},`))
  }

  private tagNamed(name: string): string | undefined {
    try {
      const full = familiarReference(parseReference(name))
      return this.tags.has(full) ? full : undefined
    } catch {
      return undefined
    }
  }

  private named(name: string): StoredImage | undefined {
    const tag = this.tagNamed(name)
    if (tag !== undefined) return this.content.image(this.tags.get(tag)!)
    const digest = /@(sha256:[a-f0-9]{64})$/.exec(name)?.[1]
    const id = digest === undefined ? undefined : [...this.digests].find(([, known]) => known === digest)?.[0]
    return id === undefined ? undefined : this.content.image(id)
  }

  private byPrefix(name: string): StoredImage | undefined {
    const prefix = name.replace(/^sha256:/, '')
    if (!/^[a-f0-9]{1,64}$/.test(prefix)) return undefined
    const found = [...this.records.keys()].filter((id) => id.startsWith(`sha256:${prefix}`))
    return found.length === 1 ? this.content.image(found[0]!) : undefined
  }

  private publish(id: string): void {
    const record = this.records.get(id)
    const image = this.content.image(id)
    if (!record || !image) return
    const { config } = image.config
    const next: ImageRecord = {
      id: record, type: 'image', engine: this.engine, digest: id, tags: this.tagsOf(id), created: image.config.created, size: image.size,
      architecture: image.config.architecture, layers: imageLayers(image, this.lines.get(id)),
      history: image.config.history.map((entry) => ({ createdBy: entry.created_by ?? '', created: entry.created ?? image.config.created, emptyLayer: entry.empty_layer ?? false })),
      env: config.Env ?? [], entrypoint: config.Entrypoint ?? null, cmd: config.Cmd ?? null, workingDir: config.WorkingDir ?? '', user: config.User ?? '',
      exposedPorts: Object.keys(config.ExposedPorts ?? {}), labels: config.Labels ?? {},
    }
    this.store.put(next)
  }
}

function imageLayers(image: StoredImage, lines: readonly (number | null)[] | undefined): ImageLayer[] {
  const makers = image.config.history.filter((entry) => !entry.empty_layer)
  return image.layers.map((layer, i) => ({ diffId: layer.diffId, size: layer.size, createdBy: makers[i]?.created_by ?? '', line: lines?.[i] ?? null }))
}
