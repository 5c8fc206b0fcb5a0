import { beforeEach, describe, expect, test } from 'vitest'
import { Keyboard } from './keyboard.ts'
import { FastA20, PostPort } from './system-ports.ts'
import { Line, ManualClock } from './testing/bench.ts'

let clock: ManualClock
let line: Line
let resets: number
let keyboard: Keyboard

beforeEach(() => {
  clock = new ManualClock()
  line = new Line()
  resets = 0
  keyboard = new Keyboard(line, { write: () => resets++ }, clock)
})

const status = (): number => keyboard.command.read(0, 1)
const read = (): number => keyboard.data.read(0, 1)
const write = (value: number): void => keyboard.data.write(0, value, 1)
const command = (value: number): void => keyboard.command.write(0, value, 1)
/** What comes, with time to come. */
function bytes(): number[] {
  const seen: number[] = []
  for (clock.passSeconds(0.001); (status() & 1) !== 0; clock.passSeconds(0.001)) seen.push(read())
  return seen
}

describe('the keyboard', () => {
  test('sends a code when a key goes down and when it comes up, each with an interrupt', () => {
    keyboard.key(0x1e, true)
    keyboard.key(0x1e, false)
    expect(status() & 1).toBe(0)
    clock.passSeconds(0.001)
    expect([status() & 1, line.level, read(), line.level]).toEqual([1, true, 0x1e, false])
    clock.passSeconds(0.001)
    expect([line.level, read()]).toEqual([true, 0x9e])
    expect(line.rises).toBe(2)
  })

  test('loses keys when nobody reads them', () => {
    for (let i = 0; i < 1000; i++) keyboard.key(0x10 + (i % 16), true)
    expect(bytes()).toHaveLength(64)
  })

  test('answers commands', () => {
    for (const value of [0xff, 0xf2, 0xee, 0xed, 7, 0xf0, 0, 0xf0, 1, 0x55]) write(value)
    expect(bytes()).toEqual([0xfa, 0xaa, 0xfa, 0xab, 0x41, 0xee, 0xfa, 0xfa, 0xfa, 0xfa, 2, 0xfa, 0xfa, 0xfe])
  })

  test('is silent while scanning is off', () => {
    write(0xf5)
    bytes()
    keyboard.key(0x1e, true)
    expect(bytes()).toEqual([])
    write(0xf4)
    keyboard.key(0x1e, true)
    expect(bytes()).toEqual([0xfa, 0x1e])
  })
})

describe('its controller', () => {
  test('passes its tests', () => {
    command(0xaa)
    expect(read()).toBe(0x55)
    command(0xab)
    expect([status() & 8, read()]).toEqual([8, 0])
  })

  test('keeps a command byte, which can turn off interrupt and keyboard', () => {
    command(0x20)
    expect(read()).toBe(0x45)
    command(0x60)
    write(0x44)
    keyboard.key(1, true)
    clock.passSeconds(0.001)
    expect([line.level, status() & 1]).toEqual([false, 1])
    read()
    command(0xad)
    keyboard.key(2, true)
    expect(bytes()).toEqual([])
    command(0xae)
    expect(bytes()).toEqual([2])
  })

  test('resets the processor by its pulse or its output port', () => {
    command(0xff)
    expect(resets).toBe(0)
    command(0xfe)
    command(0xd1)
    write(2)
    expect(resets).toBe(2)
  })

  test('shows A20 open, and has no mouse', () => {
    command(0xd0)
    expect(read() & 2).toBe(2)
    command(0xd4)
    write(0xf4)
    expect(bytes()).toEqual([])
  })

  test('goes on from what was saved', () => {
    write(0xed)
    keyboard.key(3, true)
    const other = new Keyboard(new Line(), { write: () => undefined }, clock)
    other.load(keyboard.save())
    clock.passSeconds(0.001)
    expect(other.save()).toEqual(keyboard.save())
    expect(other.data.read(0, 1)).toBe(0xfa)
  })
})

test('fast A20 is open and resets; the POST port remembers', () => {
  const fast = new FastA20({ write: () => resets++ })
  fast.write(0, 2)
  expect([fast.read(), resets]).toEqual([2, 0])
  fast.write(0, 3)
  expect(resets).toBe(1)
  const post = new PostPort()
  post.write(0, 0x42)
  expect(post.read()).toBe(0x42)
})
