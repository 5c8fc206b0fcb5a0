import type { EntryDetail } from '../../machine/board/monitor-entry.ts'
import type { Cpu } from '../../machine/cpu/cpu.ts'
import { DB, PAGE_FAULT } from '../../machine/cpu/fault.ts'
import { deliverFault } from '../../machine/cpu/interpreter.ts'
import { CPL, CR2, CR3, DR0, EIP, FAULT_ERROR, FAULT_VECTOR, GDT_BASE, GDT_LIMIT, LDTR, START } from '../../machine/cpu/layout.ts'
import { PRESENT } from '../../machine/cpu/segments.ts'
import type { PhysicalMemory } from '../../machine/memory/physical-memory.ts'
import { ShadowDescriptors } from '../cpu/shadow-descriptors.ts'
import type { GuestTranslation, ShadowFault, ShadowKind } from '../memory/guest-translation.ts'
import { makeTranslation } from '../memory/make-translation.ts'
import { besideMonitor } from '../memory/shadow-place.ts'
import { Deprivileged } from './deprivileged.ts'
import { emulate } from './emulate.ts'
import type { Entries } from './entries.ts'
import { GDT_OFFSET, LDT_OFFSET, SHADOW_LDT } from './layout.ts'

/** BS of DR6. */
const SINGLE_STEP = 0x4000
/** W of a page fault's error code. */
const WRITE = 2
const LDT_BYTES = 0x1_0000

interface DirectExecutionSnapshot {
  readonly physical: ReturnType<Cpu['save']>
  readonly translation: unknown
  readonly globals: readonly number[]
  readonly locals: readonly number[]
}

/**
 * A guest's code on the physical processor, deprivileged: what trap and emulate does with all of it, and other techniques with its programs. Whatever the
 * hardware raises brings the processor into the monitor's ring 0; what is to be done then follows from the guest's own processor and tables.
 */
export class DirectExecution {
  readonly physical: Cpu
  readonly translation: GuestTranslation
  readonly #virtual: Cpu
  readonly #processor: Deprivileged
  readonly #globals: ShadowDescriptors
  readonly #locals: ShadowDescriptors
  /** Page, kind of access and moment of the latest hidden fault. */
  #mapped = ''
  readonly #entries: Entries

  /** @param kernelRing where the guest's ring 0 runs. */
  constructor(virtual: Cpu, host: PhysicalMemory, kernelRing: 1 | 3, entries: Entries, memory: ShadowKind) {
    const base = virtual.memory.size
    this.#virtual = virtual
    this.#entries = entries
    this.#processor = new Deprivileged(virtual, host, base, kernelRing)
    this.physical = entries.processor = this.#processor.physical
    this.translation = makeTranslation(memory, virtual, this.physical, besideMonitor(base, kernelRing))
    const stop = (): void => this.physical.stopBy(this.physical.moment)
    this.#globals = new ShadowDescriptors(host, base + GDT_OFFSET, SHADOW_LDT, kernelRing, stop)
    this.#locals = new ShadowDescriptors(host, base + LDT_OFFSET, LDT_BYTES, kernelRing, stop)
    const forget = (): void => {
      this.#globals.forget()
      this.#locals.forget()
    }
    virtual.tlb.follower = {
      flush: () => { this.translation.flush(); forget() },
      flushPage: (linear) => { this.translation.flushPage(linear); forget() },
    }
  }

  /** Runs the guest in protected mode for at most so many instructions. Answers the vector that ended it, or null; its state is back in the virtual processor. */
  execute(most: number): number | null {
    this.#syncTables()
    this.translation.enter(this.#virtual.s[CPL] === 3)
    this.useTables()
    const vector = this.#processor.execute(most)
    if (vector === 'shutdown') throw new Error('The host is down: a guest has reached what is the monitor\'s.')
    return vector
  }

  /** Does what the hardware raised a vector for: the instruction itself, on the virtual processor, or the delivery of what is the guest's own. False: a triple fault. */
  handle(vector: number): boolean {
    // The debug trap belongs to the instruction before it.
    this.#entries.arrived(vector === DB ? 0 : 1)
    this.#entries.spend('resume')
    if (vector === DB && this.#wasSingleStep()) return this.#singleStepped()
    let traced = false
    if (vector === PAGE_FAULT) {
      const fault = this.#pageFault()
      traced = fault === 'traced'
      this.#entries.spend('tableWalk')
      if (fault === 'hidden' || fault === 'true') this.#entries.note(fault === 'hidden' ? 'hidden fault' : 'reflected', vector, this.#detail(vector))
      if (fault === 'hidden' || fault === 'true') this.#entries.spend(fault === 'hidden' ? 'shadowFill' : 'reflect')
      if (fault === 'hidden') return true
      if (fault === 'true') return deliverFault(this.#virtual)
    }
    const detail = this.#detail(vector)
    const before = this.#virtual.instructions
    const result = emulate(this.#virtual, this.#entries, 'emulate')
    this.#entries.note(this.#virtual.instructions === before ? 'reflected' : traced ? 'traced write' : 'emulated', vector, detail)
    return result !== 'shutdown'
  }

  /** The physical processor translates by the guest's tables as they are shown. */
  useTables(): void {
    this.physical.s[CR3] = this.translation.root
  }

  /** Something else ran on the physical processor: it gets all of the guest's segments the next time. */
  forgetSegments(): void {
    this.#processor.worlds.reset()
  }

  save(): DirectExecutionSnapshot {
    return { physical: this.#processor.save(), translation: this.translation.save(), globals: this.#globals.save(), locals: this.#locals.save() }
  }

  load({ physical, translation, globals, locals }: DirectExecutionSnapshot): void {
    this.#processor.load(physical)
    this.translation.load(translation)
    this.#globals.load(globals)
    this.#locals.load(locals)
  }

  #detail(vector: number): EntryDetail | null {
    const { s } = this.physical
    return vector === PAGE_FAULT && this.#entries.onEntry ? { kind: 'page fault', error: s[FAULT_ERROR]!, address: s[CR2]! >>> 0 } : null
  }

  /** What is mapped and faults again before the next instruction is not to be reached this way. */
  #pageFault(): ShadowFault {
    const { s } = this.physical
    const write = (s[FAULT_ERROR]! & WRITE) !== 0
    const here = `${s[CR2]! >>> 12} ${write} ${this.#virtual.instructions}`
    const again = here === this.#mapped
    const fault = this.translation.fault(s[CR2]!, write, this.#virtual.s[CPL] === 3)
    this.#mapped = fault === 'hidden' ? here : ''
    return fault === 'hidden' && again ? 'emulate' : fault
  }

  /** DR6 tells. False: it was `int1`, which asks no gate whether it may; it is taken back, for the guest's processor to do it. */
  #wasSingleStep(): boolean {
    const { s } = this.#virtual
    const p = this.physical.s
    const stepped = (p[DR0 + 6]! & SINGLE_STEP) !== 0
    p[DR0 + 6] = 0
    if (stepped) return true
    this.#virtual.instructions--
    s[EIP] = s[START] = (s[EIP]! - 1) | 0
    return false
  }

  #singleStepped(): boolean {
    const { s } = this.#virtual
    this.#entries.spend('reflect')
    this.#entries.note('reflected', DB)
    s[START] = s[EIP]!
    s[FAULT_VECTOR] = DB
    s[FAULT_ERROR] = -1
    s[DR0 + 6]! |= SINGLE_STEP
    return deliverFault(this.#virtual)
  }

  /** The shadow tables show the guest's as they are now. */
  #syncTables(): void {
    const virtual = this.#virtual
    const { s, rights, bases, limits } = virtual
    const local = (rights[LDTR]! & PRESENT) !== 0
    this.#globals.sync(virtual, s[GDT_BASE]!, s[GDT_LIMIT]!)
    this.#locals.sync(virtual, bases[LDTR]!, local ? limits[LDTR]! : -1)
    this.#processor.worlds.giveLocalTable()
  }
}
