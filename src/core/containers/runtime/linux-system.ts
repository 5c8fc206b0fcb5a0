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
  /** What carries its packets is down: nobody outside reaches it. */
  readonly unreachable?: boolean
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
  /** Keeps what is on a machine's disk now, under a key; what runs, as a power cut would leave it. */
  keepDisk(key: string, owner: RecordId<'host'> | RecordId<'vm'>): void
  /** Gives a machine that is off what was kept; the engines that were on it are attached again by now, the others detached. */
  putBackDisk(key: string, owner: RecordId<'host'> | RecordId<'vm'>): void
  forgetDisk(key: string): void
  /** Gives a machine that is off a copy of another's disk; `engines`: whose content each attached engine of it gets. */
  cloneDisk(from: RecordId<'host'> | RecordId<'vm'>, to: RecordId<'host'> | RecordId<'vm'>, engines: ReadonlyMap<RecordId<'engine'>, RecordId<'engine'>>): void
}
