import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AnyRecord, RecordId } from '../../protocol/records.ts'
import { rack, storeStep, takeStep } from '../testing/random-edits.ts'
import { applyDiff } from './diff.ts'
import { Store } from './store.ts'

const contents = (store: Store): Map<RecordId, AnyRecord> => new Map([...store.everything()].map((record) => [record.id, record]))
const sorted = (records: Map<RecordId, AnyRecord>): [RecordId, AnyRecord][] => [...records].sort(([a], [b]) => (a < b ? -1 : 1))

describe('takeDiff', () => {
  test('applied one after the other, diffs give the store, however the changes are cut into diffs', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(storeStep, fc.boolean()), { maxLength: 60 }), (steps) => {
        const store = new Store()
        const seen = new Map<RecordId, AnyRecord>()
        for (const [step, take] of steps) {
          takeStep(store, step)
          const diff = take ? store.takeDiff() : undefined
          if (diff) applyDiff(seen, diff)
        }
        const rest = store.takeDiff()
        if (rest) applyDiff(seen, rest)
        expect(sorted(seen)).toEqual(sorted(contents(store)))
        expect(store.takeDiff()).toBeUndefined()
      }),
    )
  })

  test('is the net change, as a slow comparison of before and after has it', () => {
    fc.assert(
      fc.property(fc.array(storeStep, { maxLength: 20 }), fc.array(storeStep, { maxLength: 20 }), (before, after) => {
        const store = new Store()
        for (const step of before) takeStep(store, step)
        store.takeDiff()
        const was = contents(store)
        for (const step of after) takeStep(store, step)
        const is = contents(store)
        const diff = store.takeDiff() ?? { added: {}, updated: {}, removed: [] }
        expect(Object.keys(diff.added).sort()).toEqual([...is.keys()].filter((id) => !was.has(id)).sort())
        expect([...diff.removed].sort()).toEqual([...was.keys()].filter((id) => !is.has(id)).sort())
        for (const [id, fields] of Object.entries(diff.updated)) {
          const [old, now] = [was.get(id as RecordId), is.get(id as RecordId)] as unknown as [Record<string, unknown>, Record<string, unknown>]
          const changed = Object.keys(now).filter((key) => JSON.stringify(now[key]) !== JSON.stringify(old[key]))
          for (const key of changed) expect(fields[key]).toEqual(now[key])
          expect(Object.keys(fields).sort()).toEqual(changed.sort())
        }
      }),
    )
  })

  test('tells once that there is something to take', () => {
    const store = new Store()
    let told = 0
    store.whenPending = () => told++
    store.put(rack('rack:1', 'a', 0))
    store.put(rack('rack:2', 'a', 1))
    expect(told).toBe(1)
    store.takeDiff()
    store.remove('rack:1')
    expect(told).toBe(2)
  })
})

describe('a transaction', () => {
  test('that throws changes nothing, and nobody who takes diffs sees that it was tried', () => {
    fc.assert(
      fc.property(fc.array(storeStep, { maxLength: 20 }), fc.array(storeStep, { maxLength: 20 }), (before, tried) => {
        const store = new Store()
        for (const step of before) takeStep(store, step)
        store.takeDiff()
        const [was, hash] = [contents(store), store.hash()]
        expect(() =>
          store.transaction(() => {
            for (const step of tried) takeStep(store, step)
            throw new Error('no')
          }),
        ).toThrow('no')
        expect(sorted(contents(store))).toEqual(sorted(was))
        expect(store.hash()).toBe(hash)
        const diff = store.takeDiff()
        expect([...Object.keys(diff?.added ?? {}), ...Object.keys(diff?.updated ?? {}), ...(diff?.removed ?? [])]).toEqual([])
      }),
    )
  })

  test('answers its changes, which put the store back when they are reversed', () => {
    fc.assert(
      fc.property(fc.array(storeStep, { maxLength: 20 }), fc.array(storeStep, { maxLength: 20 }), (before, made) => {
        const store = new Store()
        for (const step of before) takeStep(store, step)
        const hash = store.hash()
        const { changes } = store.transaction(() => made.forEach((step) => takeStep(store, step)))
        for (const [id, { before: old }] of changes) {
          if (old) store.put(old)
          else store.remove(id)
        }
        expect(store.hash()).toBe(hash)
      }),
    )
  })

  test('does not hold another one', () => {
    const store = new Store()
    expect(() => store.transaction(() => store.transaction(() => undefined))).toThrow('nest')
    store.transaction(() => store.put(rack('rack:1', 'a', 0)))
    expect(store.count('rack')).toBe(1)
  })
})

test('the hash depends on what is there, not on the order or the way in which it came', () => {
  const [one, other] = [new Store(), new Store()]
  one.put(rack('rack:1', 'a', 0))
  one.put(rack('rack:2', 'b', 1))
  other.put(rack('rack:2', 'x', 1))
  other.put({ order: 0, name: 'a', room: 'room:main', type: 'rack', id: 'rack:1' })
  expect(one.hash()).not.toBe(other.hash())
  other.update('rack:2', { name: 'b' })
  expect(one.hash()).toBe(other.hash())
})

test('what is not there is refused by name', () => {
  expect(() => new Store().require('vm:7')).toThrow('There is no vm:7.')
})
