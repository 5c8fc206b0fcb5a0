import type { RecordId } from '../../../protocol/records.ts'
import type { SimTime } from '../../simulation/units.ts'

/** A running Linux that can carry an engine, as the datacenter describes it to the containers. Joined in `session/`. */
export interface LinuxSystemInfo {
  readonly owner: RecordId<'host'> | RecordId<'vm'>
  readonly hostname: string
  readonly kernelRelease: string
  readonly osName: string
  readonly architecture: 'amd64' | 'arm64'
  readonly cores: number
  readonly memoryBytes: number
  readonly bootedAt: SimTime
}

/** Answers only while the machine is up. */
export interface LinuxSystems {
  find(owner: RecordId<'host'> | RecordId<'vm'>): LinuxSystemInfo | undefined
}

/** What the datacenter tells the containers about the machines their engines live on. */
export interface EngineHosting {
  /** Makes (or brings back, for redo) the engine with this id on this machine. */
  attach(engine: RecordId<'engine'>, owner: RecordId<'host'> | RecordId<'vm'>): void
  /** Forgets the engine's records; its content stays until the session ends, for undo. */
  detach(engine: RecordId<'engine'>): void
  /** The machine came up: engines start. */
  systemUp(owner: RecordId<'host'> | RecordId<'vm'>): void
  /** The machine loses its power (everything ends with exit code 137), or begins to shut down: containers are asked to end and have 3 s. */
  systemDown(owner: RecordId<'host'> | RecordId<'vm'>, how: 'shutdown' | 'power-loss'): void
  /** The machine was paused or goes on (its processes freeze). */
  setFrozen(owner: RecordId<'host'> | RecordId<'vm'>, frozen: boolean): void
}
