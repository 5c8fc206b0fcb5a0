import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MachineEventKind } from '../../../protocol/machine.ts'
import { EventLog } from '../history/event-log.ts'
import { marksOf } from './marks.ts'

type Happened = readonly [tick: number, kind: MachineEventKind]

const log = (happened: readonly Happened[], most = 1 << 17): EventLog => {
  const events = new EventLog(most)
  for (const [tick, kind] of happened) events.add({ tick, kind, eip: 0, linear: 0, fromCpl: 0, toCpl: 0, number: -1, error: -1, target: 0, value: 0, before: 0, code: new Uint8Array(), detail: null })
  return events
}

test('of the events of one piece the most telling is marked, and of its kind the first', () => {
  const events = log([[1, 'io'], [3, 'fault'], [8, 'fault'], [9, 'return'], [55, 'io'], [90, 'halt'], [100, 'end']])
  expect(marksOf(events, events.total, 100, 10)).toEqual([{ kind: 'fault', index: 1, tick: 3 }, { kind: 'io', index: 4, tick: 55 }, { kind: 'end', index: 6, tick: 100 }])
  expect(marksOf(events, events.total, 100, 1)).toEqual([{ kind: 'end', index: 6, tick: 100 }])
})

test('nothing happened, or nothing ran: there are no marks, or one', () => {
  expect(marksOf(log([]), 0, 0, 240)).toEqual([])
  expect(marksOf(log([[0, 'end']]), 1, 0, 240)).toEqual([{ kind: 'end', index: 0, tick: 0 }])
})

test('events that were dropped from a long log are not marked', () => {
  const events = log(Array.from({ length: 10_000 }, (_, tick): Happened => [tick, 'io']), 100)
  expect(events.first).toBeGreaterThan(0)
  expect(marksOf(events, events.total, 10_000, 100)[0]).toMatchObject({ index: events.first, tick: events.first })
})

test('whatever happened, marks ascend, are events, and are no more than the pieces', () => {
  const kinds = fc.constantFrom<MachineEventKind>('fault', 'interrupt', 'gate', 'return', 'io', 'control', 'halt')
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(10_000), kinds), { maxLength: 300 }), fc.integer({ min: 1, max: 50 }), (happened, buckets) => {
    const sorted = happened.toSorted(([one], [other]) => one - other)
    const marks = marksOf(log(sorted), sorted.length, 10_000, buckets)
    const bucketOf = (tick: number): number => Math.min(buckets - 1, Math.floor((tick / 10_000) * buckets))
    expect(marks.map(({ tick, kind }) => [tick, kind])).toEqual(marks.map(({ index }) => sorted[index]))
    expect(marks.map(({ tick }) => bucketOf(tick))).toEqual([...new Set(sorted.map(([tick]) => bucketOf(tick)))])
  }))
})
