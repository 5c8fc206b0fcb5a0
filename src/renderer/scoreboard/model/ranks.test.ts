import { expect, test } from 'vitest'
import type { ScoreCell, WorkloadName } from '../../../protocol/comparison.ts'
import type { TechniqueName } from '../../../protocol/machine.ts'
import { type CellKey, cellKey, flips, RANKED, ranksOf } from './ranks.ts'

const cell = (workload: WorkloadName, technique: TechniqueName, cycles: number): readonly [CellKey, ScoreCell] => [cellKey(workload, technique), {
  workload, technique, cycles, account: { user: cycles, kernel: 0, monitor: 0, hardware: 0 }, entries: 0, instructions: 0, end: null, stateHash: '', outputHash: '', ported: false, missing: [],
}]

test('techniques are ranked by cycles once all of a workload have run, and a workload with another order is told', () => {
  const cells = new Map(RANKED.map((technique, at) => cell('compute', technique, 10 + at)))
  expect([...ranksOf(cells).values()]).toEqual([1, 2, 3, 4])
  cells.set(...cell('calls', 'paravirtual', 5))
  expect(ranksOf(cells).has('calls paravirtual')).toBe(false)
  expect(flips(cells)).toEqual([])
  RANKED.forEach((technique, at) => {
    cells.set(...cell('calls', technique, 40 - at))
    cells.set(...cell('pages', technique, 100 + at))
  })
  expect(ranksOf(cells).get('calls hardware-assist')).toBe(1)
  expect(flips(cells)).toEqual(['calls'])
})

test('who brings the guest to another end than bare metal comes last, however fast', () => {
  const cells = new Map([...RANKED, 'native' as const].map((technique, at) => cell('compute', technique, 10 + at)))
  const [key, fastest] = cell('compute', RANKED[0]!, 1)
  cells.set(key, { ...fastest, stateHash: 'another' })
  expect(ranksOf(cells).get(key)).toBe(RANKED.length)
})
