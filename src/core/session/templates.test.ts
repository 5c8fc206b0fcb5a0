import { expect, test } from 'vitest'
import { PROJECT_ID } from '../../protocol/records.ts'
import { SECOND } from '../simulation/units.ts'
import { runTemplate } from './templates.ts'
import { makeSession } from './testing/make-session.ts'

test('the sample room is set up without a refusal, runs, and comes out of a replay the same', async () => {
  const session = makeSession('sample')
  const bugs: unknown[] = []
  session.onBug.on((bug) => bugs.push(bug))
  expect(await runTemplate(session, 'sample')).toEqual([])
  expect(session.store.all('container').map(({ name }) => name)).toEqual(['shop', 'jobs', 'site'])
  expect(session.store.all('container').map(({ state }) => state)).toEqual(['running', 'paused', 'running'])
  expect(session.store.require(PROJECT_ID)).toMatchObject({ name: 'A running world', undo: [] })
  expect(session.store.all('vm').filter(({ state }) => state === 'running').length).toBeGreaterThan(2)
  expect(session.store.all('task').filter(({ state }) => state === 'failed')).toEqual([])
  await session.advanceFully(session.now + 60 * SECOND)
  const again = makeSession('sample')
  await again.replay(session.journal, true)
  await again.advanceFully(session.now)
  expect(again.hash()).toBe(session.hash())
  expect(bugs).toEqual([])
})

test('the empty room has one rack', async () => {
  const session = makeSession('empty')
  expect(await runTemplate(session, 'empty')).toEqual([])
  expect(session.store.all('rack')).toHaveLength(1)
  expect(session.store.require(PROJECT_ID).name).toBe('Untitled')
})
