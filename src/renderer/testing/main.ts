import { boot } from '../app/boot.ts'
import { FixtureCore } from './fixture-door.ts'
import { sampleRecords } from './sample-records.ts'

/** The window on recorded records: `?empty` for an empty room, `?fresh` for the first start. */
const ask = new URLSearchParams(location.search)
const empty = sampleRecords().filter(({ type }) => ['room', 'clock', 'project'].includes(type))
boot(new FixtureCore(ask.has('empty') ? empty : sampleRecords(), ask.has('fresh')).door)
