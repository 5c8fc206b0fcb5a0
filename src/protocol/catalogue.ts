import type { CpuFlag, CpuSpec, DiskSpec, HypervisorStructure, HypervisorType } from './records.ts'

/** What can be added to the room, as the core's catalogues describe it. Answer of the `catalogue` query. */
export interface CatalogueAnswer {
  readonly hostModels: readonly HostModel[]
  readonly hostSystems: readonly HostSystem[]
  readonly hypervisors: readonly HypervisorProduct[]
  readonly guests: readonly GuestTemplate[]
  readonly samples: readonly SampleInfo[]
  /** Images the offline registry offers, `repository:tag`. */
  readonly images: readonly { readonly reference: string; readonly size: number }[]
}

export interface HostModel {
  readonly key: string
  readonly name: string
  readonly formFactor: 'server' | 'workstation' | 'laptop'
  readonly year: number
  readonly cpu: CpuSpec
  /** Features the processor has but the firmware leaves switched off. */
  readonly switchedOff: readonly CpuFlag[]
  readonly memoryMiB: number
  readonly disks: readonly DiskSpec[]
  readonly nics: readonly string[]
}

export interface HostSystem {
  readonly key: string
  readonly name: string
  readonly family: 'linux' | 'windows' | 'macos'
  readonly kernel: string
  readonly year: number
  readonly memoryMiB: number
}

export interface HypervisorProduct {
  readonly key: string
  readonly name: string
  readonly vendor: string
  readonly year: number
  readonly kind: HypervisorType
  readonly structure: HypervisorStructure
  /** Name of its privileged domain, null where it has none. */
  readonly privilegedDomain: string | null
  readonly driversIn: string
  /** Families of host OS it can be installed on; empty for a bare-metal product. */
  readonly hostFamilies: readonly ('linux' | 'windows' | 'macos')[]
  /** In words: what it refuses to run without. */
  readonly needs: readonly string[]
  readonly maxVcpus: number | null
  readonly maxMemoryMiB: number | null
  readonly allowsOvercommit: boolean
  /** Its settings let a VM's monitor be chosen by hand. */
  readonly choosesMonitor: boolean
  /** Where these facts come from. */
  readonly source: string
}

export interface GuestTemplate {
  readonly key: string
  readonly name: string
  readonly family: 'linux' | 'windows' | 'bsd' | 'macos' | 'other'
  readonly kernel: string
  readonly vcpus: number
  readonly memoryMiB: number
  readonly diskGiB: number
  readonly bits: 32 | 64
}

export interface SampleInfo {
  readonly key: string
  readonly name: string
  readonly description: string
}
