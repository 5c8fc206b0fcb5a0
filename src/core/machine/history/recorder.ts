import type { MachineEventKind } from '../../../protocol/machine.ts'
import type { Machine } from '../board/machine.ts'
import { BASES, CPL, CR2, CS, EIP, START } from '../cpu/layout.ts'
import type { CpuObserver } from '../cpu/observer.ts'
import { peekLinear } from '../inspect/peek.ts'
import { CONTROL_NAMES, type EventLog, type RecordedEvent } from './event-log.ts'

/** Vectors of the debug trap and the page fault. */
const DB = 1
const PAGE_FAULT = 14
const LONGEST_INSTRUCTION = 15
const NO_CODE = new Uint8Array()

type Details = Partial<Pick<RecordedEvent, 'number' | 'error' | 'target' | 'value' | 'before'>>

/** Watches a machine's processor and writes down what happens, while it is told to. */
export class Recorder implements CpuObserver {
  /** Off while a past that is known is run again. */
  recording = true
  each: (() => void) | null = null
  /** Is told every event, whether it is recorded or not. */
  onEvent: ((kind: MachineEventKind) => void) | null = null
  readonly #machine: Machine
  readonly #log: EventLog | null

  /** @param log null: events are only told. */
  constructor(machine: Machine, log: EventLog | null) {
    this.#machine = machine
    this.#log = log
  }

  delivered(cause: 'fault' | 'interrupt' | 'software', vector: number, error: number, fromCpl: number): void {
    const { s } = this.#machine.cpu
    const kind = cause === 'software' ? 'gate' : cause
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

  #code(): Uint8Array {
    const { cpu } = this.#machine
    return peekLinear(cpu, (cpu.s[START]! + cpu.s[BASES + CS]!) >>> 0, LONGEST_INSTRUCTION) ?? NO_CODE
  }

  /** `ahead`: 1 where the step that it belongs to is still to be counted. */
  #add(kind: MachineEventKind, fromCpl: number, details: Details, ahead: 0 | 1 = 1): void {
    const { cpu, tick } = this.#machine
    const { s } = cpu
    if (this.recording && this.#log) {
      const base = { number: -1, error: -1, target: 0, value: 0, before: 0 }
      this.#log.add({ ...base, ...details, tick: tick + ahead, kind, eip: s[START]!, linear: s[START]! + s[BASES + CS]!, fromCpl, toCpl: s[CPL]!, code: kind === 'interrupt' ? NO_CODE : this.#code() })
    }
    this.onEvent?.(kind)
  }
}
