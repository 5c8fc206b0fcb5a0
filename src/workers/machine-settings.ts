import type { MachineInputs } from '../protocol/comparison.ts'
import type { MachineId, TechniqueName, VmSeen } from '../protocol/machine.ts'
import type { VmMachine } from '../core/datacenter/vm-machine.ts'

/** `tick`: where it is now; `seen`: what its record says now. */
export interface VmSource { readonly kind: 'vm'; readonly title: string; readonly vm: VmMachine; readonly tick: number; readonly seen: VmSeen }

/** Another machine's program, and what came into it up to a moment. */
export interface BranchSource extends MachineInputs { readonly kind: 'branch'; readonly title: string; readonly of: MachineSource }

/** What a machine is made from. */
export type MachineSource =
  | VmSource
  | BranchSource
  | { readonly kind: 'guest'; readonly guest: string; readonly technique?: TechniqueName | undefined }
  | { readonly kind: 'source'; readonly source: string; readonly title?: string | undefined; readonly technique?: TechniqueName | undefined }
  | { readonly kind: 'image'; readonly name: string; readonly base64: string; readonly technique?: TechniqueName | undefined }

/** What a machine's thread is started with; without a machine it only assembles. */
export type MachineSettings =
  | { readonly machine: MachineId; readonly source: MachineSource }
  | { readonly machine: null; readonly source: null }
