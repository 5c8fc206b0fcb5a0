import { expect, test } from 'vitest'
import { formatSeconds } from './seconds.ts'

test.each([
  [0, '0 s'], [20e6, '< 0.1 s'], [400e6, '0.4 s'], [14.2e9, '14.2 s'], [101.42e9, '101.4 s'], [2000e9, '2000.0 s'], [7200e9, '120 min'],
])('%d ns is %s', (nanoseconds, text) => {
  expect(formatSeconds(nanoseconds).replaceAll('\u00a0', ' ')).toBe(text)
})
