import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { COST_PARTS, type CostChoice } from '../../../protocol/costs.ts'
import { TECHNIQUES } from '../../../protocol/machine.ts'
import { Machine } from '../../machine/board/machine.ts'
import { costTable } from '../../machine/cpu/costs/presets.ts'
import { programOfGuest } from '../../machine/desk/open-program.ts'
import { Recording } from '../../machine/history/recording.ts'
import { monitorOf } from '../techniques/technique.ts'

/** Both processes run by then, and the timer has come often. */
const TICKS = 30_000

const configs = Object.fromEntries(TECHNIQUES.map((technique) => {
  const { config } = programOfGuest(technique === 'paravirtual' ? 'kernel-pv' : 'kernel')
  return [technique, () => {
    const monitor = monitorOf(technique)
    return { ...config, ...(monitor && { monitor }) }
  }]
}))

const linesAt = (machine: Machine): unknown => machine.costLines().map(({ id, count }) => `${id} ${count}`)

describe.each(TECHNIQUES)('%s', (technique) => {
  const whole = new Machine(configs[technique]!())
  whole.run(TICKS)
  const expected = linesAt(whole)

  test('the four parts are the sum of the addends, and each addend is its count times its cost', () => {
    const lines = whole.costLines()
    const account = whole.account()
    expect(COST_PARTS.reduce((sum, part) => sum + account[part], 0)).toBe(lines.reduce((sum, { cycles }) => sum + cycles, 0))
    for (const { count, cost, cycles } of lines) expect(cycles).toBe(count * cost!)
    expect(account.monitor > 0).toBe(technique !== 'native')
    expect(account.user * account.kernel * account.hardware).toBeGreaterThan(0)
  })

  test('cutting a run changes nothing', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: TICKS }), { minLength: 1, maxLength: 30 }), (cuts) => {
      const machine = new Machine(configs[technique]!())
      for (const tick of cuts.sort((a, b) => a - b)) machine.run(tick)
      machine.run(TICKS)
      expect(linesAt(machine)).toEqual(expected)
    }), { numRuns: 3 })
  })

  test('stepping back and going on changes nothing', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: TICKS }), { minLength: 1, maxLength: 5 }), (moments) => {
      const recording = new Recording(configs[technique]!(), { interval: 5_000 })
      recording.run(TICKS)
      for (const tick of moments) recording.seek(tick)
      recording.seek(TICKS)
      expect(linesAt(recording.machine)).toEqual(expected)
    }), { numRuns: 3 })
  })
})

test('a kernel that runs in ring 3 is still the kernel', () => {
  const account = (kernelRing: 1 | 3): ReturnType<Machine['account']> => {
    const machine = new Machine({ ...programOfGuest('kernel').config, monitor: monitorOf('trap-and-emulate', { kernelRing })! })
    machine.run(TICKS)
    return machine.account()
  }
  const [deprivileged, together] = [account(1), account(3)]
  // Its `iret` to a program stays in ring 3, and is not seen before the monitor is entered again.
  expect(Math.abs(together.user / deprivileged.user - 1)).toBeLessThan(0.01)
  expect(together.kernel).toBeGreaterThan(deprivileged.kernel / 2)
})

test('other figures give other cycles for the same counts; what has no figure adds nothing', () => {
  const machine = new Machine(configs['hardware-assist']!())
  machine.run(TICKS)
  const by = (costs: CostChoice): ReturnType<Machine['costLines']> => {
    machine.costs = costTable(costs)
    return machine.costLines()
  }
  const entries = (lines: readonly { readonly id: string; readonly count: number; readonly cycles: number }[]) => lines.find(({ id }) => id === 'monitor.guestEntry')!
  const [given, changed] = [entries(machine.costLines()), entries(by({ preset: 'p4-2005', changes: { vmEntry: 5000 } }))]
  expect([given.count, given.cycles / given.count, changed.cycles / changed.count]).toEqual([changed.count, 2409, 5000])
  const core2 = by({ preset: 'core2-2006' })
  expect(entries(core2).cycles / entries(core2).count).toBe(937)
  expect(core2.find(({ id }) => id === 'hardware.return')).toMatchObject({ cost: null, cycles: 0 })
})

test.each([
  [{ rabbits: 1 }, /no cost "rabbits"/], [{ clock: 0 }, /cannot be 0/], [{ plain: -1 }, /cannot be -1/], [{ plain: NaN }, /cannot be NaN/],
])('%j is refused', (changes, message) => {
  expect(() => costTable({ preset: 'p4-2005', changes })).toThrow(message)
})
