import { gpa } from '../../machine/memory/addresses.ts'
import { PAGE_SIZE, type PhysicalMemory } from '../../machine/memory/physical-memory.ts'
import { MONITOR_LINEAR, OWN_BYTES, TABLE_FRAMES } from '../monitor/layout.ts'

const PRESENT = 1
const WRITABLE = 2

/** Where shadow tables lie, and beside whom. */
export interface ShadowPlace {
  /** Host-physical address of the frames for tables, and how many there are. */
  readonly at: number
  readonly frames: number
  /** Host-physical address of the monitor's own pages, which are then mapped at the end of every address space; null: they are elsewhere. */
  readonly monitor: number | null
  /** A kernel that runs in ring 3 must reach its own pages there: tables are the kernel's then, or its programs', but not both. */
  readonly split: boolean
}

/** Beside a deprivileged guest. @param base host-physical address of the monitor's own pages. @param kernelRing where the guest's ring 0 runs. */
export const besideMonitor = (base: number, kernelRing: 1 | 3): ShadowPlace => ({ at: base + OWN_BYTES, frames: TABLE_FRAMES, monitor: base, split: kernelRing === 3 })

/** Number of the directory's last entry, the monitor's. */
export const MONITOR_SLOT = MONITOR_LINEAR >>> 22

/** Fills a table with the monitor's own pages, the supervisor's alone. Answers what a directory's last entry must be. */
export function mapMonitor(host: PhysicalMemory, table: number, monitor: number): number {
  for (let offset = 0; offset < OWN_BYTES; offset += PAGE_SIZE) host.write(gpa(table + ((offset >>> 12) << 2)), (monitor + offset) | PRESENT | WRITABLE, 4)
  return table | PRESENT | WRITABLE
}
