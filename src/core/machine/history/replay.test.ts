import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nativeSha256 } from '../../../workers/platform.ts'
import { encodeUtf8 } from '../../base/bytes.ts'
import { Machine } from '../board/machine.ts'
import { Recording } from './recording.ts'
import { INTERRUPTED } from './testing/programs.ts'
import { TraceRing } from './trace-ring.ts'

type Action =
  | { readonly kind: 'run' | 'back' | 'trace'; readonly by: number }
  | { readonly kind: 'seek'; readonly part: number }
  | { readonly kind: 'event' }
  | { readonly kind: 'type'; readonly text: string }

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('run' as const), by: fc.integer({ min: 1, max: 3000 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('back' as const), by: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 4000 })) }) },
  fc.record({ kind: fc.constant('trace' as const), by: fc.integer({ min: 1, max: 500 }) }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('seek' as const), part: fc.double({ min: 0, max: 1, noNaN: true }) }) },
  fc.record({ kind: fc.constant('event' as const) }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('type' as const), text: fc.string({ minLength: 1, maxLength: 3 }) }) },
)

interface Typed { readonly tick: number; readonly bytes: Uint8Array }

function act(recording: Recording, typed: Typed[], done: Action): void {
  switch (done.kind) {
    case 'run': return void recording.run(recording.tick + done.by)
    case 'back': return recording.back(done.by)
    case 'seek': return recording.seek(Math.floor(recording.lastTick * done.part))
    case 'event': return recording.backToEvent('io')
    case 'trace':
      recording.onEach = done.by % 3 === 0 ? null : () => undefined
      recording.ring = done.by % 3 === 1 ? null : new TraceRing(recording.machine.cpu, 100)
      recording.run(recording.tick + done.by)
      recording.onEach = recording.ring = null
      return
    case 'type': {
      const bytes = encodeUtf8(done.text)
      recording.give({ kind: 'serial', bytes: [...bytes] })
      // What was typed later was typed in a future that is no more.
      typed.splice(0, typed.length, ...typed.filter(({ tick }) => tick <= recording.tick), { tick: recording.tick, bytes })
    }
  }
}

/** The same inputs at the same ticks, without a look back. */
function straight(typed: readonly Typed[], tick: number): { readonly hash: string; readonly text: string } {
  const machine = new Machine(INTERRUPTED.config)
  let text = ''
  machine.onSerial = (bytes) => (text += Buffer.from(bytes).toString('latin1'))
  for (const input of typed.filter((known) => known.tick <= tick)) {
    machine.run(input.tick)
    machine.typeSerial(input.bytes)
  }
  machine.run(tick)
  return { hash: machine.stateHash(nativeSha256), text }
}

const textOf = (recording: Recording): string => Buffer.from(recording.serial.since(0)).toString('latin1')

function eventsOf(recording: Recording): unknown[] {
  return Array.from({ length: recording.events.total }, (_, i) => recording.events.get(i))
}

describe('however a run is gone through', () => {
  test('there is something to go through: interrupts, calls, halts, ports, echoes', () => {
    const recording = new Recording(INTERRUPTED.config)
    recording.run(2000)
    recording.give({ kind: 'serial', bytes: [...encodeUtf8('ab')] })
    recording.run(5000)
    const kinds = new Set(Array.from({ length: recording.events.total }, (_, i) => recording.events.kind(i)))
    expect([...kinds].sort()).toEqual(['control', 'gate', 'halt', 'interrupt', 'io', 'return'])
    expect(textOf(recording)).toMatch(/^a.b.$/)
  })

  test('the state at a tick is that of a run without a look back, and so are the events', () => {
    fc.assert(
      fc.property(fc.array(action, { minLength: 4, maxLength: 25 }), fc.integer({ min: 60, max: 700 }), fc.integer({ min: 3, max: 12 }), (actions, interval, count) => {
        const recording = new Recording(INTERRUPTED.config, { interval, count })
        const typed: Typed[] = []
        for (const done of actions) {
          act(recording, typed, done)
        }
        expect({ hash: recording.machine.stateHash(nativeSha256), text: textOf(recording) }).toEqual(straight(typed, recording.tick))
        recording.seek(recording.lastTick)
        expect(recording.machine.stateHash(nativeSha256)).toBe(straight(typed, recording.tick).hash)
        const again = new Recording(INTERRUPTED.config)
        for (const { tick, bytes } of typed) {
          again.run(tick)
          again.give({ kind: 'serial', bytes: [...bytes] })
        }
        again.run(recording.lastTick)
        expect(eventsOf(recording)).toEqual(eventsOf(again))
        expect(recording.checkpoints.count).toBeLessThanOrEqual(Math.max(count, 4))
      }),
      { numRuns: 25, seed: 7 },
    )
  })
})
