import type { Simulation } from '../../simulation/simulation.ts'
import { MiB } from '../../simulation/units.ts'
import type { Namespace } from './kernel.ts'
import type { ProgramTable } from './program.ts'

/** The world outside the machine, as its processes meet it. */
export interface World {
  /** The package universe's date, `YYYY-MM-DD`: what the offline archives hold, and what `date` shows at the start. */
  readonly universe: () => string
  /** Where a TCP connection to another name or address ends up (published ports, container networks); undefined for nowhere. */
  readonly route?: (from: Namespace, host: string, port: number) => { readonly namespace: Namespace; readonly port: number } | 'unknown-host' | 'refused'
}

export interface KernelLimits {
  readonly processes: number
  readonly openFiles: number
  /** Bytes written to files by one namespace. */
  readonly bytesWritten: number
  /** Bytes one spawned process and its descendants may print. */
  readonly outputBytes: number
  /** Virtual CPU time of one process; null for none. */
  readonly cpuTime: number | null
}

export const DEFAULT_LIMITS: KernelLimits = { processes: 4096, openFiles: 1024, bytesWritten: 512 * MiB, outputBytes: 256 * MiB, cpuTime: null }

export interface KernelOptions {
  readonly simulation: Simulation
  /** `uname -r`. */
  readonly release: string
  readonly hostname: string
  readonly memoryBytes: number
  readonly cores: number
  readonly world: World
  readonly programs: ProgramTable
  readonly limits?: Partial<KernelLimits>
  /** Told at once and often: whoever listens gathers what it is told. */
  readonly onChange?: (namespaceId: string, what: KernelChange) => void
}

/** Processes came, went or run another program; or one wrote to a file. */
export type KernelChange = 'processes' | 'files'
