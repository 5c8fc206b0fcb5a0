import { describe, expect, test } from 'vitest'
import { MILLISECOND, SECOND } from '../simulation/units.ts'
import { Pacer } from './pacer.ts'
import type { Session } from './session.ts'
import { FakeTime } from './testing/fake-time.ts'
import { makeSession, must } from './testing/make-session.ts'

function setUp(onEvent: (time: FakeTime) => void = () => undefined): { session: Session; time: FakeTime; pacer: Pacer; moves: number[] } {
  const time = new FakeTime()
  const session = makeSession('paced', ({ simulation }) => [
    {
      handlers: {
        // An endless chain of events, this many microseconds apart.
        'vm.start': ({ vm }) => {
          const gap = Number(vm.slice(3)) * 1000
          const tick = (): void => {
            onEvent(time)
            simulation.schedule(gap, tick)
          }
          simulation.schedule(gap, tick)
          return null
        },
      },
    },
  ])
  const moves: number[] = []
  const pacer = new Pacer(session, time, () => moves.push(session.now))
  return { session, time, pacer, moves }
}

async function play(session: Session, pacer: Pacer, speed: number): Promise<void> {
  await must(session, 'clock.set-speed', { speed })
  await must(session, 'clock.play')
  pacer.refresh()
}

describe('the pacer', () => {
  test.each([0.1, 1, 60, 1_000_000])('turns a real second into %d simulated ones', async (speed) => {
    const { session, time, pacer } = setUp()
    await play(session, pacer, speed)
    await time.passSlowly(1000)
    expect(session.now / SECOND / speed).toBeGreaterThan(0.85)
    expect(session.now / SECOND / speed).toBeLessThanOrEqual(1)
  })

  test('holds no timer while the clock is paused, and tells nobody that time went on', async () => {
    const { session, time, pacer, moves } = setUp()
    pacer.refresh()
    expect(time.timers).toBe(0)
    await play(session, pacer, 1)
    await time.passSlowly(500)
    await must(session, 'clock.pause')
    pacer.refresh()
    expect(time.timers).toBe(0)
    const { now } = session
    const told = moves.length
    await time.passSlowly(60_000)
    expect(session.now).toBe(now)
    expect(moves).toHaveLength(told)
  })

  test('with nothing due, wakes up ten times a second only', async () => {
    const { session, time, pacer, moves } = setUp()
    await play(session, pacer, 1)
    await time.passSlowly(1000)
    expect(moves.length).toBeLessThanOrEqual(11)
  })

  test('is there when an event is due', async () => {
    const { session, time, pacer, moves } = setUp()
    await must(session, 'vm.start', { vm: 'vm:37000' })
    await play(session, pacer, 1)
    await time.passSlowly(40)
    expect(moves[0]).toBeGreaterThanOrEqual(37 * MILLISECOND)
    expect(moves[0]).toBeLessThan(39 * MILLISECOND)
  })

  test('falls behind when there is too much to do, in slices of a few milliseconds, and does not catch up later', async () => {
    // Each event takes a real millisecond, and a thousand are due in each.
    const { session, time, pacer, moves } = setUp((clock) => clock.skip(1))
    await must(session, 'vm.start', { vm: 'vm:1' })
    await play(session, pacer, 1)
    await time.passSlowly(200)
    expect(moves.length).toBeGreaterThan(20)
    const longest = Math.max(...moves.map((at, index) => at - (moves[index - 1] ?? 0)))
    expect(longest).toBeLessThanOrEqual(9 * 1000)
    expect(session.now).toBeLessThan(2 * MILLISECOND)
  })

  test('a sleep of the computer is not caught up', async () => {
    const { session, time, pacer } = setUp()
    await play(session, pacer, 1)
    time.skip(3_600_000)
    await time.passSlowly(100)
    expect(session.now).toBeLessThan(SECOND)
  })

  test('brings time up to the moment before a command', async () => {
    const { session, time, pacer } = setUp()
    await play(session, pacer, 10)
    time.skip(50)
    await pacer.catchUp()
    expect(session.now).toBe(500 * MILLISECOND)
  })

  test('a change of speed counts from now on', async () => {
    const { session, time, pacer } = setUp()
    await play(session, pacer, 1)
    await time.passSlowly(1000)
    await pacer.catchUp()
    await play(session, pacer, 100)
    await time.passSlowly(1000)
    expect(session.now / SECOND).toBeGreaterThan(85)
    expect(session.now / SECOND).toBeLessThanOrEqual(101)
  })

  test('disposed, it does nothing more', async () => {
    const { session, time, pacer } = setUp()
    await play(session, pacer, 1)
    pacer.dispose()
    pacer.refresh()
    await time.passSlowly(1000)
    expect(session.now).toBe(0)
  })
})
