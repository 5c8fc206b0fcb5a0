import { expect, test } from 'vitest'
import { elfSymbols } from './elf.ts'

/** An ELF with a table of four symbols: none, `start`, a file's name, an undefined one. */
function withSymbols(): Uint8Array {
  const names = '\0start\0main.c\0printf\0'
  const bytes = new Uint8Array(52 + 3 * 40 + 4 * 16 + names.length)
  const view = new DataView(bytes.buffer)
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1])
  view.setUint32(32, 52, true)
  view.setUint16(48, 3, true)
  const table = 52 + 3 * 40
  ;[0, 2, 0, 0, table, 4 * 16, 2].forEach((value, n) => view.setUint32(52 + 40 + n * 4, value, true))
  ;[0, 3, 0, 0, table + 64, names.length].forEach((value, n) => view.setUint32(52 + 80 + n * 4, value, true))
  ;[[1, 0x10_000c, 2, 1], [7, 0, 4, 0xfff1], [14, 0, 2, 0]].forEach(([name, value, kind, section], n) => {
    const row = table + 16 * (n + 1)
    view.setUint32(row, name!, true)
    view.setUint32(row + 4, value!, true)
    view.setUint8(row + 12, 0x10 | kind!)
    view.setUint16(row + 14, section!, true)
  })
  bytes.set(Buffer.from(names), table + 64)
  return bytes
}

test('symbols are the named places that the file defines', () => {
  expect([...elfSymbols(withSymbols())]).toEqual([['start', 0x10_000c]])
})

test('a damaged table, or none, gives none', () => {
  expect(elfSymbols(withSymbols().subarray(0, 200)).size).toBe(0)
  expect(elfSymbols(new Uint8Array(10)).size).toBe(0)
})
