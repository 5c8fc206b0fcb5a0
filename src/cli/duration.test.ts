import { expect, test } from 'vitest'
import { UsageError } from './command.ts'
import { durationNs } from './duration.ts'

test.each([['90s', 90e9], ['5', 5e9], ['1.5m', 90e9], ['2h', 7200e9], ['250ms', 250e6], ['7ns', 7], ['0', 0]])('%s is %d ns', (text, ns) => {
  expect(durationNs(text)).toBe(ns)
})

test.each(['', 's', '-1s', '1e9s', '5 s', '5x', '99999d', 'NaN'])('"%s" is refused', (text) => {
  expect(() => durationNs(text)).toThrow(UsageError)
})
