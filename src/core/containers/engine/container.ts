import type { ContainerState, PortMapping, RecordId } from '../../../protocol/records.ts'
import type { SimTime } from '../../simulation/units.ts'
import { Emitter, type Disposable } from '../../base/emitter.ts'
import type { OverlayFileSystem } from '../filesystem/overlay-file-system.ts'
import type { StoredImage } from '../image/content-store.ts'
import type { Namespace, ProcessHandle } from '../runtime/kernel.ts'
import { LogBuffer } from './log-buffer.ts'

/** Exit code of what SIGKILL ended. */
export const KILLED = 137

/** How a container runs: the image's config with what was asked for on top. */
export interface ContainerSettings {
  readonly argv: readonly string[]
  readonly env: readonly string[]
  readonly workingDir: string
  readonly user: string
  readonly ports: readonly PortMapping[]
  readonly tty: boolean
  /** Somebody may write to its standard input. */
  readonly openStdin: boolean
  readonly stopSignal: string
  readonly autoRemove: boolean
  readonly labels: Readonly<Record<string, string>>
  readonly hostname: string
  readonly entrypoint: readonly string[] | null
  readonly cmd: readonly string[] | null
}

/** A container as its engine keeps it. Lifecycle lives in `container-life.ts`. */
export class Container {
  readonly record: RecordId<'container'>
  readonly id: string
  readonly image: StoredImage
  /** As the user named it. */
  readonly imageName: string
  readonly settings: ContainerSettings
  readonly root: OverlayFileSystem
  readonly logs: LogBuffer
  readonly createdAt: SimTime
  /** Fires once for each end of its process, with the exit code. */
  readonly onExit = new Emitter<number>()
  /** Fires after it was removed. */
  readonly onRemove = new Emitter<void>()
  name: string
  state: ContainerState = 'created'
  exitCode: number | null = null
  startedAt: SimTime | null = null
  finishedAt: SimTime | null = null
  ipAddress: string | null = null
  oomKilled = false
  namespace: Namespace | null = null
  process: ProcessHandle | null = null
  /** Counts starts, so that late news of an earlier run can be told apart. */
  run = 0
  killTimer: Disposable | null = null
  size: { readonly columns: number; readonly rows: number } = { columns: 80, rows: 24 }

  constructor(made: Pick<Container, 'record' | 'id' | 'image' | 'imageName' | 'settings' | 'root' | 'createdAt' | 'name'> & Partial<Pick<Container, 'logs'>>) {
    this.record = made.record
    this.id = made.id
    this.image = made.image
    this.imageName = made.imageName
    this.settings = made.settings
    this.root = made.root
    this.createdAt = made.createdAt
    this.name = made.name
    this.logs = made.logs ?? new LogBuffer()
  }

  /** Its disk and its books under a record; if it runs, as it will be found after a power cut at `now`. */
  copy(record: RecordId<'container'>, now: SimTime): Container {
    const { id, image, imageName, settings, createdAt, name } = this
    const copy = new Container({ record, id, image, imageName, settings, createdAt, name, root: this.root.clone(), logs: this.logs.copy() })
    copy.state = this.alive ? 'exited' : this.state
    copy.exitCode = this.alive ? KILLED : this.exitCode
    copy.startedAt = this.startedAt
    copy.finishedAt = this.alive ? now : this.finishedAt
    copy.oomKilled = this.oomKilled
    copy.run = this.run
    return copy
  }

  get alive(): boolean {
    return this.state === 'running' || this.state === 'paused'
  }
}
