import { expect } from 'vitest'
import { nativeSha256 } from '../../../workers/platform.ts'
import type { MachineConfig } from '../../machine/board/config.ts'
import { Machine } from '../../machine/board/machine.ts'
import { Recording } from '../../machine/history/recording.ts'

/** Steps at the beginning, each alone. */
const STEPS = 1001
const BEHIND = 50_000
const MOMENTS = [1, 777, STEPS, 20_000, 60_001, 150_000]

/** A machine's state at some moments is the same in one run from moment to moment, in single steps, and when a recorded run is taken back to them, the last first. */
export function expectSameAtAnyMoment(config: MachineConfig, moments: readonly number[] = MOMENTS): void {
  const straight = new Machine(config)
  const hashes = new Map(moments.map((tick) => {
    straight.run(tick)
    return [tick, straight.stateHash(nativeSha256)]
  }))
  const cut = new Machine(config)
  while (cut.tick < STEPS) cut.step()
  if (hashes.has(STEPS)) expect(cut.stateHash(nativeSha256)).toBe(hashes.get(STEPS))
  const recording = new Recording(config, { interval: 10_000 })
  recording.run(Math.max(...moments) + BEHIND)
  for (const tick of moments.toReversed()) {
    recording.seek(tick)
    expect(recording.machine.stateHash(nativeSha256)).toBe(hashes.get(tick))
  }
}
