import { expect, test } from 'vitest'
import type { BuildRecord } from '../../../protocol/records.ts'
import { latestBuild } from './latest-build.ts'

function build(id: number, startedAt: number, over: Partial<BuildRecord> = {}): BuildRecord {
  return {
    id: `build:${id}`, type: 'build', engine: 'engine:1', context: 'context:1', dockerfile: 'Dockerfile', tag: 'a', universe: '2014-06-01', state: 'done',
    task: 'task:1', startedAt, finishedAt: null, steps: [], image: null, error: null, ...over,
  }
}

test('the latest is the one that started last; of one instant, the one made last', () => {
  const builds = [build(9, 5), build(10, 5), build(11, 2)]
  expect(latestBuild(builds, 'context:1', 'Dockerfile')?.id).toBe('build:10')
})

test('builds of other folders and other files do not count', () => {
  const builds = [build(1, 1, { context: 'context:2' }), build(2, 1, { dockerfile: 'Dockerfile.dev' }), build(3, 1, { context: null })]
  expect(latestBuild(builds, 'context:1', 'Dockerfile')).toBeNull()
})
