import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CoreSupervisor } from './core-supervisor.ts'
import { bundle } from './testing/bundle.ts'
import { TestWindow } from './testing/test-window.ts'
import { threadOf } from './worker-core-thread.ts'

let folder: string
let script: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'glasshouse-'))
  script = await bundle('src/workers/core-worker.ts', folder)
}, 60_000)

afterAll(() => rmSync(folder, { recursive: true }))

function supervise(dataDir: string, open: string | null = null): { core: CoreSupervisor; workers: Worker[]; log: string[] } {
  const workers: Worker[] = []
  const log: string[] = []
  const core = new CoreSupervisor({ dataDir: join(folder, dataDir), app: '1.0.0', open }, (settings) => {
    const worker = new Worker(script, { workerData: settings })
    workers.push(worker)
    return threadOf(worker)
  }, (text) => log.push(text))
  return { core, workers, log }
}

test('a thread that dies is replaced: the windows are told, and nothing that was answered is lost', async () => {
  const { core, workers } = supervise('dies')
  const [window, other] = [new TestWindow(core.connect()), new TestWindow(core.connect())]
  const { rack } = await window.run('rack.add', { name: 'kept' })
  const { hash } = await window.query('state.hash', {})
  const unanswered = window.execute({ name: 'rack.add', params: {} })
  await workers[0]!.terminate()
  await window.until(() => window.statuses.some(({ state }) => state === 'restarted'))
  await other.until(() => other.statuses.some(({ state }) => state === 'restarted') && other.records.has(rack))
  expect(workers).toHaveLength(2)
  const answer = await unanswered
  if (!answer.ok) {
    expect(answer.error.code).toBe('internal')
    expect((await window.query('state.hash', {})).hash).toBe(hash)
  }
  await window.run('rack.add', { name: 'later' })
  await core.stop()
})

test('a thread that dies again and again is given up, and the window can say so', async () => {
  const { core, workers } = supervise('dies-often')
  const window = new TestWindow(core.connect())
  for (let death = 0; death < 4; death++) {
    await window.until(() => workers.length === death + 1 && window.statuses.length >= death + 1)
    await workers[death]!.terminate()
  }
  await window.until(() => window.statuses.at(-1)?.state === 'failed')
  expect(workers).toHaveLength(4)
  const late = new TestWindow(core.connect())
  expect(late.statuses).toMatchObject([{ state: 'failed' }])
  await core.stop()
})

test('a project that cannot be opened is a status, not a dead window', async () => {
  const { core } = supervise('no-file', join(folder, 'none.glasshouse'))
  const window = new TestWindow(core.connect())
  await window.until(() => window.statuses.length > 0)
  expect(window.statuses).toMatchObject([{ state: 'failed', error: { code: 'file' } }])
  await core.stop()
})

test('stopped in good order, a core leaves its unsaved work for the next one, unless that is not wanted', async () => {
  const work = async (discard: boolean): Promise<boolean> => {
    const { core } = supervise(`stopped-${discard}`)
    await new TestWindow(core.connect()).run('rack.add', { name: 'mine' })
    await core.stop(discard)
    const next = supervise(`stopped-${discard}`)
    const window = new TestWindow(next.core.connect())
    await window.until(() => window.records.size > 0)
    await next.core.stop()
    return [...window.records.values()].some((record) => 'name' in record && record.name === 'mine')
  }
  expect(await work(false)).toBe(true)
  expect(await work(true)).toBe(false)
})
