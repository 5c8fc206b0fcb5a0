import { beforeEach, describe, expect, test } from 'vitest'
import { Line, ManualClock, portsOf } from './testing/bench.ts'
import { Uart } from './uart.ts'

let clock: ManualClock
let line: Line
let sent: number[]
let uart: Uart

beforeEach(() => {
  clock = new ManualClock()
  line = new Line()
  sent = []
  uart = new Uart(line, { write: (byte) => sent.push(byte) }, clock)
})

const io = () => portsOf(uart, 0x3f8)
const type = (text: string): void => uart.type(Uint8Array.from(Buffer.from(text)))
/** Ticks of a character at 9600 baud. */
const CHARACTER = Math.ceil(10 / 9600 * 100_000_000)

describe('a 16550A', () => {
  test('sends at once and can always take more', () => {
    io().out(0x3f8, 0x41)
    expect(sent).toEqual([0x41])
    expect(io().in(0x3fd)).toBe(0x60)
  })

  test('keeps the divisor behind DLAB', () => {
    io().out(0x3fb, 0x83)
    io().out(0x3f8, 0x34)
    io().out(0x3f9, 0x12)
    expect([io().in(0x3f8), io().in(0x3f9)]).toEqual([0x34, 0x12])
    io().out(0x3fb, 3)
    expect([io().in(0x3f9), sent]).toEqual([0, []])
  })

  test('is recognized by its FIFO bits and its scratch register', () => {
    io().out(0x3ff, 0x5a)
    expect(io().in(0x3ff)).toBe(0x5a)
    expect(io().in(0x3fa)).toBe(1)
    io().out(0x3fa, 7)
    expect(io().in(0x3fa)).toBe(0xc1)
  })

  test('receives a character at a time, no faster than the line, and loses none', () => {
    type('ab')
    clock.pass(1)
    expect(io().in(0x3fd)).toBe(0x61)
    clock.pass(10 * CHARACTER)
    expect(io().in(0x3f8)).toBe(0x61)
    expect(io().in(0x3fd)).toBe(0x60)
    clock.pass(1)
    expect(io().in(0x3f8)).toBe(0x62)
    type('cd')
    clock.pass(CHARACTER)
    expect(io().in(0x3f8)).toBe(0x63)
    clock.pass(CHARACTER - 1)
    expect(io().in(0x3fd)).toBe(0x60)
    clock.pass(1)
    expect(io().in(0x3f8)).toBe(0x64)
    expect(uart.unread).toBe(0)
  })

  test('interrupts for a received character until it is read', () => {
    io().out(0x3f9, 1)
    type('x')
    clock.pass(1)
    expect(line.level).toBe(true)
    expect(io().in(0x3fa)).toBe(4)
    io().in(0x3f8)
    expect([line.level, io().in(0x3fa)]).toEqual([false, 1])
  })

  test('with FIFO interrupts at its trigger level, or when characters wait', () => {
    io().out(0x3fa, 0x47)
    io().out(0x3f9, 1)
    type('abcde')
    clock.pass(1 + 2 * CHARACTER)
    expect(line.level).toBe(false)
    clock.pass(CHARACTER)
    expect([line.level, io().in(0x3fa)]).toEqual([true, 0xc4])
    for (let i = 0; i < 3; i++) io().in(0x3f8)
    expect(line.level).toBe(false)
    clock.pass(20 * CHARACTER)
    expect([line.level, io().in(0x3fa)]).toEqual([true, 0xcc])
    expect([io().in(0x3f8), io().in(0x3f8)]).toEqual([0x64, 0x65])
    expect(line.level).toBe(false)
  })

  test('tells once that it can send: when asked first, and after each character', () => {
    io().out(0x3f9, 2)
    expect(line.level).toBe(true)
    expect(io().in(0x3fa)).toBe(2)
    expect([line.level, io().in(0x3fa)]).toEqual([false, 1])
    io().out(0x3f8, 0x41)
    expect(line.level).toBe(true)
  })

  test('reports the more urgent reason first', () => {
    io().out(0x3f9, 3)
    type('x')
    clock.pass(1)
    expect(io().in(0x3fa)).toBe(4)
    io().in(0x3f8)
    expect(io().in(0x3fa)).toBe(2)
  })

  test('in loopback hears itself and its own modem lines, and nothing leaves', () => {
    io().out(0x3fc, 0x1a)
    expect(io().in(0x3fe) & 0xf0).toBe(0x90)
    io().out(0x3f8, 0x55)
    expect([sent, io().in(0x3fd) & 1, io().in(0x3f8)]).toEqual([[], 1, 0x55])
    io().out(0x3f8, 1)
    io().out(0x3f8, 2)
    expect(io().in(0x3fd) & 3).toBe(3)
    expect([io().in(0x3f8), io().in(0x3fd)]).toEqual([2, 0x60])
  })

  test('tells of modem lines that changed', () => {
    io().out(0x3f9, 8)
    expect(line.level).toBe(false)
    io().out(0x3fc, 0x10)
    expect([line.level, io().in(0x3fa), io().in(0x3fe)]).toEqual([true, 0, 0x0b])
    expect([line.level, io().in(0x3fe)]).toEqual([false, 0])
  })

  test('goes on from what was saved', () => {
    type('abc')
    clock.pass(1)
    const other = new Uart(new Line(), { write: () => undefined }, clock)
    other.load(JSON.parse(JSON.stringify(uart.save())) as ReturnType<Uart['save']>)
    for (const one of [uart, other]) expect(one.read(0)).toBe(0x61)
    clock.pass(2 * CHARACTER)
    expect(other.save()).toEqual(uart.save())
    expect(other.read(0)).toBe(0x62)
  })
})
