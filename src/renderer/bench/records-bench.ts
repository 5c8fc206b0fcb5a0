import { createPinia, setActivePinia } from 'pinia'
import type { RecordId } from '../../protocol/records.ts'
import { useRecords } from '../app/stores/records.ts'
import { generateRoom } from '../testing/generate-room.ts'

/** The window's store alone: what a tick with 2,000 changed records costs to apply. For benchmarks; never part of the shipped app. */
const OBJECTS = 11_000
const CHANGES = 2000
const TICKS = 100

setActivePinia(createPinia())
const store = useRecords()
store.load({ seq: 1, simTime: 0, records: generateRoom(OBJECTS) })
const ids: RecordId[] = [...store.all('host').keys(), ...store.all('vm').keys(), ...store.all('container').keys()]

/** Fields that change without moving anything, a different slice of the room each tick. */
function changesOf(tick: number): Record<RecordId, Readonly<Record<string, unknown>>> {
  const updated: Record<RecordId, Readonly<Record<string, unknown>>> = {}
  for (let at = 0; at < CHANGES; at++) {
    const id = ids[(tick * CHANGES + at * 5) % ids.length]!
    updated[id] = id.startsWith('host:') ? { memoryUsedMiB: tick } : { since: tick }
  }
  return updated
}

/** Median milliseconds of one `apply`. */
function measureApply(): number {
  const times: number[] = []
  for (let tick = 1; tick <= TICKS; tick++) {
    const updated = JSON.parse(JSON.stringify(changesOf(tick))) as ReturnType<typeof changesOf>
    const start = performance.now()
    store.apply({ seq: tick + 1, simTime: tick, diff: { added: {}, updated, removed: [] } })
    times.push(performance.now() - start)
  }
  return times.sort((a, b) => a - b)[TICKS >> 1]!
}

;(globalThis as unknown as { measureApply: () => number }).measureApply = measureApply
