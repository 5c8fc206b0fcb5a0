import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MachineMark } from '../../../protocol/machine.ts'
import { scrubTarget } from './scrub.ts'

const marks: readonly MachineMark[] = [10, 20, 90].map((tick, index) => ({ kind: 'fault', index, tick }))

test('Page keys go from mark to mark, Page Up to the later one as Arrow Up does', () => {
  expect(['PageUp', 'PageDown'].map((key) => scrubTarget(key, 20, 100, marks))).toEqual([90, 10])
  expect(['PageUp', 'PageDown'].map((key) => scrubTarget(key, 15, 100, marks))).toEqual([20, 10])
  expect(scrubTarget('PageUp', 90, 100, marks)).toBeNull()
  expect(scrubTarget('PageDown', 10, 100, marks)).toBeNull()
})

test('keys stay inside the run', () => {
  fc.assert(fc.property(fc.nat(1_000_000), fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom('ArrowLeft', 'ArrowRight', 'Home', 'End'), (last, share, key) => {
    const to = scrubTarget(key, Math.floor(last * share), last, [])
    expect(to).toBeGreaterThanOrEqual(0)
    expect(to).toBeLessThanOrEqual(last)
  }))
  expect(scrubTarget('a', 3, 10, [])).toBeNull()
})
