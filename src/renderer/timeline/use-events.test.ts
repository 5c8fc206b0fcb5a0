import { expect, test } from 'vitest'
import type { EventRecord } from '../../protocol/records.ts'
import { sampleRecords } from '../testing/sample-records.ts'
import { sortEvents } from './use-events.ts'

const events = sampleRecords().filter((record): record is EventRecord => record.type === 'event')

test('latest first; at one instant, the later one first', () => {
  const same = { ...events[0]!, id: 'event:10' as const }
  expect(sortEvents([...events].reverse().concat(same), null).map((event) => event.id)).toEqual(['event:10', 'event:5', 'event:4', 'event:3', 'event:2', 'event:1'])
})
test('only the chosen kind', () => expect(sortEvents(events, 'fault').map((event) => event.id)).toEqual(['event:4']))
