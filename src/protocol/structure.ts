import type { RecordId, VmRecord } from './records.ts'

/** What a host is put together from, so that a view can draw it, walk a request through it and say what a crash takes along. */

export type PartKind =
  | 'hardware' | 'device' | 'card'
  | 'host-os' | 'hypervisor' | 'domain' | 'guest'
  | 'process' | 'monitor' | 'vcpu'
  | 'module' | 'service' | 'driver' | 'front-end' | 'back-end' | 'shared-memory'

/**
 * How the code of a protection domain runs. `kernel`: ring 0, or root mode, of the machine itself; `guest`: a kernel below which a hypervisor or a monitor lies;
 * `monitor`: an address space of its own in ring 0; `process`: ring 3 of the kernel that holds it; `card`: a processor of its own.
 */
export type PartMode = 'machine' | 'device' | 'card' | 'kernel' | 'monitor' | 'process' | 'guest'

/** What one part does for another: lets it execute, carries its requests, starts and stops it. */
export type PartService = 'run' | 'block' | 'network' | 'control'

export interface StructurePart {
  /** Unique on its host, e.g. `vm:4/driver.nic0`. */
  readonly id: string
  readonly kind: PartKind
  readonly name: string
  /** What it is loaded into or runs in. */
  readonly in: string | null
  /** It is a protection domain of its own, which runs so; null: it shares the domain of what it is in. */
  readonly mode: PartMode | null
  readonly needs: Readonly<Partial<Record<PartService, string>>>
  /** The VM or hypervisor that it belongs to. */
  readonly record: RecordId | null
}

/** What a crash does to a part; `because`: the part whose crash or absence reaches it. */
export type PartEffect =
  | { readonly kind: 'down'; readonly because: string }
  /** It goes on, and waits as soon as it asks for one of these. */
  | { readonly kind: 'stalled'; readonly services: readonly Exclude<PartService, 'run'>[] }

/** How control passes from one part to the next. `call` and `memory` stay within a protection domain or in shared memory; all others leave one. */
export type Crossing =
  | 'call' | 'memory' | 'device' | 'interrupt'
  | 'trap' | 'call-out' | 'vm-exit' | 'hypercall' | 'resume' | 'vm-entry' | 'virtual-interrupt'
  | 'world-switch' | 'monitor-call' | 'system-call' | 'user-return'

export interface PathStation {
  readonly part: string
  /** How it was reached from the station before; null for the first. */
  readonly by: Crossing | null
}

export type RequestKind = 'instruction' | 'block' | 'network'

export interface RequestPath {
  readonly request: RequestKind
  /** There, to the device or the monitor. */
  readonly there: readonly PathStation[]
  /** And back to the guest. */
  readonly back: readonly PathStation[]
  /** Steps from station to station, and how many of them leave a protection domain; there only. */
  readonly hops: number
  readonly crossings: number
}

export interface StructureAnswer {
  readonly parts: readonly StructurePart[]
  /** Of what is down or stalled now. */
  readonly now: Readonly<Record<string, PartEffect>>
  /** What the crash that was asked about would do beyond that. */
  readonly crash: Readonly<Record<string, PartEffect>> | null
  /** For the VM that was asked about, or the first one that runs. */
  readonly vm: null | {
    readonly id: RecordId<'vm'>
    readonly technique: VmRecord['technique']
    readonly paths: readonly RequestPath[]
    /** The parts that it cannot live without: a crash of any takes it down. Hardware is not counted. */
    readonly trusted: readonly string[]
    /** Beyond those: the parts whose crash makes its requests wait. */
    readonly serving: readonly string[]
  }
}
