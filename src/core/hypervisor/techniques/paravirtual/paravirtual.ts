import type { Denial } from '../../../../protocol/monitor.ts'
import type { Boot } from '../../../machine/board/config.ts'
import type { Executor, MonitorPlan, MonitorView } from '../../../machine/board/executor.ts'
import type { HypercallRecord } from '../../../machine/board/monitor-entry.ts'
import type { Cpu } from '../../../machine/cpu/cpu.ts'
import { DB, GP, PAGE_FAULT } from '../../../machine/cpu/fault.ts'
import type { Stop } from '../../../machine/cpu/interpreter.ts'
import { ATTENTION, CPL, CR2, CR3, DR0, EIP, FAULT_ERROR, GDT_BASE, GDT_LIMIT, HALTED, IDT_LIMIT, INTR, SHADOW, START } from '../../../machine/cpu/layout.ts'
import { PAGE_SIZE, type PhysicalMemory } from '../../../machine/memory/physical-memory.ts'
import { deprivilegedState } from '../../cpu/actual-state.ts'
import { Entries, type EntryCounts } from '../../monitor/entries.ts'
import { HOST_INTERRUPT, OWN_BYTES } from '../../monitor/layout.ts'
import { ERROR, HYPERCALL_VECTOR } from './abi.ts'
import { Crossings } from './crossings.ts'
import { GuestDescriptors } from './descriptors.ts'
import { DirectPaging } from './direct-paging.ts'
import { Dom0 } from './dom0.ts'
import { EventChannels } from './events.ts'
import { Frames } from './frames.ts'
import { GuestMemory } from './guest-memory.ts'
import { GuestRun } from './guest-run.ts'
import { Hypercalls } from './hypercalls.ts'
import { MmuCalls } from './mmu-calls.ts'
import { Refusal } from './refusal.ts'
import { buildTables, enterRing1, fillHypercallPage, isInRing0, type Note, readNote } from './start-of-day.ts'

export interface ParavirtualOptions {
  /** Is told every hypercall and how it ended, but for `iret`; where something is refused without one, its name is `domain` or `event`. */
  readonly onHypercall?: (record: HypercallRecord) => void
  /** Leaves the validation of page tables out: what a hypervisor with that hole would be. */
  readonly unchecked?: boolean
}

const MOST_DENIALS = 256
const SINGLE_STEP = 0x4000
const FIRST_FREE_VECTOR = 32
const BREAKPOINT = 3
const OVERFLOW = 4
/** Vectors that push an error code. */
const WITH_ERROR: ReadonlySet<number> = new Set([8, 10, 11, 12, 13, 14, 17])

interface Snapshot {
  readonly run: ReturnType<GuestRun['save']>
  readonly pinned: Frames['pinned']
  readonly descriptors: number | null
  readonly crossings: ReturnType<Crossings['save']>
  readonly events: ReturnType<EventChannels['save']>
  readonly dom0: ReturnType<Dom0['save']>
  readonly look: boolean
  readonly exits: EntryCounts
  readonly updates: number
  readonly denials: readonly Denial[]
}

/**
 * A monitor in the manner of Xen (Barham et al. 2003): the guest's kernel knows that it runs in ring 1, and asks for what it may not do itself. Nothing is emulated
 * and nothing is translated; what counts is that every request is looked at.
 */
export class Paravirtual implements Executor {
  readonly #virtual: Cpu
  readonly #options: ParavirtualOptions
  readonly #run: GuestRun
  readonly #frames: Frames
  readonly #paging: DirectPaging
  readonly #descriptors: GuestDescriptors
  readonly #crossings: Crossings
  readonly #events: EventChannels
  readonly #dom0: Dom0
  readonly #mmu: MmuCalls
  readonly #hypercalls: Hypercalls
  #note: Note = { hypercallPage: 0, sharedInfo: 0, blockRing: 0 }
  /** The monitor was entered, so that the guest may be told of events. */
  #look = false
  readonly #entries: Entries
  #denials: readonly Denial[] = []
  /** Of the present entry. */
  #calls: HypercallRecord[] = []

  constructor(virtual: Cpu, host: PhysicalMemory, options: ParavirtualOptions) {
    const base = virtual.memory.size
    const checked = !options.unchecked
    this.#virtual = virtual
    this.#options = options
    this.#entries = new Entries(virtual, 1)
    const run = this.#run = new GuestRun(virtual, host, base)
    this.#entries.processor = run.physical
    const paging = this.#paging = new DirectPaging(virtual, run.physical, base)
    const frames = this.#frames = new Frames(virtual.memory, paging.monitorEntry)
    const guest = new GuestMemory(virtual)
    const events = this.#events = new EventChannels(virtual)
    const crossings = this.#crossings = new Crossings(virtual, guest, events)
    const descriptors = this.#descriptors = new GuestDescriptors(virtual, guest, frames, checked, (words, before) => run.showDescriptors(words, before))
    const mmu = this.#mmu = new MmuCalls(virtual, guest, frames, paging, checked)
    const dom0 = this.#dom0 = new Dom0(virtual, events, frames, checked, (problem) => this.#deny('event', problem.message, -problem.code))
    this.#hypercalls = new Hypercalls({ cpu: virtual, physical: run.physical, guest, mmu, descriptors, crossings, events, dom0 }, (record) => this.#recorded(record))
  }

  get physical(): Cpu {
    return this.#run.physical
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

  get denials(): readonly Denial[] {
    return this.#denials
  }

  /** Entries of page tables that were changed on request so far. */
  get updates(): number {
    return this.#mmu.updates
  }

  begin(boot: Boot): void {
    const virtual = this.#virtual
    const { hypercallPage, sharedInfo, blockRing } = this.#note = readNote(boot, virtual.memory.size)
    fillHypercallPage(virtual, hypercallPage)
    const directory = buildTables(virtual)
    enterRing1(virtual, directory)
    virtual.s[GDT_BASE] = 0
    virtual.s[GDT_LIMIT] = virtual.s[IDT_LIMIT] = -1
    this.#events.begin(sharedInfo)
    this.#dom0.begin(blockRing)
    if (!this.#options.unchecked) this.#frames.pin(directory / PAGE_SIZE, 'directory')
    this.#paging.use(directory)
    this.#holdPages()
  }

  run(count: number): Stop {
    const virtual = this.#virtual
    const { s } = virtual
    virtual.stopAt = virtual.moment + count
    while (virtual.moment < virtual.stopAt) {
      if (s[INTR] !== 0) this.#hostInterrupt()
      s[ATTENTION] = 0
      const shadow = s[SHADOW] !== 0
      s[SHADOW] = 0
      if (this.#look && !shadow) {
        if (!this.#tellEvents()) return 'shutdown'
        if (virtual.moment >= virtual.stopAt) break
      }
      if (s[HALTED] !== 0) return 'halt'
      const { ring, observer } = virtual
      ring?.take()
      observer?.each?.()
      if (virtual.moment >= virtual.stopAt) break
      // Who looks at each instruction gets each alone.
      const alone = shadow || ring !== null || observer?.each
      const vector = this.#run.execute(alone ? 1 : virtual.stopAt - virtual.moment)
      if (vector === 'shutdown') return this.#crash('and the host with it')
      if (isInRing0(virtual)) return this.#crash('it replaced the page that shows its descriptor table')
      if (vector !== null && !this.#handle(vector)) return 'shutdown'
    }
    return s[HALTED] === 0 ? 'limit' : 'halt'
  }

  inspect(): MonitorView {
    const counts = [...this.#entries.list(), { name: 'updates', value: this.updates }]
    return { actual: { how: 'direct', cpu: deprivilegedState(this.#virtual, this.#run.physical, 1) }, counts, denials: this.#denials }
  }

  save(): Snapshot {
    return {
      run: this.#run.save(), pinned: this.#frames.pinned, descriptors: this.#descriptors.save(), crossings: this.#crossings.save(), events: this.#events.save(),
      dom0: this.#dom0.save(), look: this.#look, exits: this.#entries.save(), updates: this.#mmu.updates, denials: this.#denials,
    }
  }

  load(snapshot: unknown): void {
    const { run, pinned, descriptors, crossings, events, dom0, look, exits, updates, denials } = snapshot as Snapshot
    this.#run.load(run)
    this.#frames.reload(pinned)
    this.#holdPages()
    this.#descriptors.load(descriptors)
    this.#crossings.load(crossings)
    this.#events.load(events)
    this.#dom0.load(dom0)
    this.#look = look
    this.#entries.load(exits)
    this.#mmu.updates = updates
    this.#denials = denials
  }

  /** What is in use as long as the guest runs: the directory in CR3, and the pages that the monitor writes to. */
  #holdPages(): void {
    if (this.#options.unchecked) return
    this.#frames.get(this.#virtual.s[CR3]! >>> 12, 'directory')
    for (const page of [this.#note.sharedInfo, this.#note.blockRing]) this.#frames.get(page >>> 12, 'writable')
  }

  #hostInterrupt(): void {
    this.#look = true
    this.#entries.arrived()
    this.#entries.note('interrupt', HOST_INTERRUPT)
    this.#entries.spend('hostInterrupt')
    this.#entries.spend('interruptWork')
    this.#entries.spend('resume')
    this.#dom0.interrupt(this.#virtual.acknowledge())
    this.#events.showTime(this.#dom0.timer.now, this.#virtual.timestamp)
  }

  /** False: events are pending, and the guest cannot be told. */
  #tellEvents(): boolean {
    const virtual = this.#virtual
    this.#look = false
    if (!this.#events.pending || this.#events.masked) return true
    virtual.s[HALTED] = 0
    virtual.s[START] = virtual.s[EIP]!
    this.#entries.spend('reflect')
    const told = this.#crossings.upcall(HYPERCALL_VECTOR)
    virtual.deliveries++
    return told || this.#crash('it cannot take an upcall') !== 'shutdown'
  }

  /** Whatever brought the physical processor into the monitor; false: the guest cannot go on. */
  #handle(vector: number): boolean {
    if (vector === HYPERCALL_VECTOR) return this.#hypercall()
    const { s } = this.#run.physical
    const software = vector >= FIRST_FREE_VECTOR || vector === BREAKPOINT || vector === OVERFLOW
    this.#look = true
    this.#entries.arrived(software || vector === DB ? 0 : 1, software ? s[START]! : undefined)
    this.#entries.spend('resume')
    this.#entries.spend(software ? 'reflectCall' : 'reflect')
    if (software) {
      const goesOn = this.#softwareInterrupt(vector)
      this.#entries.note('reflected', vector)
      return goesOn
    }
    this.#entries.note('reflected', vector, vector === PAGE_FAULT ? { kind: 'page fault', error: s[FAULT_ERROR]!, address: s[CR2]! >>> 0 } : null)
    const virtual = this.#virtual
    if (vector === DB) virtual.s[DR0 + 6]! |= SINGLE_STEP
    else virtual.deliveries++
    if (vector === PAGE_FAULT) this.#events.cr2 = virtual.s[CR2] = s[CR2]!
    return this.#reflect('fault', vector, WITH_ERROR.has(vector) ? s[FAULT_ERROR]! : -1)
  }

  #hypercall(): boolean {
    this.#look = true
    this.#entries.arrived(0, this.#run.physical.s[START])
    this.#calls = []
    try {
      this.#hypercalls.call()
      return true
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return this.#crash(error.message) !== 'shutdown'
    } finally {
      this.#entries.spend('resume')
      this.#entries.spend('hypercall')
      this.#entries.spent('tableUpdate', this.#mmu.updates)
      this.#entries.note('hypercall', HYPERCALL_VECTOR, { kind: 'hypercalls', calls: this.#calls })
    }
  }

  /** Through the guest's own trap table, if its program may; as the processor does it with gates. */
  #softwareInterrupt(vector: number): boolean {
    const virtual = this.#virtual
    const trap = this.#crossings.trapAt(vector)
    if (trap && virtual.s[CPL]! <= trap.ring) {
      virtual.s[START] = this.#run.physical.s[START]!
      return this.#reflect('software', vector, -1)
    }
    // The instruction has not happened.
    virtual.s[EIP] = virtual.s[START] = this.#run.physical.s[START]!
    virtual.instructions--
    virtual.deliveries++
    return this.#reflect('fault', GP, vector * 8 + 2)
  }

  #reflect(cause: 'fault' | 'software', vector: number, error: number): boolean {
    return this.#crossings.reflect(cause, vector, error) || this.#crash(`it cannot take exception ${vector}`) !== 'shutdown'
  }

  #recorded(record: HypercallRecord): void {
    if (record.denial !== null) this.#log(record.name, record.denial)
    this.#calls.push(record)
    this.#options.onHypercall?.(record)
  }

  #deny(name: string, reason: string, result: number): void {
    this.#recorded({ name, args: [], result, denial: reason })
  }

  #log(name: string, reason: string): void {
    this.#denials = [...this.#denials, { name, reason, eip: this.#virtual.s[START]! >>> 0 }].slice(-MOST_DENIALS)
  }

  /** The guest cannot go on: its domain ends, nothing else does. */
  #crash(reason: string): 'shutdown' {
    this.#deny('domain', `the domain crashed: ${reason}`, -ERROR.fault)
    return 'shutdown'
  }
}

export const paravirtual = (options: ParavirtualOptions = {}): MonitorPlan => ({
  hostBytes: (guestBytes) => guestBytes + OWN_BYTES + PAGE_SIZE,
  make: (cpu, host) => new Paravirtual(cpu, host, options),
})
