import { expect, test } from 'vitest'
import { OneTimeAddresses } from './one-time-addresses.ts'

test('an address is good once and for two minutes', () => {
  let now = 0
  const addresses = new OneTimeAddresses(() => now)
  const used = addresses.add('/used')
  expect(addresses.take(used)).toBe('/used')
  expect(addresses.take(used)).toBeNull()
  const old = addresses.add('/old')
  now = 120_001
  expect(addresses.take(old)).toBeNull()
  expect(addresses.take('/open?c=')).toBeNull()
})
