import type { CostChoice } from '../../../protocol/costs.ts'
import type { CpuidRecord } from '../cpu/cpuid.ts'
import type { MonitorPlan } from './executor.ts'

/** What a machine starts from. */
export type Boot =
  /** A kernel with a multiboot header: ELF32, or flat with load addresses in the header. */
  | { readonly kind: 'multiboot'; readonly image: Uint8Array; readonly commandLine?: string }
  /** The first sector of the primary master. */
  | { readonly kind: 'disk' }
  /** Bytes at a guest-physical address, in protected mode with flat segments; ESP is 0, if nothing else is said. */
  | { readonly kind: 'flat'; readonly image: Uint8Array; readonly address: number; readonly entry: number; readonly stack?: number }

export interface MachineConfig {
  /** 1 to 2047. */
  readonly memoryMiB: number
  /** How many ticks (instructions) make a second of the machine's time; 100 million if not said. */
  readonly ticksPerSecond?: number
  /** Images of primary master and slave; the machine works on copies. None if not said. */
  readonly disks?: readonly [Uint8Array | null, Uint8Array | null]
  /** Station address, six bytes, of a network card: NE2000 at port 0x300, line 9. None if not said. */
  readonly station?: Uint8Array
  /** What the clock shows at tick 0, in seconds since 1970; 2000-01-01 if not said. */
  readonly clockStart?: number
  /** What CPUID answers; the processor's own record if not said. */
  readonly cpuid?: CpuidRecord
  /** What things cost: the default preset, if not said. The time stamp counter goes by it. */
  readonly costs?: CostChoice
  readonly boot: Boot
  /** Bare metal, if not said. */
  readonly monitor?: MonitorPlan
}

/** Why a machine will not run on. */
export type MachineEnd =
  /** The guest said so, through the exit port; `code` is what it wrote. */
  | { readonly kind: 'exit'; readonly code: number }
  /** A fault while a double fault was delivered. */
  | { readonly kind: 'shutdown' }
  /** Halted, and nothing is left that could wake it. */
  | { readonly kind: 'dead' }
  /** It could not be started. */
  | { readonly kind: 'boot-failed'; readonly message: string }
