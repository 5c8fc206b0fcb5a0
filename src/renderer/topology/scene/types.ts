import type { HypervisorStructure, HypervisorType, RecordId, VmRole } from '../../../protocol/records.ts'

/** How a thing is doing, as the drawing shows it: one shape, one colour and one word for each. */
export type Condition = 'running' | 'busy' | 'paused' | 'off' | 'fault'

export interface ContainerScene {
  readonly id: RecordId<'container'>
  readonly name: string
  readonly condition: Condition
  readonly word: string
  /** Facts in the order in which they are worth room: image, ports, address, command. */
  readonly facts: readonly string[]
  readonly processes: readonly string[]
  /** Address and published ports from long to short, which the network overlay brings forward. */
  readonly attachment: readonly string[]
}

export interface EngineScene {
  readonly id: RecordId<'engine'>
  readonly label: string
  readonly containers: readonly ContainerScene[]
}

export interface Meter {
  readonly label: string
  /** Part of the whole, 0 to 1. */
  readonly share: number
  /** The same figure from long to short. */
  readonly text: readonly string[]
}

export interface GuestScene {
  readonly id: RecordId<'vm'>
  readonly name: string
  readonly role: VmRole
  readonly condition: Condition
  readonly word: string
  /** The same fact from long to short: the longest that fits is drawn. */
  readonly spec: readonly string[]
  readonly kernel: string
  readonly meters: readonly Meter[]
  readonly facts: readonly string[]
  /** Why it stopped, in words; null while nothing is wrong. */
  readonly fault: string | null
  /** The boot phase it is in, in virtual nanoseconds. */
  readonly phase: { readonly name: string; readonly startedAt: number; readonly endsAt: number } | null
  readonly engine: EngineScene | null
}

export interface HypervisorScene {
  readonly id: RecordId<'hypervisor'>
  readonly name: string
  readonly kind: HypervisorType
  readonly structure: HypervisorStructure
  readonly drivers: string
  readonly installing: boolean
}

/** What stands side by side on a host: the guests of one hypervisor, hidden VMs, or containers. */
export interface GroupScene {
  readonly key: string
  /** The part-width band under the guests; null when they stand on the full-width band. */
  readonly band: HypervisorScene | null
  readonly guests: readonly GuestScene[]
  readonly privileged: GuestScene | null
  readonly engine: EngineScene | null
}

/** The full-width band on the hardware. */
export type BandScene =
  | { readonly kind: 'none' }
  | { readonly kind: 'hypervisor'; readonly hypervisor: HypervisorScene }
  | { readonly kind: 'host-os'; readonly name: string; readonly kernel: string; readonly installing: boolean; readonly module: HypervisorScene | null }

export interface NicScene {
  readonly name: string
  readonly label: string
  readonly network: RecordId<'network'> | null
}

export interface HostScene {
  readonly id: RecordId<'host'>
  readonly rack: RecordId<'rack'>
  readonly order: number
  readonly name: string
  readonly formFactor: 'server' | 'workstation' | 'laptop'
  readonly condition: Condition
  readonly word: string
  readonly spec: readonly string[]
  /** The software it runs, in one or two words. */
  readonly platform: string
  readonly band: BandScene
  readonly groups: readonly GroupScene[]
  readonly cpu: Meter
  readonly memory: Meter
  readonly nics: readonly NicScene[]
  /** The conditions of all its guests and containers, for the strip and the heat map. */
  readonly census: readonly Condition[]
}

export interface RackScene {
  readonly id: RecordId<'rack'>
  readonly name: string
  readonly order: number
  readonly hosts: readonly HostScene[]
}

export interface NetworkScene {
  readonly id: RecordId<'network'>
  readonly name: string
  readonly cidr: string
}

/** Looks a string of the catalogue up: key inside `topology`, with its values. */
export type Words = (key: string, values?: Readonly<Record<string, string | number>>) => string
