import type { Executor, MonitorPlan } from '../../machine/board/executor.ts'
import type { Cpu } from '../../machine/cpu/cpu.ts'
import { DB, PAGE_FAULT } from '../../machine/cpu/fault.ts'
import { deliverFault, interpret, lookAround, run, type Stop } from '../../machine/cpu/interpreter.ts'
import {
  ATTENTION, CPL, CR0, CR0_PE, CR2, DR0, EIP, FAULT_ERROR, FAULT_VECTOR, GDT_BASE, GDT_LIMIT, HALTED, INTR, LDTR, START,
} from '../../machine/cpu/layout.ts'
import { PRESENT } from '../../machine/cpu/segments.ts'
import type { PhysicalMemory } from '../../machine/memory/physical-memory.ts'
import { makeHostCpu } from '../cpu/host-cpu.ts'
import { ShadowDescriptors } from '../cpu/shadow-descriptors.ts'
import { WorldSwitch } from '../cpu/world-switch.ts'
import type { GuestTranslation } from '../memory/guest-translation.ts'
import { VirtualTlb } from '../memory/virtual-tlb.ts'
import { type ExitCounts, type MonitorExit, noExits, type ExitReason } from '../monitor/exit.ts'
import { GDT_OFFSET, HOST_INTERRUPT, LDT_OFFSET, MONITOR_BYTES, OWN_BYTES, SHADOW_LDT } from '../monitor/layout.ts'

/** BS of DR6. */
const SINGLE_STEP = 0x4000
/** W of a page fault's error code. */
const WRITE = 2

export interface TrapAndEmulateOptions {
  /** Ring in which the guest's kernel runs: 1, apart from its programs, or 3, together with them. */
  readonly kernelRing: 1 | 3
  /** Is told every entry of the monitor. */
  readonly onExit?: (exit: MonitorExit) => void
}

/**
 * The classical monitor (Popek and Goldberg 1974): the guest runs deprivileged, and whatever traps is done for it on its virtual processor. That is enough where every
 * sensitive instruction traps. On this processor seventeen do not: they show and do what is true of the physical processor, not of the guest's.
 */
export class TrapAndEmulate implements Executor {
  readonly physical: Cpu
  readonly #virtual: Cpu
  readonly #worlds: WorldSwitch
  readonly #translation: GuestTranslation
  readonly #globals: ShadowDescriptors
  readonly #locals: ShadowDescriptors
  readonly #onExit: ((exit: MonitorExit) => void) | undefined
  #exits = noExits()

  constructor(virtual: Cpu, host: PhysicalMemory, { kernelRing, onExit }: TrapAndEmulateOptions) {
    const base = virtual.memory.size
    this.#virtual = virtual
    this.physical = makeHostCpu(host, base, base + OWN_BYTES)
    this.physical.cpuid = virtual.cpuid
    this.#translation = new VirtualTlb(virtual, this.physical, base)
    this.#worlds = new WorldSwitch(virtual, this.physical, base, kernelRing)
    this.#globals = new ShadowDescriptors(host, base + GDT_OFFSET, SHADOW_LDT, kernelRing)
    this.#locals = new ShadowDescriptors(host, base + LDT_OFFSET, 0x1_0000, kernelRing)
    this.#onExit = onExit
    // Whoever arrives in ring 0 has come to the monitor.
    const arrived = (): void => this.physical.stopBy(this.physical.moment)
    const nothing = (): void => undefined
    this.physical.observer = { delivered: arrived, returned: nothing, gate: nothing, port: nothing, control: nothing, halted: nothing }
  }

  get exits(): ExitCounts {
    return this.#exits
  }

  run(count: number): Stop {
    const virtual = this.#virtual
    virtual.stopAt = virtual.moment + count
    while (virtual.moment < virtual.stopAt) {
      const waited = virtual.s[ATTENTION] !== 0
      if (waited) {
        if (virtual.s[INTR] !== 0) this.#note('interrupt', HOST_INTERRUPT)
        const stop = lookAround(virtual)
        if (stop) return stop
        if (virtual.moment >= virtual.stopAt) break
      }
      const alone = virtual.s[ATTENTION] !== 0
      if (!this.#step(alone ? 1 : virtual.stopAt - virtual.moment)) return 'shutdown'
    }
    return virtual.s[HALTED] === 0 ? 'limit' : 'halt'
  }

  save(): unknown {
    return { physical: this.physical.save(), translation: this.#translation.save(), globals: this.#globals.save(), locals: this.#locals.save(), exits: { ...this.#exits } }
  }

  load(snapshot: unknown): void {
    const { physical, translation, globals, locals, exits } = snapshot as { physical: ReturnType<Cpu['save']>; translation: unknown; globals: readonly number[]; locals: readonly number[]; exits: ExitCounts }
    this.physical.load(physical)
    this.#translation.load(translation)
    this.#globals.load(globals)
    this.#locals.load(locals)
    this.#worlds.reset()
    this.#exits = { ...exits }
  }

  /** The guest runs until it comes back, or for so many instructions; false: its processor shut down. */
  #step(most: number): boolean {
    const virtual = this.#virtual
    // There are no rings before protected mode.
    if ((virtual.s[CR0]! & CR0_PE) === 0) return interpret(virtual) !== 'shutdown'
    this.#syncTables()
    this.#worlds.enter()
    const { physical } = this
    const before = physical.instructions
    const cycles = physical.cycles
    run(physical, most)
    virtual.instructions += physical.instructions - before
    virtual.cycles += physical.cycles - cycles
    const vector = this.#worlds.leave()
    return vector === null || this.#handle(vector)
  }

  /** What brought the guest here; false: its processor shut down. */
  #handle(vector: number): boolean {
    const { s } = this.#virtual
    if (vector === DB) return this.#singleStepped()
    if (vector === PAGE_FAULT) {
      const linear = this.physical.s[CR2]!
      const fault = this.#translation.fault(linear, (this.physical.s[FAULT_ERROR]! & WRITE) !== 0, s[CPL] === 3)
      if (fault === 'hidden') {
        this.#note('hidden fault', vector)
        return true
      }
      if (fault === 'true') {
        this.#note('reflected', vector)
        return deliverFault(this.#virtual)
      }
    }
    const before = this.#virtual.instructions
    const result = interpret(this.#virtual)
    this.#note(this.#virtual.instructions > before ? 'emulated' : 'reflected', vector)
    return result !== 'shutdown'
  }

  #singleStepped(): boolean {
    const { s } = this.#virtual
    this.#note('reflected', DB)
    s[START] = s[EIP]!
    s[FAULT_VECTOR] = DB
    s[FAULT_ERROR] = -1
    s[DR0 + 6]! |= SINGLE_STEP
    return deliverFault(this.#virtual)
  }

  /** The shadow tables show the guest's; the pages in which those lie are traced. */
  #syncTables(): void {
    const virtual = this.#virtual
    const { s, rights, bases, limits } = virtual
    const local = (rights[LDTR]! & PRESENT) !== 0
    this.#globals.sync(virtual, s[GDT_BASE]!, s[GDT_LIMIT]!)
    this.#locals.sync(virtual, bases[LDTR]!, local ? limits[LDTR]! : -1)
    this.#worlds.giveLocalTable()
  }

  #note(reason: ExitReason, vector: number): void {
    this.#exits[reason]++
    this.#onExit?.({ reason, vector, eip: this.#virtual.s[START]! >>> 0, cpl: this.#virtual.s[CPL]! })
  }
}

export const trapAndEmulate = (options: TrapAndEmulateOptions): MonitorPlan => ({
  hostBytes: (guestBytes) => guestBytes + MONITOR_BYTES,
  make: (cpu, host) => new TrapAndEmulate(cpu, host, options),
})

