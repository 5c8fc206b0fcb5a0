import { expect, test } from 'vitest'
import { Ne2000 } from './ne2000.ts'

const STATION = [0x52, 0x54, 0, 0x0a, 0x34, 0x56]

function card(): { nic: Ne2000; levels: boolean[] } {
  const levels: boolean[] = []
  return { nic: new Ne2000({ set: (level) => void levels.push(level) }, Uint8Array.from(STATION)), levels }
}

function readFrom(nic: Ne2000, count: number): void {
  nic.write(8, 0, 2)
  nic.write(10, count, 1)
  nic.write(11, 0, 1)
  nic.write(0, 0x0a, 1)
}

test('a reset stops it, and start takes the sign of the reset back', () => {
  const { nic } = card()
  nic.write(0, 0x22, 1)
  expect(nic.read(7, 1)).toBe(0)
  nic.read(0x1f, 1)
  expect([nic.read(0, 1), nic.read(7, 1)]).toEqual([0x21, 0x80])
})

test('the station address comes by remote read, every byte twice', () => {
  const { nic } = card()
  nic.write(14, 0x48, 1)
  readFrom(nic, 12)
  expect(Array.from({ length: 12 }, () => nic.read(0x10, 1))).toEqual(STATION.flatMap((byte) => [byte, byte]))
  expect(nic.read(7, 1)).toBe(0x40)
  expect(nic.read(0x10, 1)).toBe(0)
})

test('by words, and with an interrupt when all is read', () => {
  const { nic, levels } = card()
  nic.write(14, 0x49, 1)
  nic.write(15, 0x40, 1)
  readFrom(nic, 4)
  expect([nic.read(0x10, 2), nic.read(0x10, 2)]).toEqual([0x5252, 0x5454])
  expect(levels.at(-1)).toBe(true)
  nic.write(7, 0x40, 1)
  expect(levels.at(-1)).toBe(false)
})

test('its state goes on elsewhere', () => {
  const { nic } = card()
  readFrom(nic, 12)
  nic.read(0x10, 1)
  nic.read(0x10, 1)
  const other = card().nic
  other.load(nic.save())
  expect(other.read(0x10, 1)).toBe(0x54)
})

test('a station address has six bytes', () => {
  expect(() => new Ne2000({ set: () => undefined }, new Uint8Array(5))).toThrow('six bytes')
})
