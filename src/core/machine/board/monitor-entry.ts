import type { ExitName } from '../cpu/vmx/reasons.ts'

/** Why a monitor was entered. */
export type EntryReason =
  /** An instruction that may not run where the guest runs it; the monitor did it in its place. */
  | 'emulated'
  /** A page that the guest's tables allow was missing in the shadow ones. */
  | 'hidden fault'
  /** A write to a page whose writes must be seen: one with the guest's page tables, or with code that was translated. The monitor did it in its place. */
  | 'traced write'
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
  /** In which ring of the physical processor that was. */
  readonly ring: number
  /** The physical processor's vector; -1: it came without one, by a VM exit. */
  readonly vector: number
  readonly detail: EntryDetail | null
}

/** What is known of an entry beside its vector. */
export type EntryDetail =
  /** A page fault of the physical processor's: its error code and CR2. */
  | { readonly kind: 'page fault'; readonly error: number; readonly address: number }
  | VmExit
  /** What was asked for, those of a multicall before it. */
  | { readonly kind: 'hypercalls'; readonly calls: readonly HypercallRecord[] }
  /** Guest address whose translation was needed, and how many instructions had to be translated for it: none, where it was there. */
  | { readonly kind: 'block'; readonly pc: number; readonly instructions: number }

/** One hypercall, done or refused; those of a multicall come before it. */
export interface HypercallRecord {
  readonly name: string
  /** EBX, ECX, EDX, ESI, EDI. */
  readonly args: readonly number[]
  readonly result: number
  /** Why it was refused. */
  readonly denial: string | null
}

/** What the processor itself says of a VM exit. */
export interface VmExit {
  readonly kind: 'vm exit'
  /** Basic exit reason (SDM 3D appendix C), its name here, and AMD's exit code for the same; null: AMD has none. */
  readonly reason: number
  readonly name: ExitName
  readonly amd: string | null
  readonly qualification: number
}
