// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { FixtureCore } from '../../testing/fixture-door.ts'
import { sampleRecords } from '../../testing/sample-records.ts'
import { CoreClient, type CoreListener } from './core-client.ts'

const listener = (): CoreListener => ({ snapshot: vi.fn(), frame: vi.fn(), status: vi.fn(), machine: vi.fn(), link: vi.fn() })
const frame = (seq: number) => ({ type: 'frame' as const, seq, simTime: seq, diff: { added: {}, updated: {}, removed: [] } })

async function connected() {
  const core = new FixtureCore(sampleRecords())
  const heard = listener()
  const client = new CoreClient(core.door, heard)
  client.connect()
  await vi.advanceTimersByTimeAsync(0)
  return { core, heard, client }
}

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

describe('core client', () => {
  test('asks for a snapshot first and hands it on', async () => {
    const { core, heard } = await connected()
    expect(core.received[0]).toEqual({ type: 'resync' })
    expect(heard.snapshot).toHaveBeenCalledOnce()
  })

  test('frames in sequence pass, a gap asks for a snapshot and nothing passes until it is there', async () => {
    const { core, heard } = await connected()
    core.say(frame(2))
    core.say(frame(4))
    core.say(frame(5))
    expect(heard.frame).toHaveBeenCalledOnce()
    expect(core.received.filter((message) => message.type === 'resync')).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(0)
    core.say(frame(2))
    expect(heard.frame).toHaveBeenCalledTimes(2)
  })

  test('a refusal comes back as the explained error', async () => {
    const { client } = await connected()
    await expect(client.command('clock.play', {})).rejects.toMatchObject({ info: { code: 'refused', hint: 'Start the real core.' } })
  })

  test('when the connection goes, what waits is told, and it is tried again with growing pauses', async () => {
    const { core, heard, client } = await connected()
    const waiting = expect(client.command('clock.play', {})).rejects.toMatchObject({ info: { message: /lost its connection/ } })
    core.drop()
    await waiting
    expect(heard.link).toHaveBeenLastCalledWith(expect.objectContaining({ state: 'lost', retryInMs: 250 }))
    await vi.advanceTimersByTimeAsync(250)
    expect(heard.snapshot).toHaveBeenCalledTimes(2)
  })

  test('a stream reaches each listener once from its own beginning, also after a reconnect', async () => {
    const { core, client } = await connected()
    const first: string[] = []
    const second: string[] = []
    client.follow('build:1', (text) => first.push(text))
    core.say({ type: 'stream', stream: 'build:1', offset: 0, text: 'abc' })
    client.follow('build:1', (text) => second.push(text))
    core.say({ type: 'stream', stream: 'build:1', offset: 0, text: 'abcd' })
    expect([first.join(''), second.join('')]).toEqual(['abcd', 'abcd'])
    core.drop()
    await vi.advanceTimersByTimeAsync(300)
    expect(core.received.at(-1)).toEqual({ type: 'follow', stream: 'build:1', offset: 4 })
    core.say({ type: 'stream', stream: 'build:1', offset: 2, text: 'cdef' })
    expect(first.join('')).toBe('abcdef')
  })

  test('a stream that goes back says where to', async () => {
    const { core, client } = await connected()
    const heard: [string, number][] = []
    client.follow('serial:vm:1', (text, offset) => heard.push([text, offset]))
    core.say({ type: 'stream', stream: 'serial:vm:1', offset: 0, text: 'abcdef' })
    core.say({ type: 'stream', stream: 'serial:vm:1', offset: 4, text: '', rewound: true })
    core.say({ type: 'stream', stream: 'serial:vm:1', offset: 2, text: 'xy', rewound: true })
    expect(heard).toEqual([['abcdef', 0], ['', 4], ['xy', 2]])
  })
})
