// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, test } from 'vitest'
import { nextTick } from 'vue'
import type { RecordsDiff } from '../../../protocol/diff.ts'
import { sampleRecords, vm } from '../../testing/sample-records.ts'
import { useRecords } from './records.ts'
import { useSelection } from './selection.ts'

const nothing: RecordsDiff = { added: {}, updated: {}, removed: [] }
beforeEach(() => setActivePinia(createPinia()))

function opened() {
  const records = useRecords()
  records.load({ seq: 1, simTime: 5, records: sampleRecords() })
  const selection = useSelection()
  selection.select('vm:web-1')
  const add = async (): Promise<void> => {
    records.apply({ seq: 2, simTime: 6, diff: { ...nothing, added: { 'vm:late': vm('late', 'host:charminar', 'hypervisor:kvm', {}) } } })
    await nextTick()
  }
  return { selection, add }
}

describe('reveal', () => {
  test('what is there is chosen at once, each time anew', () => {
    const { selection } = opened()
    selection.reveal('vm:db-1')
    selection.reveal('vm:db-1')
    expect([selection.id, selection.revealed]).toEqual(['vm:db-1', 2])
  })

  test('what comes later is chosen when it comes, and once', async () => {
    const { selection, add } = opened()
    selection.reveal('vm:late')
    expect([selection.id, selection.revealed]).toEqual(['vm:web-1', 0])
    await add()
    expect([selection.id, selection.record?.id, selection.revealed]).toEqual(['vm:late', 'vm:late', 1])
    selection.select('vm:db-1')
    await nextTick()
    expect([selection.id, selection.revealed]).toEqual(['vm:db-1', 1])
  })

  test('a choice made in the meantime stays', async () => {
    const { selection, add } = opened()
    selection.reveal('vm:late')
    selection.select('vm:db-1')
    await add()
    expect([selection.id, selection.revealed]).toEqual(['vm:db-1', 0])
  })
})
