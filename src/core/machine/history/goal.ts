import type { PauseReason, RunUntil } from '../../../protocol/machine.ts'
import { assertNever } from '../../base/assert-never.ts'
import { BASES, CS, EIP } from '../cpu/layout.ts'
import type { Recording } from './recording.ts'

/** Why a piece of running came back: it stopped, and why; there is more; only an input can go on. */
export type GoalStop = PauseReason | 'more' | 'waits'

/** What a run is heading for. `advance` runs until it is reached, at most to a tick. */
export interface Goal {
  advance(untilTick: number): GoalStop
}

/** Prepares a run from where the machine stands. Throws a `Failure` if the predicate cannot be understood. */
export function goalOf(recording: Recording, until: RunUntil): Goal {
  switch (until.kind) {
    case 'instruction': return instructions(recording, until.count ?? 1)
    case 'pause': return { advance: (untilTick) => plain(recording.run(untilTick)) }
    case 'address': return stepping(recording, 'address', () => linearEip(recording) === until.address)
    case 'event': case 'over': case 'out': case 'predicate': return instructions(recording, 1)
    default: return assertNever(until)
  }
}

const plain = (stop: ReturnType<Recording['run']>): GoalStop => (stop === 'tick' || stop === 'asked' ? 'more' : stop)

function linearEip({ machine: { cpu } }: Recording): number {
  return (cpu.s[EIP]! + cpu.s[BASES + CS]!) >>> 0
}

/** Single steps until something is true after one. */
function stepping(recording: Recording, reason: PauseReason, reached: () => boolean): Goal {
  return {
    advance: (untilTick) => {
      let found = false
      const stop = recording.run(untilTick, () => (found = reached()))
      return found ? reason : plain(stop)
    },
  }
}

function instructions(recording: Recording, count: number): Goal {
  const { cpu } = recording.machine
  const target = cpu.moment + count
  return {
    advance: (untilTick) => {
      const stop = recording.run(Math.min(untilTick, recording.tick + target - cpu.moment))
      return cpu.moment >= target ? 'done' : plain(stop)
    },
  }
}
