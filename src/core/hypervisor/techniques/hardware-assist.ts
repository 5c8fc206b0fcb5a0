import type { Executor, MonitorPlan } from '../../machine/board/executor.ts'
import type { Cpu } from '../../machine/cpu/cpu.ts'
import { FAULT } from '../../machine/cpu/fault.ts'
import { deliverFault, interpret, lookAround, run, type Stop } from '../../machine/cpu/interpreter.ts'
import { interrupt } from '../../machine/cpu/interrupts.ts'
import { EIP, FAULT_ERROR, FAULT_VECTOR, FLAGS, HALTED, IF, INTR, NON_ROOT, SHADOW, START, VMX_MODE } from '../../machine/cpu/layout.ts'
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
import type { PhysicalMemory } from '../../machine/memory/physical-memory.ts'
import { Entries, type EntryCounts } from '../monitor/entries.ts'
import { giveState, showState, takeState } from './hardware-assist/guest-state.ts'
import { GuestObserver } from './hardware-assist/guest-observer.ts'
import { PRIMARY, startVmx, VMX_BYTES, withoutVmx } from './hardware-assist/start-vmx.ts'

type VmExitCounts = Readonly<Partial<Record<ExitName, number>>>

/** What the monitor does about an exit, where that is not just any other. */
const WORK: Readonly<Partial<Record<ExitName, MonitorEvent>>> = { io: 'portExit', externalInterrupt: 'interruptWork' }

interface Snapshot { readonly physical: ReturnType<Cpu['save']>; readonly exits: EntryCounts; readonly vmExits: VmExitCounts; readonly known: number; readonly log: ReturnType<VmcsLog['save']> }

/**
 * The processor helps (VT-x, AMD-V): the guest's kernel runs in ring 0, but in non-root operation, where the processor itself keeps the guest's state apart, and comes
 * to the monitor only for what the VMCS names: ports, `hlt`, `cpuid`, most MSRs, debug registers, devices' interrupts, and addresses that are no RAM of the guest's.
 * Those are then done on the virtual processor. Rings, tables, page tables, faults and system calls are the guest's own.
 */
export class HardwareAssist implements Executor {
  readonly #virtual: Cpu
  readonly #physical: Cpu
  readonly #observer: GuestObserver
  readonly #entries: Entries
  #vmExits: Partial<Record<ExitName, number>> = {}
  /** The line of the guest's interrupt controller, as the monitor knows it. */
  #known = 0

  constructor(virtual: Cpu, host: PhysicalMemory) {
    this.#virtual = virtual
    this.#entries = new Entries(virtual)
    this.#physical = startVmx(host, virtual.memory.size)
    this.#physical.costs = virtual.costs
    virtual.elsewhere = this.#entries.processor = this.#physical
    this.#observer = new GuestObserver(virtual, this.#physical)
  }

  get physical(): Cpu {
    return this.#physical
  }

  set onEntry(listener: Executor['onEntry']) {
    this.#entries.listener = listener
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

  save(): Snapshot {
    return { physical: this.#physical.save(), exits: this.#entries.save(), vmExits: { ...this.#vmExits }, known: this.#known }
  }

  load(snapshot: unknown): void {
    const { physical, exits, vmExits, known } = snapshot as Snapshot
    this.#physical.load(physical)
    this.#entries.load(exits)
    this.#vmExits = { ...vmExits }
    this.#known = known
  }

  get #isInside(): boolean {
    return this.#physical.s[VMX_MODE] === NON_ROOT
  }

  /** VM entry, with the interrupt that is due. False: the processor refuses the guest's state. */
  #enter(): boolean {
    const physical = this.#physical
    giveState(this.#virtual, physical)
    const vector = this.#prepareInterrupt()
    const result = launchState(physical) === CLEAR ? vmlaunch(physical) : vmresume(physical)
    if (result.kind === 'ok') return true
    if (result.kind !== 'entryFailure') throw new Error(`VM entry: ${result.kind === 'failValid' ? ERRORS[result.error] : result.kind}`)
    this.#note(exitInfo(physical))
    if (vector >= 0) this.#deliver(vector)
    return false
  }

  /** A device's interrupt: injected where the guest is open for it (its vector; else -1), and waited for by the interrupt window where not. */
  #prepareInterrupt(): number {
    const virtual = this.#virtual
    const physical = this.#physical
    const { s } = virtual
    const wanted = s[INTR] !== 0 && physical.s[INTR] === 0
    const open = (s[FLAGS]! & IF) !== 0 && s[SHADOW] === 0 && shadowOfInstruction(virtual) === 0
    const vector = wanted && open ? virtual.acknowledge() : -1
    writeField(physical, ENTRY_INTERRUPTION, vector >= 0 ? informationOf(EXTERNAL, vector, -1) : 0)
    writeField(physical, PRIMARY_CONTROLS, wanted && s[INTR] !== 0 && vector < 0 ? PRIMARY | INTERRUPT_WINDOW_EXITING : PRIMARY)
    return vector
  }

  /** The guest runs until it comes back, or until its share of time is over. */
  #runGuest(): Stop | null {
    const virtual = this.#virtual
    const physical = this.#physical
    this.#observer.attach()
    this.#entries.spend('guestEntry')
    const stop = run(physical, virtual.stopAt - virtual.moment)
    this.#observer.count()
    if (stop !== 'vm-exit') {
      showState(virtual, physical)
      return null
    }
    takeState(virtual, physical)
    // What the guest has changed in its tables, the virtual processor has not heard of.
    virtual.flushTlb()
    return this.#handle(exitInfo(physical))
  }

  #handle(exit: ExitInfo): Stop | null {
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

  /** The instruction that left the guest, on the virtual processor; or the event whose delivery did. */
  #emulate({ vectoring, vectoringErrorCode }: ExitInfo): Stop | null {
    const virtual = this.#virtual
    const { s, ring } = virtual
    const type = (vectoring & VALID) === 0 ? -1 : typeOf(vectoring)
    if (type === EXTERNAL) return this.#deliver(vectoring & 0xff)
    if (type === HARDWARE_EXCEPTION) {
      s[FAULT_VECTOR] = vectoring & 0xff
      s[FAULT_ERROR] = (vectoring & ERROR_CODE_VALID) === 0 ? -1 : vectoringErrorCode
      return deliverFault(virtual) ? null : 'shutdown'
    }
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
    tlb.follower = { flush: () => physical.flushTlb(), flushPage: () => physical.flushTlb() }
    const result = interpret(virtual)
    tlb.follower = null
    return result === 'shutdown' ? 'shutdown' : null
  }

  /** A guest whose state no VM entry takes goes on here, an instruction at a time. */
  #interpret(): Stop | null {
    const virtual = this.#virtual
    this.#physical.setInterrupt(false)
    const stop = lookAround(virtual)
    if (stop || virtual.moment >= virtual.stopAt) return stop
    virtual.observer?.each?.()
    if (virtual.moment >= virtual.stopAt) return null
    this.#entries.spend('interpret')
    return this.#one()
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

  #note({ name, reason, qualification }: ExitInfo): void {
    const kind = name === 'externalInterrupt' || name === 'interruptWindow' ? 'interrupt' : 'emulated'
    this.#vmExits[name] = (this.#vmExits[name] ?? 0) + 1
    this.#entries.arrived()
    this.#entries.spend('guestExit')
    this.#entries.spend('exitReads')
    this.#entries.spend(WORK[name] ?? 'otherExit')
    this.#entries.note(kind, -1, { kind: 'vm exit', reason, name, amd: AMD_EXIT[name], qualification })
  }
}

interface HardwareAssistPlan extends MonitorPlan { make(cpu: Cpu, host: PhysicalMemory): HardwareAssist }

/** A monitor by VMX: VT-x's names, with AMD-V's beside them in what it reports. */
export const hardwareAssist = (): HardwareAssistPlan => ({
  hostBytes: (guestBytes) => guestBytes + VMX_BYTES,
  make: (cpu, host) => new HardwareAssist(cpu, host),
})
