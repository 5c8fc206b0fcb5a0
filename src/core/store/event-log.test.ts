import { expect, test } from 'vitest'
import { EVENT_LIMIT } from '../../protocol/records.ts'
import { makeSimulation } from '../testing/make-simulation.ts'
import { EventLog } from './event-log.ts'
import { IdSource } from './id-source.ts'
import { Store } from './store.ts'

test('the timeline keeps the latest events, with the time at which they happened', async () => {
  const [store, simulation] = [new Store(), makeSimulation()]
  const log = new EventLog(store, simulation)
  log.add({ kind: 'vm', subjectName: 'web', text: 'First.' })
  await simulation.runUntil(5)
  for (let number = 0; number < EVENT_LIMIT; number++) log.add({ kind: 'vm', subjectName: 'web', text: `${number}`, cost: number })
  const events = store.all('event')
  expect(events).toHaveLength(EVENT_LIMIT)
  expect(events[0]).toMatchObject({ at: 5, text: '0', cost: 0, subject: null })
})

test('an id is handed out once, and each type counts for itself', () => {
  const ids = new IdSource()
  expect([ids.next('vm'), ids.next('vm'), ids.next('host')]).toEqual(['vm:1', 'vm:2', 'host:1'])
})
