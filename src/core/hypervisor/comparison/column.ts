import type { Divergence, LockstepColumn } from '../../../protocol/comparison.ts'
import type { TechniqueName } from '../../../protocol/machine.ts'
import { encodeUtf8 } from '../../base/bytes.ts'
import type { Sha256Factory } from '../../base/hasher.ts'
import type { TimedInput } from '../../machine/history/inputs.ts'
import type { MachineProgram } from '../../machine/desk/program.ts'
import { Recording } from '../../machine/history/recording.ts'
import { type CodeNames, disassembly } from '../../machine/inspect/code.ts'
import { cpuState } from '../../machine/inspect/cpu-state.ts'
import { linearEip } from '../../machine/inspect/peek.ts'
import { SymbolTable } from '../../machine/inspect/symbols.ts'
import { endText } from './differences.ts'
import { guestHash } from './guest-state.ts'

/** One of the machines that are to be compared. */
export interface ColumnPlan {
  readonly technique: TechniqueName
  readonly program: MachineProgram
  /** Where the images differ, only what they print and how they end can be held against each other. */
  readonly compared: 'state' | 'output'
  /** What comes into it. */
  readonly inputs?: readonly TimedInput[]
}

/** Rows of code before pc and from it on. */
const CODE_BEFORE = 5
const CODE_FROM = 11
/** Bytes of output that are shown. */
const OUTPUT_SHOWN = 2000
/** Checkpoints close to each other: a first difference is looked for between two of them. */
const LIMITS = { interval: 1 << 17, count: 120, bytes: 96 << 20, events: 1 << 12 }

/** One machine of several that run side by side. */
export class Column {
  readonly plan: ColumnPlan
  readonly recording: Recording
  readonly names: CodeNames
  divergence: Divergence | null = null
  #hash: { readonly tick: number; readonly text: string } | null = null

  constructor(plan: ColumnPlan) {
    this.plan = plan
    this.names = { symbols: new SymbolTable(plan.program.symbols), lines: plan.program.lines }
    this.recording = new Recording(plan.program.config, LIMITS)
    if (plan.inputs) this.recording.adopt(plan.inputs)
    // Nobody looks at the events here, and without an observer ports are faster.
    this.recording.machine.cpu.observer = null
  }

  /** It will not go on by itself. */
  get finished(): boolean {
    const { machine, tick, lastTick } = this.recording
    return machine.end !== null || (tick >= lastTick && machine.waits)
  }

  /** Runs towards a tick, by at most so much work. True: it is there, or has finished. */
  runTowards(tick: number, work: number): boolean {
    const { recording } = this
    if (recording.tick < tick && !this.finished) recording.within(work, () => recording.run(tick))
    return recording.tick >= tick || this.finished
  }

  /** To a moment that was reached before, or its end if that is earlier. */
  seek(tick: number): void {
    if (this.recording.tick !== tick) this.recording.seek(tick)
  }

  /** Whether what it printed so far is, as far as both go, what another did. `from`: up to there it is known to be. */
  printsLike(other: Column, from: number): boolean {
    const [mine, its] = [this.recording.serial.since(from), other.recording.serial.since(from)]
    const length = Math.min(mine.length, its.length)
    return mine.subarray(0, length).every((byte, n) => byte === its[n])
  }

  /** Something comes in at this moment. */
  hasInputAt(tick: number): boolean {
    return this.plan.inputs?.some((input) => input.tick === tick) ?? false
  }

  state(factory: Sha256Factory): Omit<LockstepColumn, 'differs' | 'different' | 'equalEnd'> {
    const { machine, serial, tick } = this.recording
    const { cpu } = machine
    const output = serial.since(Math.max(0, serial.position - OUTPUT_SHOWN))
    return {
      technique: this.plan.technique, title: this.plan.program.title, compared: this.plan.compared, tick, moment: cpu.moment, end: machine.end, waits: machine.waits, cpu: cpuState(cpu),
      code: disassembly(cpu, this.names, linearEip(cpu), CODE_BEFORE, CODE_FROM), output: String.fromCharCode(...output), outputLength: serial.position,
      divergence: this.divergence, endHash: this.finished ? this.#endHash(factory) : null,
    }
  }

  #endHash(factory: Sha256Factory): string {
    const { machine, tick } = this.recording
    if (this.#hash?.tick === tick) return this.#hash.text
    const text = this.plan.compared === 'state' ? guestHash(machine, factory) : this.outputHash(factory)
    this.#hash = { tick, text }
    return text
  }

  /** Of what it printed, and how it ended. */
  outputHash(factory: Sha256Factory): string {
    const { machine, serial } = this.recording
    const stream = factory()
    stream.update(encodeUtf8(`${endText(machine.end)}\n`))
    stream.update(serial.since(0))
    return stream.hex()
  }
}
