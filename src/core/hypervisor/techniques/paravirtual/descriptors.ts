import type { Cpu } from '../../../machine/cpu/cpu.ts'
import { FAULT } from '../../../machine/cpu/fault.ts'
import { GDT_BASE, GDT_LIMIT } from '../../../machine/cpu/layout.ts'
import { walk } from '../../../machine/cpu/paging.ts'
import { ACCESSED, baseOf, CODE_OR_DATA, dplOf, limitOf, PRESENT } from '../../../machine/cpu/segments.ts'
import { gpa } from '../../../machine/memory/addresses.ts'
import { PAGE_SIZE } from '../../../machine/memory/physical-memory.ts'
import { fenced } from '../../cpu/shadow-descriptors.ts'
import { ERROR } from './abi.ts'
import type { Frames } from './frames.ts'
import type { GuestMemory } from './guest-memory.ts'
import { hex, refuse } from './refusal.ts'

/** Descriptors of one page; Xen takes 14 pages. */
const MOST = PAGE_SIZE / 8
const GRANULAR = 0x80_0000
const LIMIT_HIGH = 0xf_0000

/** A descriptor as the monitor lets it stand. */
interface Descriptor { readonly low: number; readonly high: number }

/** The guest's descriptor table: one page that the guest cannot write to as long as it is in use. */
export class GuestDescriptors {
  readonly #cpu: Cpu
  readonly #guest: GuestMemory
  readonly #frames: Frames
  readonly #checked: boolean
  /** Takes the descriptors over into the processor's own table. */
  readonly #show: (words: readonly number[], before: number) => void
  /** Null: none yet. */
  #frame: number | null = null

  constructor(cpu: Cpu, guest: GuestMemory, frames: Frames, checked: boolean, show: (words: readonly number[], before: number) => void) {
    this.#show = show
    this.#cpu = cpu
    this.#guest = guest
    this.#frames = frames
    this.#checked = checked
  }

  /** @param list pointer to the number of the table's frame, which the guest's tables must show at its own address. @param entries descriptors in it. */
  set(list: number, entries: number): number {
    if (entries >>> 0 < 1 || entries >>> 0 > MOST) refuse(ERROR.invalid, `a table of ${entries >>> 0} descriptors; the most is ${MOST}`)
    const frame = this.#guest.read(list) >>> 0
    if (frame >= this.#cpu.memory.size >>> 12) refuse(ERROR.notPermitted, `frame ${hex(frame)} is not the guest's`)
    if (!this.#isShown(frame)) refuse(ERROR.invalid, `frame ${hex(frame)} is not mapped at its own address`)
    const base = frame * PAGE_SIZE
    const checked = Array.from({ length: entries }, (_, i) => this.#check(i, this.#word(base + i * 8), this.#word(base + i * 8 + 4)))
    if (this.#checked) this.#frames.get(frame, 'descriptors')
    if (this.#checked && this.#frame !== null) this.#frames.put(this.#frame)
    this.#frame = frame
    checked.forEach(({ low, high }, i) => {
      this.#cpu.memory.write(gpa(base + i * 8), low, 4)
      this.#cpu.memory.write(gpa(base + i * 8 + 4), high, 4)
    })
    this.#show(checked.flatMap(({ low, high }) => [low, high]), (this.#cpu.s[GDT_LIMIT]! + 1) / 8)
    this.#cpu.s[GDT_BASE] = base | 0
    this.#cpu.s[GDT_LIMIT] = entries * 8 - 1
    return 0
  }

  save(): number | null {
    return this.#frame
  }

  load(frame: number | null): void {
    this.#frame = frame
    if (frame !== null && this.#checked) this.#frames.get(frame, 'descriptors')
  }

  /** Refuses ring 0 and gates; ends segments in front of the fence, and marks them accessed, so that no processor has to write here. */
  #check(index: number, low: number, high: number): Descriptor {
    if ((high & PRESENT) === 0) return { low, high }
    if ((high & CODE_OR_DATA) === 0) refuse(ERROR.notPermitted, `descriptor ${index} is a gate or a system segment`)
    if (dplOf(high) === 0) refuse(ERROR.notPermitted, `descriptor ${index} is of ring 0`)
    const limit = fenced(baseOf(low, high), limitOf(low, high), high)
    if (limit === null) refuse(ERROR.notPermitted, `descriptor ${index} begins behind the fence, or expands down`)
    const shown = (high & GRANULAR) === 0 ? limit : limit >>> 12
    return { low: (low & ~0xffff) | (shown & 0xffff), high: (high & ~LIMIT_HIGH) | (shown & LIMIT_HIGH) | ACCESSED }
  }

  #isShown(frame: number): boolean {
    try {
      return walk(this.#cpu, frame * PAGE_SIZE, false, false) === frame * PAGE_SIZE
    } catch (error) {
      if (error !== FAULT) throw error
      return false
    }
  }

  #word(at: number): number {
    return this.#cpu.memory.read(gpa(at), 4)
  }
}
