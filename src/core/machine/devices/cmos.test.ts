import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { civilTime, epochSeconds } from './calendar.ts'
import { Cmos } from './cmos.ts'
import { Line, ManualClock } from './testing/bench.ts'

/** Thursday, 29 February 2024, 23:59:58 UTC. */
const LEAP_DAY = Date.UTC(2024, 1, 29, 23, 59, 58) / 1000
let clock: ManualClock
let line: Line
let cmos: Cmos

beforeEach(() => {
  clock = new ManualClock()
  line = new Line()
  cmos = new Cmos(LEAP_DAY, 64 << 20, line, clock)
})

const get = (index: number): number => {
  cmos.write(0, index)
  return cmos.read(1)
}
const put = (index: number, value: number): void => {
  cmos.write(0, index)
  cmos.write(1, value)
}
const time = (): number[] => [0x32, 9, 8, 7, 4, 2, 0].map(get)

describe('the calendar', () => {
  test('agrees with the platform, both ways', () => {
    fc.assert(fc.property(fc.integer({ min: -62_000_000_000, max: 250_000_000_000 }), (seconds) => {
      const date = new Date(seconds * 1000)
      const civil = civilTime(seconds)
      expect(civil).toEqual({
        year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(),
        hour: date.getUTCHours(), minute: date.getUTCMinutes(), second: date.getUTCSeconds(), weekday: date.getUTCDay() + 1,
      })
      expect(epochSeconds(civil)).toBe(seconds)
    }))
  })
})

describe('an MC146818A', () => {
  test('shows virtual time in BCD, over the end of a leap day', () => {
    expect(time()).toEqual([0x20, 0x24, 2, 0x29, 0x23, 0x59, 0x58])
    expect(get(6)).toBe(5)
    clock.passSeconds(2)
    expect(time()).toEqual([0x20, 0x24, 3, 1, 0, 0, 0])
  })

  test('counts in binary and by twelve hours where it is told to', () => {
    put(0x0b, 4)
    expect(time()).toEqual([20, 24, 2, 29, 0x80 | 11, 59, 58])
    clock.passSeconds(2)
    expect(get(4)).toBe(12)
  })

  test('goes on from the time it was set to', () => {
    put(0x0b, 0x82)
    for (const [index, value] of [[0, 0x30], [2, 0x45], [4, 0x12], [7, 0x31], [8, 0x12], [9, 0x99], [0x32, 0x19]] as const) put(index, value)
    clock.passSeconds(5)
    expect(get(0)).toBe(0x30)
    put(0x0b, 2)
    clock.passSeconds(10)
    expect(time()).toEqual([0x19, 0x99, 0x12, 0x31, 0x12, 0x45, 0x40])
  })

  test('announces an update shortly before the second changes', () => {
    expect(get(0x0a)).toBe(0x26)
    clock.passSeconds(0.9979)
    expect(get(0x0a)).toBe(0xa6)
    clock.passSeconds(0.0021)
    expect(get(0x0a)).toBe(0x26)
  })

  test('interrupts after each update, until register C is read', () => {
    put(0x0b, 0x12)
    clock.passSeconds(0.5)
    expect(line.level).toBe(false)
    clock.passSeconds(0.5)
    expect(line.level).toBe(true)
    expect(get(0x0c) & 0xd0).toBe(0xd0)
    expect([line.level, get(0x0c)]).toEqual([false, 0])
    clock.passSeconds(1)
    expect(line.level).toBe(true)
  })

  test('interrupts periodically at the selected rate', () => {
    put(0x0a, 0x26)
    put(0x0b, 0x42)
    let interrupts = 0
    for (let i = 0; i < 10_000; i++) {
      clock.passSeconds(0.0001)
      if (line.level) interrupts++
      if (line.level) get(0x0c)
    }
    expect(interrupts).toBe(1024)
  })

  test('flags come without interrupts, too', () => {
    clock.passSeconds(1)
    expect(get(0x0c)).toBe(0x50)
  })

  test('raises an alarm at its time of day, or at any with don’t care', () => {
    for (const [index, value] of [[1, 0x05], [3, 0xff], [5, 0xc0]] as const) put(index, value)
    put(0x0b, 0x22)
    clock.passSeconds(6)
    expect(line.level).toBe(false)
    clock.passSeconds(1)
    expect(line.level).toBe(true)
    expect(get(0x0c) & 0xa0).toBe(0xa0)
  })

  test('says how much memory there is, and keeps what is written', () => {
    expect(get(0x30) | (get(0x31) << 8)).toBe(63 * 1024)
    expect(get(0x34) | (get(0x35) << 8)).toBe((48 << 20) / 0x1_0000)
    put(0x40, 0xab)
    expect([get(0x40), get(0x0d)]).toEqual([0xab, 0x80])
  })

  test('goes on from what was saved', () => {
    put(0x0b, 0x52)
    clock.passSeconds(0.75)
    const other = new Cmos(0, 1 << 20, new Line(), clock)
    other.load(JSON.parse(JSON.stringify(cmos.save())) as ReturnType<Cmos['save']>)
    clock.passSeconds(1.5)
    expect(other.save()).toEqual(cmos.save())
  })
})
