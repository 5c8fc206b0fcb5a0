import type {
  MachineEvent, MachineId, MachineRequestName, MachineRequestParams, MachineRequestResults, MachineState, PauseReason, RunUntil,
} from '../../../protocol/machine.ts'
import { Failure } from '../../base/failure.ts'
import { encodeUtf8 } from '../../base/bytes.ts'
import { type Goal, goalOf } from '../history/goal.ts'
import { Recording } from '../history/recording.ts'
import { cpuState } from '../inspect/cpu-state.ts'
import { SymbolTable } from '../inspect/symbols.ts'
import type { MachineProgram } from './program.ts'

/** What is asked of a machine that exists. The other requests make one, or need none: see open-program.ts. */
export type DeskRequestName = Exclude<MachineRequestName, 'machine.open' | 'machine.assemble' | 'machine.open-guest' | 'machine.open-source' | 'machine.open-image' | 'machine.close' | 'machine.guests'>

/**
 * The serial line's text has changed: from byte `offset` on it is `bytes`, and nothing behind. Going back in time shortens it.
 */
export type SerialListener = (offset: number, bytes: Uint8Array) => void

type Handlers = { readonly [N in DeskRequestName]: (params: MachineRequestParams<N>) => MachineRequestResults[N] }

/** Ticks of one slice. */
const SLICE_TICKS = 200_000

/** One machine under the microscope: answers what the window asks, and runs in slices. */
export class MachineDesk {
  readonly #id: MachineId
  readonly #program: MachineProgram
  readonly #onSerial: SerialListener
  readonly #symbols: SymbolTable
  #recording: Recording
  #goal: Goal | null = null
  #pause: PauseReason = 'start'
  /** Serial bytes that the listener has. */
  #told = 0

  constructor(id: MachineId, program: MachineProgram, onSerial: SerialListener) {
    this.#id = id
    this.#program = program
    this.#onSerial = onSerial
    this.#symbols = new SymbolTable(program.symbols)
    this.#recording = new Recording(program.config)
  }

  get running(): boolean {
    return this.#goal !== null
  }

  /** Throws a `Failure` that says why not. */
  request<N extends DeskRequestName>(name: N, params: MachineRequestParams<N>): MachineRequestResults[N] {
    return this.#handlers[name](params)
  }

  /** Goes on with what was asked to run, for some milliseconds; false: nothing is left to do before the next request. */
  slice(): boolean {
    if (!this.#goal) return false
    const stop = this.#goal.advance(this.#recording.tick + SLICE_TICKS)
    this.#tellSerial()
    if (stop === 'more') return true
    if (stop !== 'waits') this.#stop(stop)
    return false
  }

  state(): MachineState {
    const { machine, tick, lastTick, events } = this.#recording
    const { cpu, ticksPerSecond, end } = machine
    return {
      machine: this.#id, title: this.#program.title, running: this.running, pause: this.running ? null : this.#pause, end,
      tick, lastTick, ticksPerSecond, instructions: cpu.instructions, iterations: cpu.iterations, cycles: cpu.cycles, cpu: cpuState(cpu),
      code: [], stack: [], devices: [], screen: machine.devices.screen.lines, eventCount: events.total, recent: [],
    }
  }

  readonly #handlers: Handlers = {
    'machine.run': ({ until }) => this.#run(until),
    'machine.pause': () => this.#paused('asked'),
    'machine.back': ({ by }) => {
      if (by.kind === 'instruction') this.#recording.back(by.count ?? 1)
      return this.#paused('seek')
    },
    'machine.seek': ({ tick }) => {
      this.#recording.seek(tick)
      return this.#paused('seek')
    },
    'machine.restart': () => {
      this.#recording = new Recording(this.#program.config)
      return this.#paused('start')
    },
    'machine.disassemble': () => ({ rows: [] }),
    'machine.memory': ({ address }) => ({ address, bytes: [] }),
    'machine.walk': ({ address }) => ({ address, paging: false, steps: [], physical: null, pageSize: null, error: null }),
    'machine.events': () => ({ total: this.#recording.events.total, events: [] as MachineEvent[] }),
    'machine.type': ({ text }) => {
      this.#recording.give({ kind: 'serial', bytes: encodeUtf8(text) })
      return null
    },
    'machine.key': ({ code, down }) => {
      this.#recording.give({ kind: 'key', code, down })
      return null
    },
  }

  #run(until: RunUntil): null {
    if (this.#recording.machine.end) throw new Failure('conflict', 'The machine has ended.', 'Step back, or start it again.')
    this.#goal = goalOf(this.#recording, until, this.#symbols)
    return null
  }

  #stop(reason: PauseReason): void {
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
