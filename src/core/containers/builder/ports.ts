import type { BuildStep } from '../../../protocol/records.ts'
import type { Sha256Factory } from '../../base/hasher.ts'
import type { Simulation } from '../../simulation/simulation.ts'
import { MILLISECOND, SECOND, type SimTime } from '../../simulation/units.ts'
import type { ContentStore, StoredImage } from '../image/content-store.ts'
import type { Kernel } from '../runtime/kernel.ts'
import type { BuildCache } from './build-cache.ts'
import type { Vertex } from './build-log.ts'
import type { Cancellation } from './cancellation.ts'
import type { ContextFiles } from './context.ts'

export interface BuildRequest {
  readonly context: ContextFiles
  /** Path of the Dockerfile in the context. */
  readonly dockerfile: string
  /** Full name to give the image; null for none. */
  readonly tag: string | null
  readonly target?: string | undefined
  readonly noCache: boolean
  readonly buildArgs: Readonly<Record<string, string>>
  /** Date of the package universe, `YYYY-MM-DD`. */
  readonly universe: string
}

/** An image that FROM or COPY --from names, found in the engine's store or in the registry. */
export interface ResolvedImage {
  /** With registry, tag and digest. */
  readonly fullName: string
  /** Null when it has to be pulled. */
  readonly local: StoredImage | null
  /** Pulls it, in virtual time. */
  fetch(vertex: Vertex): Promise<StoredImage>
}

export interface ImageSource {
  /** Asks for an image's metadata. Throws a BuildFailure (without lines) in BuildKit's words where there is no such image. */
  resolve(reference: string): Promise<ResolvedImage>
}

export interface BuildPorts {
  readonly simulation: Simulation
  /** Waits in the machine's time: it stands still while the machine is paused. */
  readonly sleep: (time: SimTime) => Promise<void>
  readonly kernel: Kernel
  readonly content: ContentStore
  readonly sha256: Sha256Factory
  readonly cache: BuildCache
  readonly images: ImageSource
  readonly architecture: string
  /** Unique among the builds of the kernel; begins the ids of the namespaces of RUN. */
  readonly name: string
  readonly cancellation: Cancellation
  readonly onLog: (text: string) => void
  readonly onSteps: (steps: readonly BuildStep[]) => void
}

export interface BuildResult {
  readonly image: StoredImage
  /** Line of the instruction that made each layer; null for those of a base image. */
  readonly lines: readonly (number | null)[]
}

/** Bytes a second that the store and the context's transfer move: an ordinary SSD's. */
const DISK_RATE = 400e6
export const HANDSHAKE: SimTime = 20 * MILLISECOND

export const transferTime = (bytes: number): SimTime => HANDSHAKE + (bytes / DISK_RATE) * SECOND

/** The moment at which simulated clocks start, on the universe's day; RFC 3339. */
export const universeStart = (universe: string): string => `${universe}T09:00:00Z`

/** The same in seconds since the epoch; also the latest modification time in anything a build makes. */
export const universeEpoch = (universe: string): number => Date.parse(universeStart(universe)) / 1000
