import images from '../../../../resources/images/catalogue.json' with { type: 'json' }

/** Facts about one official image, as `scripts/make-image-catalogue.mjs` writes them. */
export interface ImageVariant {
  readonly tags: readonly string[]
  /** `older`: the state of about 2016 to 2018; the only one for tags that ended since. */
  readonly era: 'current' | 'older'
  /** RFC 3339. */
  readonly created: string
  /** Reference of the image it was built from; `scratch` for none. */
  readonly base?: string
  /** The real image's digest in the real registry; ours differs, as its files do. */
  readonly indexDigest?: string
  /** Bytes to download. */
  readonly compressed: number
  /** Bytes unpacked. */
  readonly size: number
  /** Compressed bytes of each layer, base first. */
  readonly layers?: readonly number[]
  /** Number of layers where their sizes are unknown. */
  readonly layerCount?: number
  readonly config: VariantConfig
  /** Command of each step, oldest first, and 1 for those that made a layer. */
  readonly history?: readonly (readonly [string] | readonly [string, number])[]
  /** `history` begins after the base's. */
  readonly historyIsOwn?: boolean
}

export interface VariantConfig {
  readonly Env?: readonly string[]
  readonly Cmd?: readonly string[]
  readonly Entrypoint?: readonly string[]
  readonly ExposedPorts?: readonly string[]
  readonly Volumes?: readonly string[]
  readonly WorkingDir?: string
  readonly User?: string
  readonly StopSignal?: string
  readonly Labels?: Readonly<Record<string, string>>
}

export interface CatalogueImage {
  readonly name: string
  readonly variants: readonly ImageVariant[]
  /** Space-separated tags that exist now, without figures of their own. */
  readonly moreTags?: string
}

const list = images.images as unknown as readonly CatalogueImage[]
const byName = new Map(list.map((image) => [image.name, image]))

export function catalogueImage(name: string): CatalogueImage | undefined {
  return byName.get(name)
}

export function catalogueImages(): readonly CatalogueImage[] {
  return list
}
