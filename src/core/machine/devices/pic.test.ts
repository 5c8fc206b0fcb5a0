import { beforeEach, describe, expect, test } from 'vitest'
import { Pic } from './pic.ts'
import { Line, portsOf } from './testing/bench.ts'

let output: Line
let pic: Pic
const master = () => portsOf(pic.ports(pic.master), 0x20)
const slave = () => portsOf(pic.ports(pic.slave), 0xa0)
const raise = (irq: number): void => pic.line(irq).set(true)
const lower = (irq: number): void => pic.line(irq).set(false)

/** ICW1 to ICW4 for both chips, everything unmasked. */
function initialize(icw4 = 1, icw1 = 0x11): void {
  for (const [port, base, cascade] of [[0x20, 32, 4], [0xa0, 40, 2]] as const) {
    const { out } = port === 0x20 ? master() : slave()
    out(port, icw1)
    for (const word of [base, cascade, icw4]) out(port + 1, word)
    out(port + 1, 0)
  }
}

beforeEach(() => {
  output = new Line()
  pic = new Pic(output)
})

describe('an 8259A', () => {
  test('asks for nothing before its initialization words, and for nothing that is masked', () => {
    raise(0)
    expect(output.level).toBe(false)
    initialize()
    expect(output.level).toBe(false)
    master().out(0x21, 0b10)
    raise(1)
    expect(output.level).toBe(false)
    expect(master().in(0x21)).toBe(0b10)
    master().out(0x21, 0)
    expect(output.level).toBe(true)
    expect(pic.acknowledge()).toBe(33)
  })

  test('serves the lowest number first, and others wait for the end of interrupt', () => {
    initialize()
    raise(4)
    raise(1)
    expect(pic.acknowledge()).toBe(33)
    expect(output.level).toBe(false)
    raise(0)
    expect(output.level).toBe(true)
    expect(pic.acknowledge()).toBe(32)
    // Non-specific EOI ends the most urgent one that is in service.
    master().out(0x20, 0x20)
    expect(output.level).toBe(false)
    master().out(0x20, 0x20)
    expect(pic.acknowledge()).toBe(36)
  })

  test('ends a particular one by a specific EOI', () => {
    initialize()
    raise(3)
    pic.acknowledge()
    raise(1)
    pic.acknowledge()
    master().out(0x20, 0x63)
    master().out(0x20, 0x0b)
    expect(master().in(0x20)).toBe(0b10)
  })

  test('with automatic EOI has nothing in service after the acknowledge', () => {
    initialize(3)
    raise(5)
    expect(pic.acknowledge()).toBe(37)
    raise(6)
    expect(output.level).toBe(true)
    master().out(0x20, 0x0b)
    expect(master().in(0x20)).toBe(0)
  })

  test('shows IRR and ISR as OCW3 says', () => {
    initialize()
    raise(6)
    raise(3)
    pic.acknowledge()
    expect(master().in(0x20)).toBe(0b100_0000)
    master().out(0x20, 0x0b)
    expect(master().in(0x20)).toBe(0b1000)
    master().out(0x20, 0x0a)
    expect(master().in(0x20)).toBe(0b100_0000)
  })

  test('wants a new edge after each acknowledge; a level asks for as long as it lasts', () => {
    initialize()
    raise(5)
    pic.acknowledge()
    master().out(0x20, 0x20)
    raise(5)
    expect(output.level).toBe(false)
    lower(5)
    raise(5)
    expect(output.level).toBe(true)
    initialize(1, 0x19)
    expect(pic.acknowledge()).toBe(37)
    master().out(0x20, 0x20)
    expect(output.level).toBe(true)
    lower(5)
    expect(output.level).toBe(false)
  })

  test('takes single lines as levels by ELCR, but never the timer', () => {
    const { in: read, out } = portsOf(pic.edgeLevelPorts, 0x4d0)
    out(0x4d0, 0xff)
    expect(read(0x4d0)).toBe(0xf8)
    initialize()
    raise(5)
    pic.acknowledge()
    master().out(0x20, 0x20)
    expect(output.level).toBe(true)
  })

  test('reports a request that is gone as 7, with nothing in service', () => {
    initialize()
    raise(4)
    lower(4)
    expect(output.level).toBe(false)
    expect(pic.acknowledge()).toBe(39)
    master().out(0x20, 0x0b)
    expect(master().in(0x20)).toBe(0)
  })

  test('rotates: the one just served becomes the last', () => {
    initialize()
    raise(0)
    pic.acknowledge()
    raise(0)
    lower(0)
    raise(0)
    raise(3)
    master().out(0x20, 0xa0)
    expect(pic.acknowledge()).toBe(35)
    // Set priority: 4 is the last, 5 the first.
    master().out(0x20, 0x20)
    pic.acknowledge()
    master().out(0x20, 0x20)
    master().out(0x20, 0xc4)
    raise(2)
    raise(6)
    expect(pic.acknowledge()).toBe(38)
  })

  test('in special mask mode, only the masked level that is in service holds back', () => {
    initialize()
    raise(2 + 1)
    pic.acknowledge()
    master().out(0x21, 0b1000)
    raise(6)
    expect(output.level).toBe(false)
    master().out(0x20, 0x68)
    expect(output.level).toBe(true)
    expect(pic.acknowledge()).toBe(38)
  })

  test('answers a poll as if it were acknowledged', () => {
    initialize()
    raise(5)
    master().out(0x20, 0x0c)
    expect(master().in(0x20)).toBe(0x85)
    expect(output.level).toBe(false)
    master().out(0x20, 0x0c)
    expect(master().in(0x20) & 0x80).toBe(0)
  })
})

describe('the pair', () => {
  test('gives the slave its turn by IRQ 2, and both want an end of interrupt', () => {
    initialize()
    raise(14)
    expect(pic.acknowledge()).toBe(46)
    raise(8)
    // The more urgent one of the same slave waits: the master still serves IRQ 2.
    expect(output.level).toBe(false)
    slave().out(0xa0, 0x20)
    master().out(0x20, 0x20)
    expect(pic.acknowledge()).toBe(40)
  })

  test('in special fully nested mode lets a more urgent one of the same slave through', () => {
    initialize(0x11)
    raise(14)
    pic.acknowledge()
    raise(8)
    expect(output.level).toBe(true)
    expect(pic.acknowledge()).toBe(40)
  })

  test('with automatic EOI passes on one slave request after the other', () => {
    initialize(3)
    raise(14)
    raise(12)
    expect(pic.acknowledge()).toBe(44)
    expect(pic.acknowledge()).toBe(46)
    expect(output.level).toBe(false)
  })

  test('a slave whose request is gone reports 15, and the master serves IRQ 2', () => {
    initialize()
    pic.slave.set(6, true)
    pic.master.set(2, true)
    pic.slave.set(6, false)
    expect(pic.acknowledge()).toBe(47)
    master().out(0x20, 0x0b)
    expect(master().in(0x20)).toBe(0b100)
  })

  test('tells which lines could get through', () => {
    expect(pic.isOpen(0)).toBe(false)
    initialize()
    master().out(0x21, 0b100)
    expect([pic.isOpen(0), pic.isOpen(14)]).toEqual([true, false])
  })

  test('goes on from what was saved', () => {
    initialize()
    raise(14)
    raise(1)
    pic.acknowledge()
    const other = new Pic(new Line())
    other.load(pic.save())
    expect(other.save()).toEqual(pic.save())
    other.ports(other.master).write(0, 0x20, 1)
    expect(other.acknowledge()).toBe(46)
  })
})
