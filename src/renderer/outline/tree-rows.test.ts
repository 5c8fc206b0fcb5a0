import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AnyRecord, RecordId } from '../../protocol/records.ts'
import { parentOf } from '../app/stores/record-index.ts'
import { sampleRecords } from '../testing/sample-records.ts'
import { outlineParent, type TreeSource, treeRows, typeahead } from './tree-rows.ts'

const all = new Map<RecordId, AnyRecord>(sampleRecords().map((record) => [record.id, record]))
const source: TreeSource = { record: (id) => all.get(id), children: (id) => [...all.values()].filter((record) => parentOf(record) === id).map((record) => record.id) }
const open = new Set<RecordId>()
const ids = (filter = '', closed: ReadonlySet<RecordId> = open) => treeRows(source, 'room:main', closed, filter).map((row) => row.id)

describe('outline rows', () => {
  test('containers stand under the machine whose kernel they share, images under their engine', () => {
    const rows = treeRows(source, 'room:main', open, '')
    expect(rows.find((row) => row.id === 'container:shop')?.parent).toBe('vm:web-1')
    expect(rows.find((row) => row.id === 'image:1')?.parent).toBe('engine:web')
    expect(ids()).not.toContain('snapshot:1')
  })

  test('a closed row hides all below it', () => {
    expect(ids('', new Set<RecordId>(['vm:web-1']))).toEqual(ids().filter((id) => !['container:shop', 'container:api', 'container:cache', 'container:jobs', 'container:once', 'engine:web', 'image:1'].includes(id)))
  })

  test('a filter keeps matches with the way to them, even when closed', () => {
    expect(ids('shop', new Set<RecordId>(['vm:web-1']))).toEqual(['room:main', 'rack:1', 'host:charminar', 'hypervisor:kvm', 'vm:web-1', 'container:shop'])
    expect(ids('no such thing')).toEqual([])
  })

  test('every row but the first has its parent above it, one level up', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.constantFrom(...all.keys())), fc.constantFrom('', 'a', 'web', 'nginx'), (closed, filter) => {
      const rows = treeRows(source, 'room:main', new Set(closed), filter)
      rows.forEach((row, at) => {
        if (at === 0) return
        const parent = rows.slice(0, at).findLast((above) => above.depth === row.depth - 1)
        expect(parent?.id).toBe(row.parent)
        const record = all.get(row.id)
        expect(record && outlineParent(source, record)).toBe(row.parent)
      })
    }))
  })

  test('typing jumps to the next name, more letters narrow it', () => {
    const rows = treeRows(source, 'room:main', open, '')
    const name = (id: RecordId) => id.slice(id.indexOf(':') + 1)
    const at = typeahead(rows, name, 0, 'd')
    expect(rows[at]?.id).toBe('vm:db-1')
    expect(rows[typeahead(rows, name, at, 'do')]?.id).toBe('vm:Dom0')
    expect(typeahead(rows, name, 0, 'zz')).toBe(-1)
  })
})
