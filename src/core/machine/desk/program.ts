import type { TechniqueName, VmSeen } from '../../../protocol/machine.ts'
import type { MachineConfig } from '../board/config.ts'
import type { TimedInput } from '../history/inputs.ts'

/** A machine to be, and what is known about what it will run. */
export interface MachineProgram {
  readonly title: string
  readonly config: MachineConfig
  /** What the configuration's monitor is; bare metal if not said. */
  readonly technique?: TechniqueName
  /** Linear addresses by name. */
  readonly symbols: ReadonlyMap<string, number>
  /** Lines of the source, counted from 1, by the linear addresses of their instructions. */
  readonly lines: ReadonlyMap<number, number>
  /** The text whose lines these are; null where there is none. */
  readonly source: string | null
  /** The moment at which it is found; its past is there, too. Power-on if not said. */
  readonly tick?: number
  /** What comes into it before that moment. */
  readonly inputs?: readonly TimedInput[]
  /** The VM whose machine it is. */
  readonly vm?: VmSeen
}
