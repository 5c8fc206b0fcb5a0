import type { Cpu } from '../../../machine/cpu/cpu.ts'
import { gpa } from '../../../machine/memory/addresses.ts'
import type { PhysicalMemory } from '../../../machine/memory/physical-memory.ts'
import { Deprivileged } from '../../monitor/deprivileged.ts'
import { GDT_OFFSET, HOST_INTERRUPT, IDT_OFFSET } from '../../monitor/layout.ts'
import { HYPERCALL_VECTOR, RING1_CODE, RING1_DATA } from './abi.ts'

const FIRST_FREE_VECTOR = 32
const BREAKPOINT = 3
const OVERFLOW = 4
const VECTORS = 256
const DPL_SHIFT = 13
/** Flat segments of ring 1 that end at the fence. */
const FLAT_LOW = 0xfbff | 0
const FLAT_CODE = 0xcf_bb00
const FLAT_DATA = 0xcf_b300

/** The guest on the physical processor: its kernel in ring 1, its programs in ring 3. Hypercalls have a gate for ring 1, `int n` one for ring 3. */
export class GuestRun extends Deprivileged {
  readonly #host: PhysicalMemory
  readonly #gdt: number

  /** @param base host-physical address of the monitor's own pages. */
  constructor(virtual: Cpu, host: PhysicalMemory, base: number) {
    super(virtual, host, base, 1)
    this.#host = host
    this.#gdt = base + GDT_OFFSET
    const open = (vector: number, ring: number): void => {
      const at = gpa(base + IDT_OFFSET + vector * 8 + 4)
      host.write(at, host.read(at, 4) | (ring << DPL_SHIFT), 4)
    }
    for (let vector = FIRST_FREE_VECTOR; vector < VECTORS; vector++) if (vector !== HOST_INTERRUPT) open(vector, vector === HYPERCALL_VECTOR ? 1 : 3)
    open(BREAKPOINT, 3)
    open(OVERFLOW, 3)
    this.#put(RING1_CODE & ~7, FLAT_LOW, FLAT_CODE)
    this.#put(RING1_DATA & ~7, FLAT_LOW, FLAT_DATA)
  }

  /** The processor's table shows these descriptors of the guest's, and no others. @param words two for each. */
  showDescriptors(words: readonly number[], before: number): void {
    for (let i = 0; i < Math.max(words.length, before * 2); i += 2) this.#put(i * 4, words[i] ?? 0, words[i + 1] ?? 0)
  }

  #put(at: number, low: number, high: number): void {
    this.#host.write(gpa(this.#gdt + at), low, 4)
    this.#host.write(gpa(this.#gdt + at + 4), high, 4)
  }
}
