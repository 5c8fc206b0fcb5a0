import type { MachineEventKind, PauseReason, RunUntil } from '../../../protocol/machine.ts'
import { assertNever } from '../../base/assert-never.ts'
import type { SymbolTable } from '../inspect/symbols.ts'
import { linearEip } from '../inspect/peek.ts'
import { frameOf, instructionAt, isReturn } from './frames.ts'
import { parsePredicate } from './predicate.ts'
import type { Recording, RecordingStop } from './recording.ts'

/** Why a piece of running came back: it stopped, and why; there is more; only an input can go on. */
export type GoalStop = PauseReason | 'more' | 'waits'

/** What a run is heading for. `advance` runs until it is reached, at most to a tick, and can be called again and again. */
export interface Goal {
  advance(untilTick: number): GoalStop
}

/** Prepares a run from where the machine stands. Throws a `Failure` if the predicate cannot be understood. */
export function goalOf(recording: Recording, until: RunUntil, symbols: SymbolTable): Goal {
  const { machine } = recording
  switch (until.kind) {
    case 'instruction': return count(recording, until.count ?? 1)
    case 'pause': return { advance: (untilTick) => plain(recording.run(untilTick)) }
    case 'address': return watch(recording, 'address', () => linearEip(machine.cpu) === until.address)
    case 'predicate': return watch(recording, 'predicate', parsePredicate(until.text, machine, symbols))
    case 'event': return nextEvent(recording, until.event ?? null)
    case 'before-event': return beforeEvent(recording, until.event ?? null)
    case 'over': return over(recording)
    case 'out': return out(recording)
    default: return assertNever(until)
  }
}

const plain = (stop: RecordingStop): GoalStop => (stop === 'tick' || stop === 'asked' ? 'more' : stop)

/** Until something is true before an instruction, other than the first. */
function watch(recording: Recording, reason: PauseReason, reached: () => boolean): Goal {
  const { cpu } = recording.machine
  const begin = cpu.moment
  return {
    advance: (untilTick) => {
      let found = false
      const look = (): void => {
        if (found || cpu.moment === begin || !reached()) return
        found = true
        recording.requestStop()
      }
      recording.onEach = look
      const stop = recording.run(untilTick)
      recording.onEach = null
      // The last instruction before a halt or the end of this piece is followed by no other yet.
      if (!found && stop !== 'end') look()
      return found ? reason : plain(stop)
    },
  }
}

function nextEvent(recording: Recording, kind: MachineEventKind | null): Goal {
  return {
    advance: (untilTick) => {
      let found = false
      recording.onEvent = (happened, ahead) => {
        if (kind !== null && happened !== kind) return
        found = true
        recording.requestStop(ahead)
      }
      const stop = recording.run(untilTick)
      recording.onEvent = null
      return stop === 'end' ? 'end' : found ? 'event' : plain(stop)
    },
  }
}

/** To the moment before the step that brings the next event: it is taken, and taken back. */
function beforeEvent(recording: Recording, kind: MachineEventKind | null): Goal {
  const { events } = recording
  const first = events.from(recording.tick + 1)
  const goal = nextEvent(recording, kind)
  return {
    advance: (untilTick) => {
      const stop = goal.advance(untilTick)
      if (stop !== 'event' && stop !== 'end') return stop
      let index = Math.max(first, events.first)
      while (index < events.total && kind !== null && events.kind(index) !== kind) index++
      if (index >= events.total) return stop
      recording.seek(events.tick(index) - 1)
      return 'ahead'
    },
  }
}

/** So many instructions and deliveries; the wait in a halt belongs to the delivery that ends it. */
function count(recording: Recording, steps: number): Goal {
  const { cpu } = recording.machine
  const target = cpu.moment + steps
  return {
    advance: (untilTick) => {
      let stop: RecordingStop = 'tick'
      while (cpu.moment < target && recording.tick < untilTick && stop === 'tick') stop = recording.runMoments(untilTick, target - cpu.moment)
      return cpu.moment >= target && stop !== 'end' ? 'done' : plain(stop)
    },
  }
}

/** A called routine, the rest of a repetition, an interrupt's handler as one step: back at the next instruction, in the same frame. */
function over(recording: Recording): Goal {
  const { cpu } = recording.machine
  const here = linearEip(cpu)
  const { length, leaves, halts } = instructionAt(cpu, here)
  if (halts) return count(recording, 1)
  const next = (here + length) >>> 0
  const inFrame = frameOf(cpu)
  if (leaves) return watch(recording, 'done', () => linearEip(cpu) === next && inFrame())
  const delivered = cpu.deliveries
  // One instruction; but if it was interrupted or faulted, until the handler is back, there or behind it.
  return watch(recording, 'done', () => cpu.deliveries === delivered || ((linearEip(cpu) === here || linearEip(cpu) === next) && inFrame()))
}

/** Until a return that was executed in this frame or one around it. */
function out(recording: Recording): Goal {
  const { cpu } = recording.machine
  const inFrame = frameOf(cpu)
  let [moment, delivered] = [-1, -1]
  const goal = watch(recording, 'done', () => {
    if (cpu.moment === moment + 1 && cpu.deliveries === delivered) return true
    if (inFrame() && isReturn(cpu)) [moment, delivered] = [cpu.moment, cpu.deliveries]
    return false
  })
  // The very first instruction may be the return.
  if (isReturn(cpu)) [moment, delivered] = [cpu.moment, cpu.deliveries]
  return goal
}
