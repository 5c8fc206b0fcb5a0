import type { MachineEventKind } from '../../../protocol/machine.ts'
import type { MachineConfig } from '../board/config.ts'
import { Machine } from '../board/machine.ts'
import { HALTED } from '../cpu/layout.ts'
import { DIRTY_PAGE, PAGE_SIZE } from '../memory/physical-memory.ts'
import { Failure } from '../../base/failure.ts'
import { type Checkpoint, type CheckpointLimits, Checkpoints } from './checkpoints.ts'
import { EventLog } from './event-log.ts'
import { type Input, InputLog, type TimedInput } from './inputs.ts'
import { checkPoke } from './poke.ts'
import { Recorder } from './recorder.ts'
import { SerialLog } from './serial-log.ts'
import { storagesOf } from './storage.ts'
import { TraceRing } from './trace-ring.ts'

export interface RecordingLimits extends CheckpointLimits {
  /** Work (see `#work`) between two checkpoints; a million instructions are replayed in some 15 ms. */
  readonly interval: number
  /** Events kept. */
  readonly events: number
}

const LIMITS: RecordingLimits = { interval: 1_000_000, count: 400, bytes: 256 << 20, events: 1 << 17 }
/** Iterations of repeated instructions that take as long as an instruction. */
const ITERATIONS_PER_WORK = 8
/** Work after which `advance` looks around, and the most ticks that it hands out at once. */
const PIECE_WORK = 1 << 15
const LONGEST_PIECE = 1 << 20

/** Why a run came back: the tick is reached; the machine has ended; somebody asked; only an input can go on. */
export type RecordingStop = 'tick' | 'end' | 'asked' | 'waits'

/**
 * A run that can be taken back. Configuration and inputs determine everything, so a moment is found again from the nearest checkpoint before it
 * by running forward. Where something is done at an earlier moment, what followed is forgotten then.
 */
export class Recording {
  readonly machine: Machine
  readonly events: EventLog
  readonly serial = new SerialLog()
  readonly checkpoints: Checkpoints
  readonly #recorder: Recorder
  readonly #inputs = new InputLog()
  readonly #limits: RecordingLimits
  /** Serial output up to each checkpoint. */
  readonly #sent = new WeakMap<Checkpoint, number>()
  #lastTick = 0
  #endKnown = false
  #asked = false
  #patience = Infinity
  #piece = 16

  constructor(config: MachineConfig, limits: Partial<RecordingLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits }
    this.machine = new Machine(config)
    this.events = new EventLog(this.#limits.events)
    this.#recorder = new Recorder(this.machine, this.events)
    this.machine.cpu.observer = this.#recorder
    this.machine.onSerial = (bytes) => this.serial.send(bytes)
    this.checkpoints = new Checkpoints(this.machine, storagesOf(this.machine, config.disks ?? []), this.#limits)
    this.#sent.set(this.checkpoints.base, 0)
    this.#noteEnd()
  }

  get tick(): number {
    return this.machine.tick
  }

  /** The latest moment that was reached. */
  get lastTick(): number {
    return this.#lastTick
  }

  /** Numbers of the pages of the guest's memory that were ever written, here or later: all others are empty. */
  writtenPages(): Set<number> {
    const pages = new Set<number>()
    this.checkpoints.collectWritten(0, pages)
    const { pageKind, size } = this.machine.memory
    const count = size / PAGE_SIZE
    for (let page = 0; page < count; page++) if ((pageKind[page]! & DIRTY_PAGE) !== 0) pages.add(page)
    for (const page of pages) if (page >= count) pages.delete(page)
    return pages
  }

  /** Is called before each instruction, also while the past is run again; `requestStop` then prevents it. Null: nobody, and it all goes faster. */
  set onEach(listener: (() => void) | null) {
    this.#recorder.each = listener
  }

  /** Gets the registers before each instruction, also while the past is run again. Null: nobody. */
  set ring(ring: TraceRing | null) {
    this.machine.cpu.ring = ring
  }

  /** Is told each event as it happens, also while the past is run again. Null: nobody. */
  set onEvent(listener: Recorder['onEvent']) {
    this.#recorder.onEvent = listener
  }

  /** The present `run` comes back after the present instruction. */
  requestStop(ahead: 0 | 1 = 0): void {
    this.#asked = true
    this.machine.requestStop(ahead)
  }

  /** While `action` goes on, runs come back ('asked') after about so much work, as many instructions: a single `rep` may work for milliseconds. */
  within<T>(work: number, action: () => T): T {
    this.#patience = work
    try {
      return action()
    } finally {
      this.#patience = Infinity
    }
  }

  /** Runs to exactly this tick, or until it ends, waits or somebody asks. */
  run(untilTick: number): RecordingStop {
    this.#asked = false
    const { machine } = this
    while (!this.#asked && machine.tick < untilTick && this.#patience > 0) {
      if (machine.end) return this.#noteEnd()
      if (machine.cpu.s[HALTED] !== 0 && machine.tick >= this.#lastTick && machine.waits) return 'waits'
      this.#patience -= this.#advance(untilTick)
    }
    if (machine.end) return this.#noteEnd()
    return machine.tick < untilTick ? 'asked' : 'tick'
  }

  /** As `run`, but by at most so many instructions and deliveries, at least one; what a halt waits for may come first. */
  runMoments(untilTick: number, most: number): RecordingStop {
    const { machine } = this
    if (machine.cpu.s[HALTED] === 0) return this.run(Math.min(untilTick, this.tick + most))
    if (machine.end || (machine.tick >= this.#lastTick && machine.waits)) return this.run(untilTick)
    this.#advance(untilTick, true)
    return machine.end ? this.#noteEnd() : 'tick'
  }

  /** To any moment of the run so far; beyond its ends is the nearest end. */
  seek(tick: number): void {
    const target = Math.max(0, Math.min(tick, this.#lastTick))
    this.#approach((checkpoint) => checkpoint.tick <= target, this.tick <= target)
    this.run(target)
    // A machine that ended without a further instruction ends there again.
    if (this.#endKnown && target === this.#lastTick && !this.machine.end) this.machine.run(target + 1)
  }

  /** Back by so many instructions and deliveries, at most to the start. Out of a halt, the first step leads to its beginning. */
  back(count: number): void {
    const { cpu } = this.machine
    const here = this.tick
    const { moment } = cpu
    if (cpu.s[HALTED] !== 0) this.#seekMoment(moment, here)
    const left = this.tick < here ? count - 1 : count
    if (left > 0) this.#seekMoment(Math.max(0, moment - left), here)
  }

  /**
   * The registers before each of the last instructions, at most so many. They are not written down while the machine runs but found by going back
   * and running again, so that a trace costs nothing until somebody looks.
   */
  trace(most: number): TraceRing {
    const ring = new TraceRing(this.machine.cpu, most)
    const here = this.tick
    this.#seekMoment(Math.max(0, this.machine.cpu.moment - most), here)
    this.ring = ring
    this.seek(here)
    this.ring = null
    return ring
  }

  /** To the event before the present moment, of one kind or of any; to the start, if there is none that is still known. */
  backToEvent(kind: MachineEventKind | null): void {
    const { events } = this
    let index = events.from(this.tick) - 1
    while (index >= events.first && kind !== null && events.kind(index) !== kind) index--
    this.seek(events.get(index)?.tick ?? 0)
  }

  /** To the first tick, at most `latest`, at which so many instructions and deliveries are done. */
  #seekMoment(moment: number, latest: number): void {
    const { cpu } = this.machine
    this.#approach((checkpoint) => checkpoint.moment < moment, false)
    while (cpu.moment < moment && this.tick < latest) this.runMoments(latest, moment - cpu.moment)
  }

  /** What came in up to the present moment. */
  get inputs(): readonly TimedInput[] {
    return this.#inputs.past
  }

  /** What came into another run of the same machine comes into this one, too, at the same moments. At the start only. */
  adopt(inputs: readonly TimedInput[]): void {
    this.#inputs.adopt(inputs)
    this.#inputs.give(this.machine)
  }

  /** Something comes in at the present moment. What followed it before is forgotten. */
  give(input: Input): void {
    if (this.machine.end) throw new Failure('conflict', 'The machine has ended; nobody listens any more.', 'Step back or start it again.')
    if (input.kind === 'poke') checkPoke(this.machine, input.place)
    this.#cut()
    this.#inputs.add(this.machine, input)
  }

  #cut(): void {
    if (this.tick === this.#lastTick) return
    this.#lastTick = this.tick
    this.#endKnown = false
    this.checkpoints.cut()
    this.events.cut(this.tick)
  }

  /** Puts the machine on the latest checkpoint that `holds`, unless it may go on from where it is and that is nearer. */
  #approach(holds: (checkpoint: Checkpoint) => boolean, mayStay: boolean): void {
    const checkpoint = this.checkpoints.latest(holds)
    if (mayStay && checkpoint.tick <= this.tick) return
    this.checkpoints.restore(checkpoint)
    this.#inputs.rewind(checkpoint.inputs)
    this.serial.rewind(this.#sent.get(checkpoint)!)
    this.#inputs.give(this.machine)
  }

  /** One piece of a run, not beyond the next checkpoint, input, or the end of the known past. Answers how much work it was. */
  #advance(untilTick: number, single = false): number {
    const { machine, checkpoints } = this
    const begin = machine.tick
    const known = begin < this.#lastTick
    const border = Math.min(untilTick, this.#inputs.next, checkpoints.next?.tick ?? Infinity, known ? this.#lastTick : Infinity)
    this.#recorder.recording = !known
    const work = this.#work
    if (single) machine.step(border)
    else machine.run(Math.min(border, begin + this.#piece, begin + Math.max(1, Math.ceil(this.#limits.interval - work))))
    this.#lastTick = Math.max(this.#lastTick, machine.tick)
    const done = this.#work - work
    if (!single) this.#pace(machine.tick - begin, done)
    if (checkpoints.next?.tick === machine.tick) checkpoints.arrive()
    else if (this.#work >= this.#limits.interval && machine.tick > checkpoints.base.tick) this.#keep()
    this.#inputs.give(machine)
    return done
  }

  #keep(): void {
    this.checkpoints.take(this.#inputs.given)
    this.#sent.set(this.checkpoints.base, this.serial.position)
  }

  /** Instructions since the last checkpoint, with what repeated ones do beyond them. */
  get #work(): number {
    const { cpu } = this.machine
    const { moment, snapshot } = this.checkpoints.base
    return cpu.moment - moment + (cpu.iterations - snapshot.cpu.iterations) / ITERATIONS_PER_WORK
  }

  /** Pieces that take about as long, whatever the guest does: a single `rep` may work for milliseconds. */
  #pace(ticks: number, work: number): void {
    const fitting = (ticks * PIECE_WORK) / Math.max(work, 1)
    this.#piece = Math.ceil(Math.max(1, Math.min(fitting, this.#piece * 2, LONGEST_PIECE)))
  }

  #noteEnd(): 'end' {
    if (this.machine.end && !this.#endKnown) {
      this.#recorder.recording = true
      this.#recorder.ended()
      this.#endKnown = true
    }
    return 'end'
  }
}
