import fc from 'fast-check'
import { expect, test } from 'vitest'
import { slice } from './window.ts'

test('every row that is in view is drawn, and never more than the view and its margins', () => {
  fc.assert(fc.property(fc.nat(100_000), fc.nat(2_000_000), fc.nat(2000), (count, scrolled, height) => {
    const { first, last } = slice(count, 24, scrolled, height)
    expect(first).toBeGreaterThanOrEqual(0)
    expect(last).toBeLessThanOrEqual(count)
    expect(last - first).toBeLessThanOrEqual(Math.ceil(height / 24) + 18)
    const top = Math.floor(scrolled / 24)
    if (top < count) expect(first <= top && (height === 0 || last > top)).toBe(true)
  }))
})
