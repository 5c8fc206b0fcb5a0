import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeSimulation } from '../testing/make-simulation.ts'
import { compareEvents, EventQueue, type SimEvent } from './event-queue.ts'
import { Random } from './random.ts'
import type { Simulation } from './simulation.ts'
import { SECOND } from './units.ts'

describe('the event queue', () => {
  const event = fc.record({ at: fc.nat(5), priority: fc.integer({ min: -1, max: 1 }), cancelled: fc.boolean() })

  test('gives events by time, priority and order of scheduling, and never a cancelled one', () => {
    fc.assert(
      fc.property(fc.array(event), (specs) => {
        const events: SimEvent[] = specs.map((spec, seq) => ({ ...spec, seq, run: () => undefined }))
        const queue = new EventQueue()
        for (const each of events) queue.push(each)
        const got: SimEvent[] = []
        for (let next = queue.pop(); next; next = queue.pop()) got.push(next)
        expect(got).toEqual(events.filter(({ cancelled }) => !cancelled).sort(compareEvents))
      }),
    )
  })

  test('stays in order when pushes and pops take turns', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(9), fc.constant('pop' as const))), (steps) => {
        const queue = new EventQueue()
        let model: SimEvent[] = []
        steps.forEach((step, seq) => {
          if (step === 'pop') {
            const [first, ...rest] = model.sort(compareEvents)
            model = rest
            expect(queue.pop()).toBe(first)
          } else {
            const each: SimEvent = { at: step, priority: 0, seq, run: () => undefined, cancelled: false }
            model.push(each)
            queue.push(each)
          }
        })
      }),
    )
  })
})

describe('running', () => {
  test('handles everything due until then, and stands there', async () => {
    const simulation = makeSimulation()
    const seen: number[] = []
    for (const delay of [30, 10, 20, 40]) simulation.schedule(delay, () => seen.push(simulation.now))
    await simulation.runUntil(30)
    expect(seen).toEqual([10, 20, 30])
    expect(simulation.now).toBe(30)
    expect(simulation.nextEventAt).toBe(40)
  })

  test('what an event schedules for the same instant still happens in it', async () => {
    const simulation = makeSimulation()
    const seen: string[] = []
    simulation.schedule(5, () => simulation.schedule(0, () => seen.push('inner')))
    await simulation.runUntil(5)
    expect(seen).toEqual(['inner'])
  })

  test('stops where it is told to, and goes on from there as if it had not', async () => {
    const run = async (stops: boolean): Promise<string[]> => {
      const simulation = makeSimulation()
      const trace = interleave(simulation)
      while (simulation.now < SECOND) await simulation.runUntil(SECOND, stops ? { stop: () => true } : {})
      return trace
    }
    expect(await run(true)).toEqual(await run(false))
  })

  test('a cancelled event does not happen, and time does not stop at it', async () => {
    const simulation = makeSimulation()
    simulation.schedule(10, () => expect.unreachable()).dispose()
    expect(simulation.nextEventAt).toBeUndefined()
    expect(await simulation.step()).toBe(false)
    expect(simulation.now).toBe(0)
  })

  test('refuses delays that are none', () => {
    expect(() => makeSimulation().schedule(-1, () => undefined)).toThrow(RangeError)
    expect(() => makeSimulation().schedule(NaN, () => undefined)).toThrow(RangeError)
  })
})

/** Activities that sleep, wait for each other and draw random numbers; answers what they do, in order. */
function interleave(simulation: Simulation): string[] {
  const trace: string[] = []
  let release: () => void = () => undefined
  const gate = new Promise<void>((resolve) => (release = resolve))
  for (const name of ['a', 'b', 'c']) {
    const random = simulation.random.fork(name)
    simulation.activity(async () => {
      for (let turn = 0; turn < 5; turn++) {
        await simulation.sleep(random.below(4) * 1000)
        trace.push(`${name}${turn}@${simulation.now}`)
        if (name === 'a' && turn === 2) release()
        if (name === 'c' && turn === 1) await gate
        if (name === 'b') await simulation.external(async () => new Promise((resolve) => setTimeout(resolve, random.below(2))))
      }
    })
  }
  return trace
}

describe('activities', () => {
  test('interleave the same way every time, whatever foreign work takes in real time', async () => {
    const traces: string[][] = []
    for (let time = 0; time < 5; time++) {
      const simulation = makeSimulation('again')
      const trace = interleave(simulation)
      await simulation.runUntil(SECOND)
      traces.push(trace)
    }
    expect(traces[0]).toHaveLength(15)
    for (const trace of traces) expect(trace).toEqual(traces[0])
  })

  test('virtual time stands still while foreign work goes on', async () => {
    const simulation = makeSimulation()
    const seen: [string, number][] = []
    simulation.activity(async () => {
      await simulation.sleep(10)
      await simulation.external(() => new Promise((resolve) => setTimeout(resolve, 5)))
      seen.push(['foreign', simulation.now])
    })
    simulation.schedule(11, () => seen.push(['event', simulation.now]))
    await simulation.runUntil(20)
    expect(seen).toEqual([['foreign', 10], ['event', 11]])
  })

  test('an exception that escapes one surfaces from the run, and the rest goes on', async () => {
    const simulation = makeSimulation()
    const seen: string[] = []
    simulation.activity(async () => {
      await simulation.sleep(1)
      throw new Error('bug')
    })
    simulation.schedule(2, () => seen.push('later'))
    await expect(simulation.runUntil(10)).rejects.toThrow('bug')
    await simulation.runUntil(10)
    expect(seen).toEqual(['later'])
  })
})

describe('random numbers', () => {
  test('are these, on every machine, for ever: projects depend on them', () => {
    const random = new Random('glasshouse')
    expect([random.uint32(), random.uint32(), random.uint32()]).toMatchInlineSnapshot(`
      [
        3014853790,
        1654236695,
        1693253557,
      ]
    `)
    expect(new Random('glasshouse').fork('vm').hex(20)).toMatchInlineSnapshot(`"603534cac35f2d3eff5f"`)
    expect(new Random('').below(1000)).toMatchInlineSnapshot(`224`)
  })

  test('a fork does not depend on what was drawn before it', () => {
    const [one, other] = [new Random('x'), new Random('x')]
    other.uint32()
    expect(one.fork('y').uint32()).toBe(other.fork('y').uint32())
    expect(one.fork('y').uint32()).not.toBe(one.fork('z').uint32())
  })

  test('stay below their bound and reach all of it', () => {
    const random = new Random('bound')
    const drawn = new Set(Array.from({ length: 1000 }, () => random.below(7)))
    expect([...drawn].sort()).toEqual([0, 1, 2, 3, 4, 5, 6])
  })
})
