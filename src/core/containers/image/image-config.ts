import { encodeUtf8, type Bytes } from '../../base/bytes.ts'
import { canonicalJson } from '../../base/canonical-json.ts'

/** How containers of an image run: `config` of the OCI image config (config.md) with Docker's extensions. Left out means unset. */
export interface RunConfig {
  readonly User?: string
  readonly ExposedPorts?: Readonly<Record<string, Readonly<Record<string, never>>>>
  readonly Env?: readonly string[]
  readonly Entrypoint?: readonly string[]
  readonly Cmd?: readonly string[]
  readonly Volumes?: Readonly<Record<string, Readonly<Record<string, never>>>>
  readonly WorkingDir?: string
  readonly Labels?: Readonly<Record<string, string>>
  readonly StopSignal?: string
  readonly OnBuild?: readonly string[]
  readonly Healthcheck?: Healthcheck
  readonly Shell?: readonly string[]
}

export interface Healthcheck {
  readonly Test?: readonly string[]
  /** Nanoseconds. */
  readonly Interval?: number
  readonly Timeout?: number
  readonly StartPeriod?: number
  readonly Retries?: number
}

export interface HistoryEntry {
  /** RFC 3339. */
  readonly created?: string
  readonly created_by?: string
  readonly comment?: string
  readonly empty_layer?: boolean
}

/** The OCI image config. */
export interface ImageConfig {
  /** RFC 3339. */
  readonly created: string
  readonly author?: string
  readonly architecture: string
  readonly os: string
  readonly config: RunConfig
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly string[] }
  readonly history: readonly HistoryEntry[]
}

/** The only way to refer to content (descriptor.md). */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

export interface Manifest {
  readonly schemaVersion: 2
  readonly mediaType: string
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
}

export const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const

/** The bytes of a config, manifest or index: JSON with sorted keys, so that equal content has one digest. */
export function serialise(document: ImageConfig | Manifest | object): Bytes {
  return encodeUtf8(canonicalJson(document))
}
