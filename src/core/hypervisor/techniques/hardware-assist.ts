import type { VmcsAnswer } from '../../../protocol/monitor.ts'
import type { MemoryTechniqueName } from '../../../protocol/techniques.ts'
import type { Executor, MonitorPlan, MonitorView } from '../../machine/board/executor.ts'
import type { EntryReason } from '../../machine/board/monitor-entry.ts'
import type { MonitorEvent } from '../../machine/cpu/costs/counters.ts'
import type { Cpu } from '../../machine/cpu/cpu.ts'
import { FAULT, PAGE_FAULT } from '../../machine/cpu/fault.ts'
import { deliverFault, interpret, lookAround, run, type Stop } from '../../machine/cpu/interpreter.ts'
import { interrupt } from '../../machine/cpu/interrupts.ts'
import { CR0, CR0_PE, EIP, FAULT_ERROR, FAULT_VECTOR, FLAGS, HALTED, IF, INTR, NON_ROOT, RF, SHADOW, START, VMX_MODE } from '../../machine/cpu/layout.ts'
import { INTERRUPT_WINDOW_EXITING } from '../../machine/cpu/vmx/capabilities.ts'
import { ERROR_CODE_VALID, EXTERNAL, HARDWARE_EXCEPTION, typeOf, VALID } from '../../machine/cpu/vmx/check-controls.ts'
import { ENTRY_INTERRUPTION, PRIMARY_CONTROLS } from '../../machine/cpu/vmx/encodings.ts'
import { vmlaunch, vmresume } from '../../machine/cpu/vmx/entry.ts'
import { type ExitInfo, exitInfo } from '../../machine/cpu/vmx/exit-info.ts'
import { informationOf } from '../../machine/cpu/vmx/inject.ts'
import { AMD_EXIT, type ExitName } from '../../machine/cpu/vmx/reasons.ts'
import { ERRORS } from '../../machine/cpu/vmx/result.ts'
import { shadowOfInstruction } from '../../machine/cpu/vmx/state.ts'
import { CLEAR, launchState, writeField } from '../../machine/cpu/vmx/vmcs.ts'
import { cpuState } from '../../machine/inspect/cpu-state.ts'
import type { PhysicalMemory } from '../../machine/memory/physical-memory.ts'
import type { ShadowFault } from '../memory/guest-translation.ts'
import { makeTranslation } from '../memory/make-translation.ts'
import { Entries, type EntryCounts } from '../monitor/entries.ts'
import { giveState, showState, takeState } from './hardware-assist/guest-state.ts'
import { GuestObserver } from './hardware-assist/guest-observer.ts'
import { ShadowMemory } from './hardware-assist/shadow-memory.ts'
import { assistance, besideVmx, startVmx, vmxBytes, withoutVmx } from './hardware-assist/start-vmx.ts'
import { VmcsLog } from './hardware-assist/vmcs-log.ts'

type VmExitCounts = Readonly<Partial<Record<ExitName, number>>>

/** What the monitor does about an exit, where that is not just any other. */
const WORK: Readonly<Partial<Record<ExitName, MonitorEvent>>> = { io: 'portExit', externalInterrupt: 'interruptWork' }
const REASONS: Readonly<Partial<Record<ExitName, EntryReason>>> = { externalInterrupt: 'interrupt', interruptWindow: 'interrupt' }
/** The same for page faults. */
const FAULTS: Readonly<Record<ShadowFault, readonly [EntryReason, readonly MonitorEvent[]]>> = {
  hidden: ['hidden fault', ['tableWalk', 'shadowFill']], true: ['reflected', ['shadowReflect']], traced: ['traced write', ['shadowStore']], emulate: ['emulated', ['otherExit']],
}

interface Snapshot { readonly physical: ReturnType<Cpu['save']>; readonly exits: EntryCounts; readonly vmExits: VmExitCounts; readonly known: number; readonly shadow: ReturnType<ShadowMemory['save']> | null; readonly log: ReturnType<VmcsLog['save']> }

/**
 * The processor helps (VT-x, AMD-V): the guest's kernel runs in ring 0, but in non-root operation, where the processor itself keeps the guest's state apart, and comes
 * to the monitor only for what the VMCS names: ports, `hlt`, `cpuid`, most MSRs, debug registers, devices' interrupts, and addresses that are no RAM of the guest's.
 * Those are then done on the virtual processor. Rings, tables, page tables, faults and system calls are the guest's own.
 */
export class HardwareAssist implements Executor {
  readonly #virtual: Cpu
  readonly #physical: Cpu
  readonly #observer: GuestObserver
  readonly #assistance: ReturnType<typeof assistance>
  /** Null: the processor translates the guest's addresses by a second table. */
  readonly #shadow: ShadowMemory | null
  readonly #entries: Entries
  #vmExits: Partial<Record<ExitName, number>> = {}
  readonly #log = new VmcsLog()
  /** RF at the latest VM entry. */
  #resume = 0
  /** The line of the guest's interrupt controller, as the monitor knows it. */
  #known = 0

  constructor(virtual: Cpu, host: PhysicalMemory, memory: MemoryTechniqueName) {
    this.#virtual = virtual
    this.#entries = new Entries(virtual, 0)
    const shadow = memory !== 'nested'
    this.#physical = startVmx(host, virtual.memory.size, shadow)
    this.#physical.costs = virtual.costs
    virtual.elsewhere = this.#entries.processor = this.#physical
    this.#assistance = assistance(shadow)
    this.#observer = new GuestObserver(virtual, this.#physical, this.#assistance.owned)
    this.#shadow = shadow ? new ShadowMemory(virtual, this.#physical, makeTranslation(memory, virtual, this.#physical, besideVmx(virtual.memory.size))) : null
  }

  get physical(): Cpu {
    return this.#physical
  }

  set onEntry(listener: Executor['onEntry']) {
    this.#entries.onEntry = listener
  }

  set onArrival(listener: Executor['onArrival']) {
    this.#entries.onArrival = listener
  }

  /** Entries of the monitor so far. */
  get exits(): EntryCounts {
    return this.#entries.counts
  }

  /** The same by basic exit reason. */
  get vmExits(): VmExitCounts {
    return this.#vmExits
  }

  run(count: number): Stop {
    const virtual = this.#virtual
    const { s } = virtual
    virtual.cpuid = withoutVmx(virtual.cpuid)
    virtual.stopAt = virtual.moment + count
    // A device has interrupted while the guest ran: that is the host's interrupt, and ends in an exit.
    if (s[INTR] !== 0 && this.#known === 0) this.#physical.setInterrupt(true)
    this.#known = s[INTR]!
    while (virtual.moment < virtual.stopAt) {
      if (s[HALTED] !== 0 && (s[INTR] === 0 || (s[FLAGS]! & IF) === 0)) return 'halt'
      const stop = this.#isInside || this.#enter() ? this.#runGuest() : this.#interpret()
      this.#known = s[INTR]!
      if (stop) return stop
    }
    return s[HALTED] === 0 ? 'limit' : 'halt'
  }

  /** In non-root operation the guest has its own of everything, but for the bits that VMX operation fixes. */
  inspect(): MonitorView {
    const cpu = cpuState(this.#virtual)
    const { owned } = this.#assistance
    const actual = { how: 'non-root', cpu: { ...cpu, cr0: (cpu.cr0 | owned.cr0) >>> 0, cr3: this.#shadow?.translation.root ?? cpu.cr3, cr4: (cpu.cr4 | owned.cr4) >>> 0 } } as const
    return { actual, counts: Object.entries(this.#vmExits).map(([name, value]) => ({ name, value })), denials: [] }
  }

  vmcs(): VmcsAnswer {
    const hasLeft = Object.keys(this.#vmExits).length > 0
    const { reason, name, amd, qualification } = exitInfo(this.#physical)
    return { exit: hasLeft ? { number: reason, name, amd, qualification: qualification >>> 0 } : null, fields: this.#log.rows(this.#physical, hasLeft) }
  }

  save(): Snapshot {
    return { physical: this.#physical.save(), exits: this.#entries.save(), vmExits: { ...this.#vmExits }, known: this.#known, shadow: this.#shadow?.save() ?? null, log: this.#log.save() }
  }

  load(snapshot: unknown): void {
    const { physical, exits, vmExits, known, shadow, log } = snapshot as Snapshot
    this.#physical.load(physical)
    this.#entries.load(exits)
    this.#vmExits = { ...vmExits }
    this.#known = known
    if (shadow) this.#shadow?.load(shadow)
    this.#log.load(log)
  }

  get #isInside(): boolean {
    return this.#physical.s[VMX_MODE] === NON_ROOT
  }

  /** VM entry, with the interrupt that is due. False: the processor refuses the guest's state. */
  #enter(): boolean {
    const physical = this.#physical
    // Without a second table there is no real mode in a guest.
    if (this.#shadow && (this.#virtual.s[CR0]! & CR0_PE) === 0) return false
    giveState(this.#virtual, physical, this.#assistance.owned)
    const vector = this.#prepareInterrupt(this.#shadow?.prepare() ?? -1)
    // Who looks wants to see what an exit changed.
    if (this.#entries.onEntry) this.#log.enter(physical)
    const result = launchState(physical) === CLEAR ? vmlaunch(physical) : vmresume(physical)
    this.#entries.spend('guestEntry')
    if (result.kind === 'ok') {
      this.#shadow?.take()
      return true
    }
    if (result.kind !== 'entryFailure') throw new Error(`VM entry: ${result.kind === 'failValid' ? ERRORS[result.error] : result.kind}`)
    this.#note(exitInfo(physical))
    if (vector >= 0) this.#deliver(vector)
    return false
  }

  /**
   * A device's interrupt: injected where the guest is open for it (its vector; else -1), and waited for by the interrupt window where not.
   * @param fault error code of a page fault that goes before it; -1: none.
   */
  #prepareInterrupt(fault: number): number {
    const virtual = this.#virtual
    const physical = this.#physical
    const { s } = virtual
    const wanted = s[INTR] !== 0 && physical.s[INTR] === 0
    const open = (s[FLAGS]! & IF) !== 0 && s[SHADOW] === 0 && shadowOfInstruction(virtual) === 0
    const vector = wanted && open && fault < 0 ? virtual.acknowledge() : -1
    this.#resume = s[FLAGS]! & RF
    writeField(physical, ENTRY_INTERRUPTION, fault >= 0 ? informationOf(HARDWARE_EXCEPTION, PAGE_FAULT, fault) : vector >= 0 ? informationOf(EXTERNAL, vector, -1) : 0)
    const { primary } = this.#assistance
    writeField(physical, PRIMARY_CONTROLS, wanted && s[INTR] !== 0 && vector < 0 ? primary | INTERRUPT_WINDOW_EXITING : primary)
    return vector
  }

  /** The guest runs until it comes back, or until its share of time is over. */
  #runGuest(): Stop | null {
    const virtual = this.#virtual
    const physical = this.#physical
    this.#observer.attach()
    const stop = run(physical, virtual.stopAt - virtual.moment)
    this.#observer.count()
    if (stop !== 'vm-exit') {
      showState(virtual, physical, this.#assistance.owned)
      return null
    }
    takeState(virtual, physical, this.#assistance.owned)
    // What the guest has changed in its tables, the virtual processor has not heard of.
    virtual.flushTlb()
    return this.#handle(exitInfo(physical))
  }

  #handle(exit: ExitInfo): Stop | null {
    if (exit.name === 'exception') return this.#pageFault(exit, this.#shadow!)
    this.#note(exit)
    switch (exit.name) {
      case 'externalInterrupt':
        this.#physical.setInterrupt(false)
        return null
      case 'interruptWindow': return null
      case 'tripleFault': return 'shutdown'
      default: return this.#emulate(exit)
    }
  }

  /** A page fault, the only exception that exits: the guest goes on with what it missed, or with its own fault. */
  #pageFault(exit: ExitInfo, shadow: ShadowMemory): Stop | null {
    const { observer, ring, s } = this.#virtual
    const fault = shadow.fault(exit)
    // The exit shows RF as the fault's delivery would have pushed it; an instruction that has begun has none.
    s[FLAGS]! &= ~RF
    this.#note(exit, ...FAULTS[fault])
    const isDelivery = (exit.vectoring & VALID) !== 0
    // Who watches has seen the instruction begin: it is not begun again.
    const isSeen = ring !== null || observer?.each != null
    return isDelivery || fault === 'emulate' || fault === 'traced' || (fault === 'hidden' && isSeen) ? this.#emulate(exit) : null
  }

  /** The instruction that left the guest, on the virtual processor; or the event whose delivery did. */
  #emulate({ vectoring, vectoringErrorCode }: ExitInfo): Stop | null {
    const virtual = this.#virtual
    const { s, ring } = virtual
    const type = (vectoring & VALID) === 0 ? -1 : typeOf(vectoring)
    if (type === EXTERNAL) {
      // Between two instructions it is what it was.
      s[FLAGS] = (s[FLAGS]! & ~RF) | this.#resume
      return this.#deliver(vectoring & 0xff)
    }
    if (type === HARDWARE_EXCEPTION) return this.#reflect(vectoring & 0xff, (vectoring & ERROR_CODE_VALID) === 0 ? -1 : vectoringErrorCode)
    // A shadow that it began in ends with it.
    s[SHADOW] = 0
    // It was seen when it began.
    virtual.ring = null
    const stop = this.#one()
    virtual.ring = ring
    return stop
  }

  /** An instruction on the virtual processor. */
  #one(): Stop | null {
    const virtual = this.#virtual
    const { tlb } = virtual
    const physical = this.#physical
    // Whoever empties its translations means those of the guest's.
    tlb.follower = this.#shadow?.translation ?? { flush: () => physical.flushTlb(), flushPage: () => physical.flushTlb() }
    const result = interpret(virtual)
    tlb.follower = null
    return result === 'shutdown' ? 'shutdown' : null
  }

  /** A guest whose state no VM entry takes goes on here, an instruction at a time. */
  #interpret(): Stop | null {
    const virtual = this.#virtual
    const fault = this.#shadow?.take() ?? -1
    if (fault >= 0) return this.#reflect(PAGE_FAULT, fault)
    this.#physical.setInterrupt(false)
    const stop = lookAround(virtual)
    if (stop || virtual.moment >= virtual.stopAt) return stop
    virtual.observer?.each?.()
    if (virtual.moment >= virtual.stopAt) return null
    this.#entries.spend('interpret')
    return this.#one()
  }

  /** A fault of the guest's own by way of the virtual processor. */
  #reflect(vector: number, error: number): Stop | null {
    const { s } = this.#virtual
    s[START] = s[EIP]!
    s[FAULT_VECTOR] = vector
    s[FAULT_ERROR] = error
    return deliverFault(this.#virtual) ? null : 'shutdown'
  }

  /** A device's interrupt by way of the virtual processor. */
  #deliver(vector: number): Stop | null {
    const virtual = this.#virtual
    virtual.s[HALTED] = 0
    virtual.s[START] = virtual.s[EIP]!
    try {
      interrupt(virtual, vector, -1, 'interrupt', false)
      virtual.deliveries++
      return null
    } catch (thrown) {
      if (thrown !== FAULT) throw thrown
      return deliverFault(virtual) ? null : 'shutdown'
    }
  }

  #note({ name, reason, qualification }: ExitInfo, kind: EntryReason = REASONS[name] ?? 'emulated', work: readonly MonitorEvent[] = [WORK[name] ?? 'otherExit']): void {
    if (this.#entries.onEntry) this.#log.leave(this.#physical)
    this.#vmExits[name] = (this.#vmExits[name] ?? 0) + 1
    this.#entries.arrived()
    this.#entries.spend('guestExit')
    this.#entries.spend('exitReads')
    for (const one of work) this.#entries.spend(one)
    this.#entries.note(kind, -1, { kind: 'vm exit', reason, name, amd: AMD_EXIT[name], qualification })
  }
}

export interface HardwareAssistOptions { readonly memory?: MemoryTechniqueName }

interface HardwareAssistPlan extends MonitorPlan { make(cpu: Cpu, host: PhysicalMemory): HardwareAssist }

/** A monitor by VMX: VT-x's names, with AMD-V's beside them in what it reports. */
export const hardwareAssist = ({ memory = 'nested' }: HardwareAssistOptions = {}): HardwareAssistPlan => ({
  hostBytes: (guestBytes) => guestBytes + vmxBytes(memory !== 'nested'),
  make: (cpu, host) => new HardwareAssist(cpu, host, memory),
})
