import { type CostChoice, DEFAULT_PRESET } from '../../../protocol/costs.ts'
import type {
  MachineEvent, MachineEventKind, MachineId, MachineRequestName, MachineRequestParams, MachineRequestResults, MachineState, PauseReason, RunUntil, TechniqueName,
} from '../../../protocol/machine.ts'
import { Failure } from '../../base/failure.ts'
import { encodeUtf8 } from '../../base/bytes.ts'
import { costTable } from '../cpu/costs/presets.ts'
import { type Goal, goalOf } from '../history/goal.ts'
import { Recording } from '../history/recording.ts'
import { type CodeNames, disassembly } from '../inspect/code.ts'
import { cpuState } from '../inspect/cpu-state.ts'
import { deviceStates } from '../inspect/devices.ts'
import { eventOf } from '../inspect/events.ts'
import { marksOf } from '../inspect/marks.ts'
import { memoryBytes, walkOf } from '../inspect/memory.ts'
import { linearEip } from '../inspect/peek.ts'
import { stackRows } from '../inspect/stack.ts'
import { SymbolTable } from '../inspect/symbols.ts'
import { costSummary, costsAnswer } from './cost-answers.ts'
import { Guessing } from './guessing.ts'
import { actualRing, monitorAnswer, translationsAnswer, vmcsAnswer } from './monitor-answers.ts'
import type { MachineProgram } from './program.ts'

/** What is asked of a machine that exists. The other requests make one, or need none: see open-program.ts. */
export type DeskRequestName = Exclude<MachineRequestName, 'machine.open' | 'machine.present' | 'machine.assemble' | 'machine.open-guest' | 'machine.open-source' | 'machine.open-image' | 'machine.close' | 'machine.guests' | `classifier.${string}` | 'machine.branch' | `lockstep.${string}` | `scoreboard.${string}`>

/**
 * The serial line's text has changed: from byte `offset` on it is `bytes`, and nothing behind. Going back in time shortens it.
 */
export type SerialListener = (offset: number, bytes: Uint8Array) => void

type Handlers = { readonly [N in DeskRequestName]: (params: MachineRequestParams<N>) => MachineRequestResults[N] }

/** One slice: so many ticks, which a halted machine skips, and so much work, in instructions: 2 ms, or 15 ms where each instruction is looked at. */
const SLICE_TICKS = 2_000_000
const SLICE_WORK = 150_000
/** Rows in a state: code before pc and from it on, stack, and latest events. */
const CODE_BEFORE = 8
const CODE_FROM = 24
const STACK = 24
const RECENT = 50

/** Whoever moves on does not want to guess any more. */
const MOVING: ReadonlySet<DeskRequestName> = new Set(['machine.run', 'machine.back', 'machine.seek', 'machine.restart', 'machine.type', 'machine.key', 'machine.poke'])

/** One machine under the microscope: answers what the window asks, and runs in slices. */
export class MachineDesk {
  readonly #id: MachineId
  readonly #program: MachineProgram
  readonly #onSerial: SerialListener
  readonly #names: CodeNames
  #recording: Recording
  #goal: Goal | null = null
  #pause: PauseReason = 'start'
  readonly #guessing = new Guessing()
  /** What the run is priced by. */
  #costs: CostChoice
  /** Serial bytes that the listener has. */
  #told = 0

  constructor(id: MachineId, program: MachineProgram, onSerial: SerialListener) {
    this.#id = id
    this.#program = program
    this.#onSerial = onSerial
    this.#names = { symbols: new SymbolTable(program.symbols), lines: program.lines }
    this.#costs = program.config.costs ?? { preset: DEFAULT_PRESET }
    this.#recording = new Recording(program.config)
    if (program.inputs) this.#recording.adopt(program.inputs)
    if (program.tick) {
      this.#recording.run(program.tick)
      this.#tellSerial()
      this.#pause = program.inputs ? 'seek' : 'present'
    }
    if (this.#recording.machine.end) this.#pause = 'end'
  }

  /** The machine's own time since its start. */
  get seconds(): number {
    return this.#recording.tick / this.#recording.machine.ticksPerSecond
  }

  get running(): boolean {
    return this.#goal !== null
  }

  /** Throws a `Failure` that says why not. */
  request<N extends DeskRequestName>(name: N, params: MachineRequestParams<N>): MachineRequestResults[N] {
    if (MOVING.has(name)) this.#guessing.drop()
    return this.#handlers[name](params)
  }

  /** Goes on with what was asked to run, for some milliseconds; false: nothing is left to do before the next request. */
  slice(): boolean {
    if (!this.#goal) return false
    const goal = this.#goal
    const stop = this.#recording.within(SLICE_WORK, () => goal.advance(this.#recording.tick + SLICE_TICKS))
    this.#tellSerial()
    if (stop === 'more') return true
    if (stop !== 'waits') this.#stop(stop)
    return false
  }

  state(): MachineState {
    const { machine, tick, lastTick } = this.#recording
    const { cpu, ticksPerSecond, end } = machine
    return {
      machine: this.#id, title: this.#program.title, technique: this.#technique, vm: this.#program.vm ?? null, running: this.running, pause: this.running ? null : this.#pause, end,
      tick, lastTick: this.#guessing.ahead ? tick : lastTick, ticksPerSecond, instructions: cpu.instructions, iterations: cpu.iterations, cycles: cpu.timestamp, costs: costSummary(machine, this.#costs), cpu: cpuState(cpu),
      code: disassembly(cpu, this.#names, linearEip(cpu), CODE_BEFORE, CODE_FROM), stack: stackRows(cpu, this.#names.symbols, STACK), devices: deviceStates(machine),
      screen: machine.devices.screen.lines, eventCount: this.#known, recent: this.#latest(), actualRing: actualRing(machine), ahead: this.#guessing.ahead, predictions: this.#guessing.predictions,
    }
  }

  readonly #handlers: Handlers = {
    'machine.run': ({ until }) => this.#run(until),
    'machine.pause': () => this.#paused('asked'),
    'machine.back': ({ by }) => {
      if (by.kind === 'instruction') this.#recording.back(by.count ?? 1)
      else this.#recording.backToEvent(by.event ?? null)
      return this.#paused('seek')
    },
    'machine.seek': ({ tick }) => {
      this.#recording.seek(tick)
      return this.#paused('seek')
    },
    'machine.restart': () => {
      this.#recording = new Recording({ ...this.#program.config, costs: this.#costs })
      return this.#paused('start')
    },
    'machine.disassemble': ({ address, before, count }) => ({ rows: disassembly(this.#recording.machine.cpu, this.#names, address, before, count) }),
    'machine.memory': ({ space, address, length }) => memoryBytes(this.#recording.machine.cpu, space, address, length),
    'machine.walk': ({ address }) => walkOf(this.#recording.machine.cpu, address),
    'machine.events': ({ from, count, kinds }) => this.#events(from, count, kinds ? new Set(kinds) : null),
    'machine.monitor': () => monitorAnswer(this.#recording.machine),
    'machine.vmcs': () => vmcsAnswer(this.#recording.machine),
    'machine.translations': ({ around, count }) => translationsAnswer(this.#recording.machine, this.#names.symbols, around ?? null, count),
    'machine.costs': () => costsAnswer(this.#recording.machine, this.#costs),
    'machine.calibrate': ({ costs }) => {
      this.#recording.machine.costs = costTable(costs)
      this.#costs = costs
      return this.state()
    },
    'machine.ask': () => {
      this.#guessing.ask(this.#recording, this.#technique, null)
      return this.#paused('ahead')
    },
    'machine.reveal': ({ guess }) => {
      this.#guessing.reveal(this.#recording, guess, (after, upTo) => this.#between(after, upTo))
      return this.#paused(this.#recording.machine.end ? 'end' : 'done')
    },
    'machine.source': () => ({ source: this.#program.source }),
    'machine.marks': ({ buckets, kinds }) => ({ marks: marksOf(this.#recording.events, this.#known, this.#guessing.ahead ? this.#recording.tick : this.#recording.lastTick, buckets, kinds && new Set(kinds)) }),
    'machine.type': ({ text }) => {
      this.#recording.give({ kind: 'serial', bytes: [...encodeUtf8(text)] })
      return null
    },
    'machine.key': ({ code, down }) => {
      this.#recording.give({ kind: 'key', code, down })
      return null
    },
    'machine.poke': ({ place, value }) => {
      this.#recording.give({ kind: 'poke', place, value })
      return this.#paused('asked')
    },
    'machine.inputs': () => ({ tick: this.#recording.tick, inputs: this.#recording.inputs }),
  }

  #run(until: RunUntil): null {
    if (this.#recording.machine.end) throw new Failure('conflict', 'The machine has ended.', 'Step back, or start it again.')
    this.#goal = goalOf(this.#recording, until, this.#names.symbols)
    return null
  }

  /** Events from an index on, of some kinds or of all. */
  #events(from: number, most: number, kinds: ReadonlySet<MachineEventKind> | null): { readonly total: number; readonly events: MachineEvent[] } {
    const { events, machine } = this.#recording
    const found: MachineEvent[] = []
    for (let i = Math.max(from, events.first); i < this.#known && found.length < most; i++) {
      if (kinds === null || kinds.has(events.kind(i))) found.push(eventOf(events.get(i)!, machine, this.#names.symbols))
    }
    return { total: this.#known, events: found }
  }

  /** The latest events up to the present moment. */
  #latest(): MachineEvent[] {
    const { events, tick } = this.#recording
    const end = events.from(tick + 1)
    return this.#events(Math.max(0, end - RECENT), Math.min(RECENT, end - events.first), null).events
  }

  #between(after: number, upTo: number): MachineEvent[] {
    const { events } = this.#recording
    const from = events.from(after + 1)
    return this.#events(from, events.from(upTo + 1) - from, null).events
  }

  /** How much of the log may be told: what somebody is asked about may not. */
  get #known(): number {
    const { events, tick } = this.#recording
    return this.#guessing.ahead ? events.from(tick + 1) : events.total
  }

  get #technique(): TechniqueName {
    return this.#program.technique ?? 'native'
  }

  #stop(reason: PauseReason): void {
    if (reason === 'ahead' && !this.#guessing.ahead) this.#guessing.ask(this.#recording, this.#technique, this.#recording.tick + 1)
    this.#goal = null
    this.#pause = reason
  }

  #paused(reason: PauseReason): MachineState {
    this.#stop(reason)
    this.#tellSerial()
    return this.state()
  }

  #tellSerial(): void {
    const { serial } = this.#recording
    const from = Math.min(this.#told, serial.position)
    if (from === this.#told && serial.position === from) return
    this.#told = serial.position
    this.#onSerial(from, serial.since(from))
  }
}
