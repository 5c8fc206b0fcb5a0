import type { MachineEventKind } from '../../../protocol/machine.ts'
import type { Machine } from '../board/machine.ts'
import { BASES, CPL, CR2, CS, EIP, START } from '../cpu/layout.ts'
import type { CpuObserver } from '../cpu/observer.ts'
import { peekLinear } from '../inspect/peek.ts'
import type { EntryDetail, MonitorEntry } from '../board/monitor-entry.ts'
import { CONTROL_NAMES, type EventLog, type MonitorDetail, type RecordedEvent } from './event-log.ts'

/** Vectors of the debug trap and the page fault. */
const DB = 1
const PAGE_FAULT = 14
const LONGEST_INSTRUCTION = 15
const NO_CODE = new Uint8Array()
const WITHOUT_CODE: ReadonlySet<MachineEventKind> = new Set(['interrupt', 'inject'])
const BASE = { number: -1, error: -1, target: 0, value: 0, before: 0, detail: null }

type Details = Partial<Pick<RecordedEvent, 'number' | 'error' | 'target' | 'value' | 'before' | 'detail'>>
type Unnumbered = Omit<RecordedEvent, 'index'>

/** Where the guest was left, and what happened to it until the monitor knew what it had been entered for. */
interface Arrival { readonly tick: number; readonly code: Uint8Array; readonly linear: number; readonly isDone: boolean; readonly since: Unnumbered[] }

/** Watches a machine's processor and writes down what happens, while it is told to. */
export class Recorder implements CpuObserver {
  /** Off while a past that is known is run again. */
  recording = true
  each: (() => void) | null = null
  /** Is told every event, whether it is recorded or not. `ahead`: 1 where the step that it belongs to is not done with what happens now. */
  onEvent: ((kind: MachineEventKind, ahead: 0 | 1) => void) | null = null
  /** Is told every entry of the monitor. */
  onEntry: ((entry: MonitorEntry) => void) | null = null
  readonly #machine: Machine
  readonly #log: EventLog | null
  #arrival: Arrival | null = null
  /** The moment behind the step in which the guest was left last. */
  #stepTick = 0
  readonly #isVirtualized: boolean

  /** @param log null: events are only told. */
  constructor(machine: Machine, log: EventLog | null) {
    this.#machine = machine
    this.#log = log
    const { executor } = machine
    this.#isVirtualized = machine.memory !== machine.host
    executor.onArrival = (ahead, eip) => this.#arrived(ahead, eip)
    executor.onEntry = (entry) => {
      this.#entered(entry)
      this.onEntry?.(entry)
    }
  }

  delivered(cause: 'fault' | 'interrupt' | 'software', vector: number, error: number, fromCpl: number): void {
    const { s } = this.#machine.cpu
    const kind = cause === 'software' ? 'gate' : cause
    // Devices interrupt the host; what the guest takes, the monitor has given to it.
    if (kind === 'interrupt' && this.#isVirtualized) this.#add('inject', fromCpl, { number: vector })
    const details = { number: vector, error, target: s[EIP]!, value: cause === 'fault' && vector === PAGE_FAULT ? s[CR2]! : 0 }
    // A fault's delivery is already counted when it is told; the trap after a single step counts as part of the instruction before.
    this.#add(kind, fromCpl, details, cause === 'fault' && !this.#isIcebp(vector) ? 0 : 1)
  }

  returned(fromCpl: number): void {
    this.#add('return', fromCpl, { target: this.#machine.cpu.s[EIP]! })
  }

  gate(fromCpl: number): void {
    this.#add('gate', fromCpl, { target: this.#machine.cpu.s[EIP]! })
  }

  port(write: boolean, port: number, size: number, value: number): void {
    this.#add('io', this.#cpl, { number: port, value, before: write ? size : -size })
  }

  control(name: (typeof CONTROL_NAMES)[number], before: number, after: number): void {
    this.#add('control', this.#cpl, { number: CONTROL_NAMES.indexOf(name), value: after, before })
  }

  halted(): void {
    this.#add('halt', this.#cpl, {})
  }

  /** The machine has come to its end; told by whoever runs it. */
  ended(): void {
    this.#add('end', this.#cpl, {}, 0)
  }

  get #cpl(): number {
    return this.#machine.cpu.s[CPL]!
  }

  /** `int1` is a debug trap, too, but an instruction that is still to be counted. */
  #isIcebp(vector: number): boolean {
    return vector === DB && this.#code()[0] === 0xf1
  }

  #code(eip = this.#machine.cpu.s[START]!): Uint8Array {
    const { cpu } = this.#machine
    return peekLinear(cpu, (eip + cpu.s[BASES + CS]!) >>> 0, LONGEST_INSTRUCTION) ?? NO_CODE
  }

  /** `ahead`: 1 where the step that it belongs to is still to be counted. */
  #add(kind: MachineEventKind, fromCpl: number, details: Details, ahead: 0 | 1 = 1): void {
    const { cpu, tick } = this.#machine
    const { s } = cpu
    if (this.recording && this.#log) {
      const event = { ...BASE, ...details, tick: tick + (this.#arrival?.isDone ? 0 : ahead), kind, eip: s[START]!, linear: s[START]! + s[BASES + CS]!, fromCpl, toCpl: s[CPL]!, code: WITHOUT_CODE.has(kind) ? NO_CODE : this.#code() }
      if (this.#arrival) this.#arrival.since.push(event)
      else this.#log.add(event)
    }
    this.onEvent?.(kind, 0)
  }

  /** The guest has been left: what now happens to it happens behind this. */
  #arrived(ahead: 0 | 1, eip: number): void {
    const { cpu, tick } = this.#machine
    this.#settle()
    this.#stepTick = tick + ahead
    if (this.recording && this.#log) this.#arrival = { tick: tick + ahead, code: this.#code(eip), linear: cpu.s[BASES + CS]!, isDone: ahead === 0, since: [] }
  }

  /** It is known why. */
  #entered({ reason, eip, ring, vector, detail }: MonitorEntry): void {
    const [kind, details] = told(reason, detail)
    const arrival = this.#arrival
    if (arrival && this.#log) {
      const fault = detail?.kind === 'page fault' ? { error: detail.error, value: detail.address | 0 } : null
      const { tick, code, linear } = arrival
      for (const one of details) this.#log.add({ ...BASE, ...fault, tick, kind, eip, linear: eip + linear, fromCpl: ring, toCpl: 0, number: vector, code: reason === 'interrupt' ? NO_CODE : code, detail: one })
    }
    this.#settle()
    if (details.length > 0) this.onEvent?.(kind, this.#machine.tick < this.#stepTick ? 1 : 0)
  }

  /** What waited for the reason is written down. */
  #settle(): void {
    const since = this.#arrival?.since ?? []
    this.#arrival = null
    for (const event of since) this.#log?.add(event)
  }
}

const IRET = { name: 'iret', args: [], result: 0, denial: null }

/** The events that are made of one entry: one, or one for each hypercall of a batch. */
function told(reason: MonitorEntry['reason'], detail: EntryDetail | null): readonly [MachineEventKind, readonly MonitorDetail[]] {
  switch (detail?.kind) {
    case 'vm exit': return ['exit', [detail]]
    case 'hypercalls': return ['hypercall', (detail.calls.length > 0 ? detail.calls : [IRET]).map((call) => ({ kind: 'hypercall', ...call }))]
    case 'block': return ['translate', [{ ...detail }]]
    default: return ['trap', reason === 'hypercall' || reason === 'translated' ? [] : [{ kind: 'trap', reason }]]
  }
}
