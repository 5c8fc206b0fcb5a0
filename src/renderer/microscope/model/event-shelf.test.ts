import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MachineEvent, MachineEventKind } from '../../../protocol/machine.ts'
import { EventShelf } from './event-shelf.ts'

const event = (index: number, kind: MachineEventKind): MachineEvent => ({ index, tick: index, kind, eip: 0, symbol: null, fromCpl: 0, toCpl: 0, cycles: 0 })

/** Asks as a view would until nothing is missing, of a log that forgot what is older than `oldest`. */
function fetchAll(log: readonly MachineEvent[], oldest: number, kind: MachineEventKind | null, first: number, last: number): EventShelf {
  const shelf = new EventShelf(kind !== null)
  shelf.grow(log.length)
  for (let requests = 0, part = shelf.missing(first, last); part; part = shelf.missing(first, last)) {
    expect(++requests).toBeLessThan(100)
    const { from, count } = part
    shelf.put(part, log.filter((one) => one.index >= Math.max(from, oldest) && (kind === null || one.kind === kind)).slice(0, count), log.length)
  }
  return shelf
}

test('rows in view are the newest events, of all kinds or of one', () => {
  const kinds = fc.constantFrom<MachineEventKind>('io', 'io', 'io', 'fault')
  fc.assert(fc.property(fc.array(kinds, { maxLength: 6000, size: 'max' }), fc.constantFrom(null, 'io' as const, 'fault' as const), fc.nat(50), fc.nat(20), (list, kind, first, rows) => {
    const log = list.map((one, index) => event(index, one))
    const newest = log.filter((one) => kind === null || one.kind === kind).reverse()
    const shelf = fetchAll(log, 0, kind, first, first + rows)
    for (let row = first; row <= first + rows; row++) expect(shelf.at(row)).toBe(newest[row])
  }), { numRuns: 40 })
})

test('what the log dropped has no rows', () => {
  const log = Array.from({ length: 5000 }, (_, index) => event(index, 'io'))
  const shelf = fetchAll(log, 4500, null, 0, 4999)
  expect(shelf.count).toBe(500)
  expect(shelf.at(499)?.index).toBe(4500)
})

test('a rare kind far back is found', () => {
  const log = Array.from({ length: 50_000 }, (_, index) => event(index, index === 7 ? 'fault' : 'io'))
  expect(fetchAll(log, 0, 'fault', 0, 10).at(0)?.index).toBe(7)
})
