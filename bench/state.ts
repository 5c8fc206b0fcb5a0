import { performance } from 'node:perf_hooks'
import { applyDiff } from '../src/core/store/diff.ts'
import { Store } from '../src/core/store/store.ts'
import { Random } from '../src/core/simulation/random.ts'
import type { AnyRecord, RecordId } from '../src/protocol/records.ts'
import { fillFleet, tick } from './fleet.ts'

const TICKS = 60
const CHANGES = 2000

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!

/** State diffs at 1,000 hosts and 10,000 VMs and containers, 2,000 changes a tick. Sizes in bytes of JSON, times in ms. */
export function measureState(): Readonly<Record<string, number>> {
  const store = new Store()
  fillFleet(store, 1000, 5, 5)
  store.takeDiff()
  const records = [...store.everything()]
  const ids = records.map((record) => record.id)
  const snapshotBytes = JSON.stringify(records).length
  const mirror = new Map<RecordId, AnyRecord>(records.map((record) => [record.id, record]))
  const random = new Random('bench')
  const [core, apply, bytes]: [number[], number[], number[]] = [[], [], []]
  for (let at = 0; at < TICKS; at++) {
    const start = performance.now()
    tick(store, ids, random, CHANGES, at)
    const diff = store.takeDiff()!
    core.push(performance.now() - start)
    const wire = JSON.stringify(diff)
    bytes.push(wire.length)
    const received = JSON.parse(wire) as typeof diff
    const before = performance.now()
    applyDiff(mirror, received)
    apply.push(performance.now() - before)
  }
  return {
    records: records.length,
    snapshotBytes,
    bytesPerTick: median(bytes),
    bytesPerTickOverSnapshot: median(bytes) / snapshotBytes,
    coreMsPerTick: median(core),
    applyMsPerTickInNode: median(apply),
  }
}
