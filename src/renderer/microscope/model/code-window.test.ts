import { expect, test } from 'vitest'
import type { DisassemblyRow } from '../../../protocol/machine.ts'
import { nextRows } from './code-window.ts'

const row = (address: number, bytes = '90'): DisassemblyRow => ({ address, bytes, text: 'nop', symbol: null, line: null, privileged: false, sensitive: false })
const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => row(from + at))

test('the text rests while the counter walks through it, and grows at the end', () => {
  const shown = rows(100, 120)
  expect(nextRows(shown, rows(105, 118), 110)).toBe(shown)
  expect(nextRows(shown, rows(110, 125), 115)).toEqual(rows(100, 125))
})

test('another place, or other bytes, are shown anew', () => {
  const shown = rows(100, 120)
  const elsewhere = rows(500, 510)
  expect(nextRows(shown, elsewhere, 505)).toBe(elsewhere)
  const changed = [row(105), row(106, 'cc')]
  expect(nextRows(shown, changed, 105)).toBe(changed)
  expect(nextRows([], elsewhere, 505)).toBe(elsewhere)
})
