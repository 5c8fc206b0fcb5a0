import type { ExitName } from '../cpu/vmx/reasons.ts'

/** Why a monitor was entered. */
export type EntryReason =
  /** An instruction that may not run where the guest runs it; the monitor did it in its place. */
  | 'emulated'
  /** A page that the guest's tables allow was missing in the shadow ones. */
  | 'hidden fault'
  /** An exception that is the guest's own: it was given to the guest. */
  | 'reflected'
  /** A device of the host's interrupted. */
  | 'interrupt'
  /** The guest asked. */
  | 'hypercall'
  /** Translated code came to where nothing is translated yet. */
  | 'translated'

/** One entry of a monitor. */
export interface MonitorEntry {
  readonly reason: EntryReason
  /** The guest's instruction and ring, when it was left. */
  readonly eip: number
  readonly cpl: number
  /** The physical processor's vector; -1: it came without one, by a VM exit. */
  readonly vector: number
  readonly vmExit?: VmExit
}

/** What the processor itself says of a VM exit. */
export interface VmExit {
  /** Basic exit reason (SDM 3D appendix C), its name here, and AMD's exit code for the same; null: AMD has none. */
  readonly reason: number
  readonly name: ExitName
  readonly amd: string | null
  readonly qualification: number
}
