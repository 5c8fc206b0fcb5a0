import { expect, test } from 'vitest'
import { scanCode } from './scan-codes.ts'

test('codes of set 1', () => {
  expect(['Escape', 'Backspace', 'Enter', 'KeyA', 'Backquote', 'ShiftRight', 'Space', 'Numpad7', 'NumpadDecimal'].map(scanCode))
    .toEqual([0x01, 0x0e, 0x1c, 0x1e, 0x29, 0x36, 0x39, 0x47, 0x53])
  expect(scanCode('F6')).toBeUndefined()
})
