import { beforeEach, expect, test } from 'vitest'
import { DeviceRanges } from './ranges.ts'
import { Screen } from './screen.ts'
import { ManualClock } from './testing/bench.ts'

let clock: ManualClock
let screen: Screen
let ports: DeviceRanges

beforeEach(() => {
  clock = new ManualClock()
  screen = new Screen(clock)
  ports = new DeviceRanges()
  ports.attach(0x3d0, 16, screen.ports)
  ports.attach(0xb_8000, 0x8000, screen.memory)
})

const crtc = (register: number, value: number): void => ports.write(0x3d4, register | (value << 8), 2)

test('is empty until something is written, then has lines of text', () => {
  expect(screen.lines).toBeNull()
  ports.write(0xb_8000 + 160, 0x0748, 2)
  ports.write(0xb_8000 + 162, 0x07fb, 2)
  expect(screen.lines).toHaveLength(25)
  expect(screen.lines![1]).toBe('H√'.padEnd(80))
  expect(ports.read(0xb_8000 + 160, 4)).toBe(0x07fb_0748)
})

test('has a cursor and a start address', () => {
  crtc(14, 81 >> 8)
  crtc(15, 81 & 255)
  expect(screen.cursor).toEqual({ row: 1, column: 1 })
  ports.write(0x3d4, 15, 1)
  expect(ports.read(0x3d5, 1)).toBe(81)
  ports.write(0xb_8000 + 160, 0x58, 1)
  crtc(12, 0)
  crtc(13, 80)
  expect(screen.lines![0]!.trim()).toBe('X')
  expect(screen.cursor).toEqual({ row: 0, column: 1 })
})

test('its memory repeats after 16 KiB', () => {
  ports.write(0xb_c000, 0x41, 1)
  expect(ports.read(0xb_8000, 1)).toBe(0x41)
})

test('shows the retrace in its status, sixty times in a second', () => {
  let begins = 0
  for (let i = 0, before = 0; i < 10_000; i++) {
    const now = ports.read(0x3da, 1) & 8
    if (now > before) begins++
    before = now
    clock.passSeconds(0.0001)
  }
  expect(begins).toBe(60)
})

test('goes on from what was saved', () => {
  ports.write(0xb_8000, 0x41, 1)
  ports.write(0xb_8000 + 0x3fff, 0xfe, 1)
  crtc(15, 7)
  const other = new Screen(clock)
  other.load(JSON.parse(JSON.stringify(screen.save())) as ReturnType<Screen['save']>)
  expect(other.save()).toEqual(screen.save())
  expect([other.lines, other.cursor]).toEqual([screen.lines, screen.cursor])
})

test('a word at two devices, or partly at none, is two bytes; overlap is an error', () => {
  ports.attach(0x3e0, 1, screen.ports)
  ports.write(0x3df, 0xffff, 2)
  expect(ports.read(0x3e0, 2)).toBe(0xffff)
  expect(ports.read(0x9000, 4)).toBe(-1)
  expect(ports.read(0x9000, 2)).toBe(0xffff)
  expect(() => ports.attach(0x3d8, 2, screen.ports)).toThrow('overlap')
})
