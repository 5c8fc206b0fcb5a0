import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hex32, hexShort, machineTime, parseAddress } from './format.ts'

const REGISTERS = { eax: 1, ebx: 2, ecx: 3, edx: 4, esi: 5, edi: 6, ebp: 7, esp: 0x10ffdc, eip: 0x101a38, cr2: 0, cr3: 0x118000 }

test('addresses are read as they are written', () => {
  fc.assert(fc.property(fc.nat(0xffff_ffff), (address) => {
    expect(parseAddress(hex32(address), null)).toBe(address)
    expect(parseAddress(hexShort(address), null)).toBe(address)
    expect(parseAddress(`${hex32(address)}h`, null)).toBe(address)
  }))
})

test('registers stand for their value, nonsense for nothing', () => {
  expect(parseAddress(' ESP ', REGISTERS)).toBe(0x10ffdc)
  expect(parseAddress('esp', null)).toBeNull()
  for (const text of ['', '0x', 'hello', '123456789', '-1', '1.5']) expect(parseAddress(text, REGISTERS), text).toBeNull()
})

test('a tick is a time', () => {
  expect(machineTime(48_291, 100_000_000).replaceAll('\u00a0', ' ')).toBe('0:00.000 482 910')
  expect(machineTime(100_000_000 * 61, 100_000_000).replaceAll('\u00a0', ' ')).toBe('1:01.000 000 000')
})
