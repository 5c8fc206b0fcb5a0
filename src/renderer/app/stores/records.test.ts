// @vitest-environment happy-dom
import fc from 'fast-check'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, test } from 'vitest'
import { effect } from 'vue'
import type { RecordsDiff } from '../../../protocol/diff.ts'
import type { AnyRecord, RecordId } from '../../../protocol/records.ts'
import { sampleRecords, vm } from '../../testing/sample-records.ts'
import { useRecords } from './records.ts'

const nothing: RecordsDiff = { added: {}, updated: {}, removed: [] }
beforeEach(() => setActivePinia(createPinia()))

function loaded() {
  const records = useRecords()
  records.load({ seq: 1, simTime: 5, records: sampleRecords() })
  return records
}

describe('records', () => {
  test('a snapshot replaces everything', () => {
    const records = loaded()
    records.load({ seq: 9, simTime: 7, records: [{ id: 'room:main', type: 'room', name: 'Other' }] })
    expect(records.all('host').size).toBe(0)
    expect(records.get('room:main')?.name).toBe('Other')
    expect(records.simTime).toBe(7)
  })

  test('children come in order, and follow what is added, moved and removed', () => {
    const records = loaded()
    expect(records.childrenOf('hypervisor:kvm')).toEqual(['vm:web-1', 'vm:hadoop', 'vm:db-1'])
    records.apply({ seq: 2, simTime: 6, diff: { ...nothing, added: { 'vm:first': vm('first', 'host:charminar', 'hypervisor:kvm', { order: -1 }) } } })
    expect(records.childrenOf('hypervisor:kvm')[0]).toBe('vm:first')
    records.apply({ seq: 3, simTime: 6, diff: { ...nothing, updated: { 'vm:first': { hypervisor: 'hypervisor:xen', host: 'host:golconda' } }, removed: ['vm:web-1'] } })
    expect(records.childrenOf('hypervisor:kvm')).toEqual(['vm:hadoop', 'vm:db-1'])
    expect(records.childrenOf('hypervisor:xen')).toContain('vm:first')
    expect(records.get('vm:web-1')).toBeUndefined()
  })

  test('a change of state leaves the tree as it is, but whoever reads the record hears of it', () => {
    const records = loaded()
    const before = records.childrenOf('hypervisor:kvm')
    const seen: (string | undefined)[] = []
    effect(() => { seen.push(records.get<'vm'>('vm:web-1')?.state) })
    records.apply({ seq: 2, simTime: 6, diff: { ...nothing, updated: { 'vm:web-1': { state: 'paused' } } } })
    expect(records.childrenOf('hypervisor:kvm')).toBe(before)
    expect(seen).toEqual(['running', 'paused'])
  })

  test('any sequence of diffs ends where a snapshot of the end would', () => {
    const change = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), key: fc.integer({ min: 0, max: 8 }) }),
      fc.record({ kind: fc.constant('update' as const), key: fc.integer({ min: 0, max: 8 }), name: fc.string() }),
      fc.record({ kind: fc.constant('remove' as const), key: fc.integer({ min: 0, max: 8 }) }),
    )
    fc.assert(fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
      setActivePinia(createPinia())
      const records = loaded()
      const plain = new Map<RecordId, AnyRecord>(sampleRecords().map((record) => [record.id, record]))
      changes.forEach((each, at) => {
        const id: RecordId<'vm'> = `vm:n${each.key}`
        const fresh = vm(`n${each.key}`, 'host:charminar', 'hypervisor:kvm')
        const old = plain.get(id)
        if (each.kind === 'add') plain.set(id, fresh)
        else if (each.kind === 'remove') plain.delete(id)
        else if (old) plain.set(id, { ...old, name: each.name } as AnyRecord)
        records.apply({ seq: at + 2, simTime: at, diff: {
          added: each.kind === 'add' ? { [id]: fresh } : {}, updated: each.kind === 'update' && old ? { [id]: { name: each.name } } : {}, removed: each.kind === 'remove' ? [id] : [],
        } })
      })
      const other = useRecords()
      expect([...other.all('vm').values()].map((record) => record.name).sort()).toEqual([...plain.values()].filter((record) => record.type === 'vm').map((record) => record.name).sort())
      const children = [...records.childrenOf('hypervisor:kvm')]
      records.load({ seq: 99, simTime: 0, records: [...plain.values()] })
      expect(children).toEqual([...records.childrenOf('hypervisor:kvm')])
    }), { numRuns: 60 })
  })
})
