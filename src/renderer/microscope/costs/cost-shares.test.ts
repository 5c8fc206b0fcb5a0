import { expect, test } from 'vitest'
import { costShares, cycleTime, totalCycles } from './cost-shares.ts'

test('shares are percent of the whole', () => {
  const account = { user: 1, kernel: 2, monitor: 0, hardware: 5 }
  expect(totalCycles(account)).toBe(8)
  expect(costShares(account).map(({ part, share }) => `${part} ${share}`)).toEqual(['user 12.5', 'kernel 25', 'monitor 0', 'hardware 62.5'])
  expect(costShares({ user: 0, kernel: 0, monitor: 0, hardware: 0 }).every(({ share }) => share === 0)).toBe(true)
})

test.each([
  [0, 3.8, '0 ns'], [3.8, 3.8, '1.00 ns'], [3800 * 25, 3.8, '25.0 µs'], [2e9, 2, '1.00 s'], [7.6e8, 3.8, '200 ms'],
])('%d cycles at %d GHz take %s', (cycles, ghz, text) => {
  expect(cycleTime(cycles, ghz)).toBe(text)
})
