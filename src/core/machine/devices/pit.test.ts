import { beforeEach, describe, expect, test } from 'vitest'
import { Pit, PIT_HERTZ } from './pit.ts'
import { Line, ManualClock, portsOf } from './testing/bench.ts'

let clock: ManualClock
let line: Line
let pit: Pit

/** A tick is a clock of the PIT, so that counts can be read off. */
beforeEach(() => {
  clock = new ManualClock(PIT_HERTZ)
  line = new Line()
  pit = new Pit(line, clock)
})

const io = () => portsOf(pit, 0x40)
const system = () => portsOf(pit.systemPort, 0x61)
function program(counter: number, mode: number, count: number, bcd = 0): void {
  io().out(0x43, (counter << 6) | 0x30 | (mode << 1) | bcd)
  io().out(0x40 + counter, count & 0xff)
  io().out(0x40 + counter, count >> 8)
}
const readCount = (counter: number): number => {
  io().out(0x43, counter << 6)
  return io().in(0x40 + counter) | (io().in(0x40 + counter) << 8)
}

describe('an 8254', () => {
  test('in mode 2 interrupts once in each period, from the clock after the count', () => {
    program(0, 2, 100)
    clock.pass(100)
    expect(line.rises).toBe(1)
    clock.pass(1)
    expect(line.rises).toBe(2)
    clock.pass(1000)
    expect(line.rises).toBe(12)
  })

  test('in mode 2 counts down by one and starts again', () => {
    program(0, 2, 100)
    clock.pass(1)
    expect(readCount(0)).toBe(100)
    clock.pass(30)
    expect(readCount(0)).toBe(70)
    clock.pass(69)
    expect(readCount(0)).toBe(1)
    clock.pass(1)
    expect(readCount(0)).toBe(100)
  })

  test('in mode 3 counts down by two and is high for half of the time', () => {
    program(2, 3, 100)
    system().out(0x61, 1)
    clock.pass(1)
    expect(readCount(2)).toBe(100)
    clock.pass(10)
    expect(readCount(2)).toBe(80)
    expect(system().in(0x61) & 0x20).toBe(0x20)
    clock.pass(40)
    expect(system().in(0x61) & 0x20).toBe(0)
  })

  test('in mode 0 is low until the count is over, once', () => {
    program(0, 0, 50)
    expect(line.level).toBe(false)
    clock.pass(50)
    expect(line.level).toBe(false)
    clock.pass(1)
    expect(line.level).toBe(true)
    clock.pass(1000)
    expect(line.rises).toBe(1)
    expect(readCount(0)).toBe(0x1_0000 - 1000)
  })

  test('in mode 4 strobes low for one clock', () => {
    program(0, 4, 10)
    expect(line.level).toBe(true)
    clock.pass(12)
    expect(line.rises).toBe(2)
    expect(clock.next).toBeNull()
  })

  test('waits in mode 1 for its gate', () => {
    program(2, 1, 20)
    clock.pass(100)
    expect(system().in(0x61) & 0x20).toBe(0x20)
    system().out(0x61, 1)
    clock.pass(1)
    expect(system().in(0x61) & 0x20).toBe(0)
    clock.pass(20)
    expect(system().in(0x61) & 0x20).toBe(0x20)
  })

  test('keeps a latched count until it is read', () => {
    program(0, 2, 1000)
    clock.pass(101)
    io().out(0x43, 0)
    clock.pass(50)
    io().out(0x43, 0)
    expect(io().in(0x40) | (io().in(0x40) << 8)).toBe(900)
    expect(io().in(0x40) | (io().in(0x40) << 8)).toBe(850)
  })

  test('reads back status and count of several counters', () => {
    program(0, 2, 1000)
    clock.pass(11)
    io().out(0x43, 0xc2)
    expect(io().in(0x40)).toBe(0xb4)
    expect(io().in(0x40) | (io().in(0x40) << 8)).toBe(990)
    io().out(0x43, 0x34)
    io().out(0x43, 0xe2)
    // No count yet.
    expect(io().in(0x40)).toBe(0xf4)
  })

  test('counts in BCD', () => {
    program(0, 2, 0x1234, 1)
    clock.pass(1 + 35)
    expect(readCount(0)).toBe(0x1199)
    program(0, 2, 0, 1)
    clock.pass(1 + 1)
    expect(readCount(0)).toBe(0x9999)
  })

  test('takes one byte only, where it was told so', () => {
    io().out(0x43, 0x14)
    io().out(0x40, 50)
    clock.pass(1 + 10)
    expect(io().in(0x40)).toBe(40)
    expect(io().in(0x40)).toBe(40)
  })

  test('a new count without a control word starts with the next period', () => {
    program(0, 2, 100)
    clock.pass(51)
    io().out(0x40, 10)
    io().out(0x40, 0)
    expect(readCount(0)).toBe(50)
    clock.pass(50)
    expect(line.rises).toBe(2)
    clock.pass(30)
    expect(line.rises).toBe(5)
  })

  test('counter 2 stands still while its gate is low', () => {
    program(2, 0, 1000)
    clock.pass(500)
    expect(readCount(2)).toBe(1000)
    system().out(0x61, 1)
    clock.pass(400)
    system().out(0x61, 0)
    clock.pass(5000)
    expect(readCount(2)).toBe(600)
    system().out(0x61, 1)
    clock.pass(599)
    expect(system().in(0x61) & 0x21).toBe(1)
    clock.pass(1)
    expect(system().in(0x61) & 0x21).toBe(0x21)
  })

  test('keeps time with a processor of another speed: 100 Hz for an hour', () => {
    clock = new ManualClock(100_000_000)
    pit = new Pit(line, clock)
    program(0, 2, 11_932)
    clock.passSeconds(3600)
    // The line was high before: its first rise is the end of the first period.
    expect(line.rises - 1).toBe(Math.floor((3600 * PIT_HERTZ - 1) / 11_932))
  })

  test('goes on from what was saved', () => {
    program(0, 2, 100)
    clock.pass(42)
    const other = new Pit(new Line(), clock)
    other.load(pit.save())
    clock.pass(77)
    expect(other.save()).toEqual(pit.save())
  })
})
