import type { Cpu } from '../../../machine/cpu/cpu.ts'
import { CR0, CR0_PE, CR0_PG, CR0_WP, CR3 } from '../../../machine/cpu/layout.ts'
import { PRESENT, WRITABLE } from '../../../machine/cpu/paging.ts'
import { gpa } from '../../../machine/memory/addresses.ts'
import { PAGE_SIZE } from '../../../machine/memory/physical-memory.ts'
import { MONITOR_LINEAR, OWN_BYTES } from '../../monitor/layout.ts'
import { MONITOR_SLOT } from './frames.ts'

/**
 * Direct paging: the processor walks the guest's own tables. Nothing is shadowed, hence no page fault is hidden; what keeps the guest in is that every
 * table was validated before, and that all of them are read-only for it. One entry of each directory is the monitor's.
 */
export class DirectPaging {
  /** What the monitor's entry of every directory holds. */
  readonly monitorEntry: number
  readonly #virtual: Cpu
  readonly #physical: Cpu

  /** @param base host-physical address of the monitor's own pages. */
  constructor(virtual: Cpu, physical: Cpu, base: number) {
    this.#virtual = virtual
    this.#physical = physical
    const table = base + OWN_BYTES
    this.monitorEntry = table | PRESENT | WRITABLE
    for (let offset = 0; offset < OWN_BYTES; offset += PAGE_SIZE) physical.memory.write(gpa(table + ((offset >>> 12) << 2)), (base + offset) | PRESENT | WRITABLE, 4)
    virtual.tlb.follower = this
  }

  /** Both processors walk this directory from now on. @param directory guest-physical. */
  use(directory: number): void {
    const { s } = this.#virtual
    const before = s[CR3]!
    // An unchecked guest does not lose it either: without it the processor could not arrive in the monitor.
    this.#virtual.memory.write(gpa(directory + MONITOR_SLOT * 4), this.monitorEntry, 4)
    s[CR0] = s[CR0]! | CR0_PG | CR0_WP | CR0_PE
    s[CR3] = directory | 0
    this.#physical.s[CR3] = directory | 0
    this.#virtual.flushTlb()
    this.#virtual.observer?.control('cr3', before, directory)
  }

  flush(): void {
    this.#physical.flushTlb()
  }

  flushPage(linear: number): void {
    if (linear >>> 0 < MONITOR_LINEAR) this.#physical.tlb.flushPage(linear)
  }
}
