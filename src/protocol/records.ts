/**
 * Everything a view can show: plain, JSON-safe records with a typed id. Engines publish them; views project them.
 * Times are virtual nanoseconds, memory is MiB, disk sizes are GiB, byte counts are bytes, unless a name says otherwise.
 */

export type RecordType = keyof RecordTypes
export type RecordId<T extends RecordType = RecordType> = `${T}:${string}`

export interface BaseRecord<T extends RecordType> {
  readonly id: RecordId<T>
  readonly type: T
}

export interface RoomRecord extends BaseRecord<'room'> {
  readonly name: string
}

export interface RackRecord extends BaseRecord<'rack'> {
  readonly room: RecordId<'room'>
  readonly name: string
  /** Sort position among its siblings; fixed at creation so that nothing jumps. */
  readonly order: number
}

export type CpuFlag = 'vmx' | 'svm' | 'ept' | 'npt' | 'vt-d' | 'amd-vi' | 'lm' | 'pae' | 'nx'

export interface CpuSpec {
  readonly model: string
  readonly vendor: 'intel' | 'amd' | 'apple'
  readonly year: number
  readonly cores: number
  readonly ghz: number
  /** What the processor offers and the firmware has switched on. */
  readonly flags: readonly CpuFlag[]
}

export interface DiskSpec {
  readonly name: string
  readonly sizeGiB: number
  readonly kind: 'hdd' | 'ssd' | 'nvme'
}

export interface NicSpec {
  readonly name: string
  readonly model: string
  readonly mac: string
  readonly network: RecordId<'network'> | null
}

export type HostState = 'empty' | 'installing' | 'running' | 'crashed' | 'booting'

export interface HostRecord extends BaseRecord<'host'> {
  readonly rack: RecordId<'rack'>
  readonly name: string
  readonly order: number
  /** Catalogue key of the hardware it was made from. */
  readonly model: string
  readonly formFactor: 'server' | 'workstation' | 'laptop'
  readonly cpu: CpuSpec
  readonly memoryMiB: number
  readonly disks: readonly DiskSpec[]
  readonly nics: readonly NicSpec[]
  readonly state: HostState
  /** Host operating system (catalogue key), null on an empty host and under a bare-metal hypervisor. */
  readonly os: string | null
  readonly osName: string | null
  readonly kernel: string | null
  /** Simulated time of the latest state change. */
  readonly since: number
  /** Sums over what runs here, kept by the engine. */
  readonly memoryUsedMiB: number
  readonly vcpusUsed: number
  /** Software parts that have crashed and are not up again, in order (`StructurePart.id`). */
  readonly failed: readonly string[]
}

export type HypervisorType = 'bare-metal' | 'hosted'
export type HypervisorStructure = 'monolithic' | 'microkernelized' | 'hybrid'

export interface HypervisorRecord extends BaseRecord<'hypervisor'> {
  readonly host: RecordId<'host'>
  /** Catalogue key, e.g. `kvm`, `esxi-6.5`. */
  readonly product: string
  readonly name: string
  readonly year: number
  readonly kind: HypervisorType
  readonly structure: HypervisorStructure
  readonly state: 'installing' | 'running'
  /** Where its device drivers live, in words. */
  readonly driversIn: string
}

export type VmState = 'off' | 'booting' | 'running' | 'paused' | 'stopping' | 'fault'
export type VmRole = 'guest' | 'privileged-domain' | 'hidden'

export type MonitorChoice = 'automatic' | 'binary-translation' | 'hardware-assist'

export interface BootPhase {
  readonly name: string
  readonly startedAt: number
  readonly endsAt: number
}

export interface VmRecord extends BaseRecord<'vm'> {
  readonly host: RecordId<'host'>
  readonly hypervisor: RecordId<'hypervisor'> | null
  readonly name: string
  readonly order: number
  readonly role: VmRole
  /** Catalogue key of the guest template. */
  readonly template: string
  readonly osName: string
  readonly kernel: string
  readonly vcpus: number
  readonly memoryMiB: number
  readonly diskGiB: number
  /** Plugged in. A disk or interface that is not keeps its content and its address. */
  readonly hasDisk: boolean
  readonly hasNic: boolean
  readonly mac: string
  readonly uuid: string
  /** How the CPU is virtualized for it: decided by product, guest and host. */
  readonly technique: 'hardware-assist' | 'binary-translation' | 'paravirtualization' | 'none'
  /** What its settings ask for; `automatic`: the first that the product would take. */
  readonly monitor: MonitorChoice
  /** Requests that nobody answers now, because what carries them is down. */
  readonly stalled: readonly ('block' | 'network')[]
  readonly state: VmState
  readonly since: number
  /** The phases of the boot in progress or of the latest one. */
  readonly boot: readonly BootPhase[]
  /** The snapshot its present state descends from. */
  readonly currentSnapshot: RecordId<'snapshot'> | null
  readonly faultText: string | null
  /** What its serial console showed since it was switched on. */
  readonly console: string
}

export interface SnapshotRecord extends BaseRecord<'snapshot'> {
  readonly vm: RecordId<'vm'>
  readonly parent: RecordId<'snapshot'> | null
  readonly name: string
  readonly at: number
  /** With memory: taken from a running or paused VM. */
  readonly withMemory: boolean
  readonly sizeMiB: number
}

export interface NetworkRecord extends BaseRecord<'network'> {
  readonly room: RecordId<'room'>
  readonly name: string
  readonly cidr: string
}

export interface EngineRecord extends BaseRecord<'engine'> {
  /** The Linux host or VM whose kernel its containers share. */
  readonly owner: RecordId<'host'> | RecordId<'vm'>
  readonly name: string
  readonly version: string
  readonly storageDriver: 'overlay2'
  readonly state: 'running' | 'stopped'
}

export interface ImageLayer {
  /** Digest of the uncompressed tar, `sha256:` + hex. */
  readonly diffId: string
  readonly size: number
  readonly createdBy: string
  /** Line of the Dockerfile that made it, for images built here. */
  readonly line: number | null
}

export interface ImageHistoryEntry {
  readonly createdBy: string
  readonly created: string
  readonly emptyLayer: boolean
}

export interface ImageRecord extends BaseRecord<'image'> {
  readonly engine: RecordId<'engine'>
  /** Digest of the image config, `sha256:` + hex: Docker's image ID. */
  readonly digest: string
  /** `repository:tag` in short form; empty for a dangling image. */
  readonly tags: readonly string[]
  readonly created: string
  readonly size: number
  readonly architecture: string
  readonly layers: readonly ImageLayer[]
  readonly history: readonly ImageHistoryEntry[]
  readonly env: readonly string[]
  readonly entrypoint: readonly string[] | null
  readonly cmd: readonly string[] | null
  readonly workingDir: string
  readonly user: string
  readonly exposedPorts: readonly string[]
  readonly labels: Readonly<Record<string, string>>
}

export type ContainerState = 'created' | 'running' | 'paused' | 'exited' | 'dead'

export interface PortMapping {
  readonly hostPort: number
  readonly containerPort: number
  readonly protocol: 'tcp' | 'udp'
}

export interface ContainerRecord extends BaseRecord<'container'> {
  readonly engine: RecordId<'engine'>
  /** Docker's 64-digit id. */
  readonly containerId: string
  readonly name: string
  /** The image as the user named it, and the digest it meant. */
  readonly image: string
  readonly imageDigest: string
  readonly command: readonly string[]
  readonly state: ContainerState
  readonly exitCode: number | null
  readonly pid: number | null
  readonly createdAt: number
  readonly startedAt: number | null
  readonly finishedAt: number | null
  readonly ports: readonly PortMapping[]
  readonly ipAddress: string | null
  readonly writableBytes: number
  readonly oomKilled: boolean
  readonly labels: Readonly<Record<string, string>>
}

/** A process as the kernel it runs on sees it. Only those of containers are published. */
export interface ProcessRecord extends BaseRecord<'process'> {
  readonly container: RecordId<'container'>
  readonly pid: number
  /** PID inside the container's namespace. */
  readonly nsPid: number
  readonly parentPid: number
  readonly user: string
  readonly command: string
  readonly startedAt: number
}

export type TaskState = 'running' | 'done' | 'failed' | 'cancelled'

/** Long work: has progress, can usually be cancelled, ends with a result or a reason. */
export interface TaskRecord extends BaseRecord<'task'> {
  readonly kind: 'build' | 'pull' | 'boot' | 'install' | 'snapshot' | 'clone'
  readonly title: string
  readonly subject: RecordId | null
  readonly state: TaskState
  readonly startedAt: number
  readonly finishedAt: number | null
  /** What it is doing now, e.g. "line 13, 41 of 75 s". */
  readonly detail: string
  /** 0 to 1. */
  readonly progress: number
  readonly cancellable: boolean
  readonly error: string | null
}

export type EventKind = 'vm' | 'host' | 'container' | 'image' | 'engine' | 'task' | 'edit' | 'fault' | 'network'

/** One line of the timeline. The store keeps the latest `EVENT_LIMIT`. */
export interface EventRecord extends BaseRecord<'event'> {
  readonly at: number
  readonly kind: EventKind
  readonly subject: RecordId | null
  readonly subjectName: string
  /** One sentence that can be read aloud. */
  readonly text: string
  /** What it cost, in simulated time (ns), where that is known. */
  readonly cost: number | null
}

export const EVENT_LIMIT = 2000

/** A folder in the Studio: a Dockerfile and what is sent along with it. */
export interface ContextRecord extends BaseRecord<'context'> {
  readonly name: string
  /** Catalogue key of the sample it was made from. */
  readonly sample: string | null
  /** Path (relative, `/`-separated) to text. */
  readonly files: Readonly<Record<string, string>>
}

export type BuildStepState = 'waiting' | 'running' | 'done' | 'cached' | 'failed' | 'skipped'

export interface BuildStep {
  /** First line of the instruction in the Dockerfile, from 1. */
  readonly line: number
  readonly text: string
  readonly stage: number
  readonly state: BuildStepState
  readonly startedAt: number | null
  readonly finishedAt: number | null
  /** Digest and size of the layer it made; null where only the config changed. */
  readonly layer: string | null
  readonly size: number
  /** Why it was not taken from the cache. */
  readonly cacheMiss: string | null
}

export interface BuildRecord extends BaseRecord<'build'> {
  readonly engine: RecordId<'engine'>
  readonly context: RecordId<'context'> | null
  readonly dockerfile: string
  readonly tag: string
  /** Date of the package universe, `YYYY-MM-DD`. */
  readonly universe: string
  readonly state: TaskState
  readonly task: RecordId<'task'>
  readonly startedAt: number
  readonly finishedAt: number | null
  readonly steps: readonly BuildStep[]
  /** Digest of the image it made. */
  readonly image: string | null
  readonly error: { readonly line: number; readonly exitCode: number | null; readonly message: string } | null
}

export interface TerminalRecord extends BaseRecord<'terminal'> {
  /** Where the shell runs: the engine's Linux system, or inside a container. */
  readonly target: RecordId<'engine'> | RecordId<'container'>
  readonly title: string
  readonly state: 'open' | 'closed'
}

export interface ClockRecord extends BaseRecord<'clock'> {
  readonly playing: boolean
  /** Simulated seconds for each real second. */
  readonly speed: number
  readonly seed: string
}

export interface ProjectRecord extends BaseRecord<'project'> {
  readonly name: string
  /** Names of the edits that undo and redo would act on, latest last. */
  readonly undo: readonly string[]
  readonly redo: readonly string[]
  /** Date of the package universe, `YYYY-MM-DD`. */
  readonly universe: string
}

export interface RecordTypes {
  room: RoomRecord
  rack: RackRecord
  host: HostRecord
  hypervisor: HypervisorRecord
  vm: VmRecord
  snapshot: SnapshotRecord
  network: NetworkRecord
  engine: EngineRecord
  image: ImageRecord
  container: ContainerRecord
  process: ProcessRecord
  task: TaskRecord
  event: EventRecord
  context: ContextRecord
  build: BuildRecord
  terminal: TerminalRecord
  clock: ClockRecord
  project: ProjectRecord
}

export type AnyRecord = RecordTypes[RecordType]

export const ROOM_ID: RecordId<'room'> = 'room:main'
export const CLOCK_ID: RecordId<'clock'> = 'clock:main'
export const PROJECT_ID: RecordId<'project'> = 'project:main'

export const isVmId = (id: string | null): id is RecordId<'vm'> => id?.startsWith('vm:') === true

/** The type that an id names. */
export function typeOfId(id: RecordId): RecordType {
  return id.slice(0, id.indexOf(':')) as RecordType
}
