import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MachineEvent, MachineEventKind } from '../../../protocol/machine.ts'
import { scrubMarks, scrubTarget } from './scrub.ts'

const event = (tick: number, kind: MachineEventKind): MachineEvent => ({ index: 0, tick, kind, eip: 0, symbol: null, fromCpl: 0, toCpl: 0, cycles: 0 })

test('one mark in each piece, the most telling', () => {
  expect(scrubMarks([event(10, 'io'), event(11, 'fault'), event(90, 'return')], 100, 10)).toEqual([{ at: 0.15, kind: 'fault' }, { at: 0.95, kind: 'return' }])
  expect(scrubMarks([event(200, 'io')], 100, 10)).toEqual([])
})

test('keys stay inside the run', () => {
  fc.assert(fc.property(fc.nat(1_000_000), fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom('ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown', 'Home', 'End'), (last, share, key) => {
    const to = scrubTarget(key, Math.floor(last * share), last)
    expect(to).toBeGreaterThanOrEqual(0)
    expect(to).toBeLessThanOrEqual(last)
  }))
  expect(scrubTarget('a', 3, 10)).toBeNull()
})
