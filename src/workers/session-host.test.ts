import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CLOCK_ID, PROJECT_ID } from '../protocol/records.ts'
import { SessionHost } from './session-host.ts'
import { makeChannel } from './testing/channel.ts'
import { localMachine } from './testing/local-machine.ts'
import { TestWindow } from './testing/test-window.ts'

let folder: string
let hosts: SessionHost[]
let bugs: string[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'glasshouse-'))
  hosts = []
  bugs = []
})

afterEach(() => {
  for (const host of hosts) host.close(false)
  rmSync(folder, { recursive: true })
  expect(bugs).toEqual([])
})

async function start(open: string | null = null): Promise<{ host: SessionHost; window: TestWindow }> {
  const host = await SessionHost.start({ dataDir: join(folder, 'data'), app: '1.0.0', open, spawnMachine: localMachine, log: (text) => bugs.push(text) })
  hosts.push(host)
  return { host, window: openWindow(host) }
}

function openWindow(host: SessionHost): TestWindow {
  const channel = makeChannel()
  host.connect(channel.core)
  return new TestWindow(channel.window)
}

/** As after a crash: whatever the process had in memory is gone, and nobody tidied up. */
function crash(host: SessionHost): void {
  host.close(false)
  hosts = hosts.filter((each) => each !== host)
}

const hashOf = async (window: TestWindow): Promise<string> => (await window.query('state.hash', {})).hash

describe('a window', () => {
  test('is told that nothing was made yet, gets a snapshot, and its commands come back as frames', async () => {
    const { window } = await start()
    await window.until(() => window.records.has(PROJECT_ID))
    expect(window.statuses[0]).toMatchObject({ state: 'ready', project: { fresh: true, dirty: false, path: null } })
    const { rack } = await window.run('rack.add', { name: 'north' })
    await window.until(() => window.records.has(rack))
    expect(window.records.get(rack)).toMatchObject({ name: 'north' })
  })

  test('is told in plain words what is wrong with a request', async () => {
    const { window } = await start()
    await expect(window.run('rack.remove', { rack: 'rack:99' })).rejects.toMatchObject({ code: 'not-found' })
    expect(await window.execute({ name: 'rack.remove', params: { rack: 'vm:1' as 'rack:1' } })).toMatchObject({ ok: false, error: { code: 'invalid' } })
  })

  test('sees what another window did', async () => {
    const { host, window } = await start()
    const other = openWindow(host)
    const { rack } = await other.run('rack.add', {})
    await window.until(() => window.records.has(rack))
    await other.until(() => other.records.has(rack))
    expect(other.records).toEqual(window.records)
  })

  test('sees simulated time go by while the clock plays, and stand still when it does not', async () => {
    const { window } = await start()
    await window.run('clock.set-speed', { speed: 1000 })
    await window.run('clock.play', {})
    await window.until(() => window.simTime > 0)
    await window.run('clock.pause', {})
    await window.until(() => window.records.get(CLOCK_ID)?.type === 'clock' && !(window.records.get(CLOCK_ID) as { playing: boolean }).playing)
    const { simTime } = await window.query('state.hash', {})
    await window.run('rack.add', {})
    expect((await window.query('state.hash', {})).simTime).toBe(simTime)
  })
})

describe('a project', () => {
  test('saved and opened again has the same hash, and its edits can still be undone', async () => {
    const { host, window } = await start()
    await window.project('project.new', { template: 'sample' })
    await window.run('clock.pause', {})
    const path = join(folder, 'lab.glasshouse')
    expect(await window.project('project.save-path', { path })).toMatchObject({ name: 'lab', path, dirty: false, fresh: false })
    const hash = await hashOf(window)
    crash(host)
    const again = await start(path)
    expect(await hashOf(again.window)).toBe(hash)
    await again.window.run('rack.add', {})
    await again.window.run('edit.undo', {})
    await expect(again.window.project('project.status', {})).resolves.toMatchObject({ dirty: true })
  })

  test('travels as bytes for a browser', async () => {
    const { window } = await start()
    await window.project('project.new', { template: 'empty' })
    await window.run('rack.add', { name: 'by-hand' })
    const { base64 } = await window.project('project.save-bytes', {})
    const hash = await hashOf(window)
    await window.project('project.new', { template: 'empty' })
    expect(await window.project('project.open-bytes', { name: 'mine.glasshouse', base64 })).toMatchObject({ name: 'mine', dirty: false })
    expect(await hashOf(window)).toBe(hash)
    await window.until(() => [...window.records.values()].some((record) => 'name' in record && record.name === 'by-hand'))
  })

  test('that cannot be opened changes nothing', async () => {
    const { window } = await start()
    await window.run('rack.add', {})
    const hash = await hashOf(window)
    const path = join(folder, 'broken.glasshouse')
    writeFileSync(path, 'PK not really')
    await expect(window.project('project.open-path', { path })).rejects.toMatchObject({ code: 'file' })
    await expect(window.project('project.open-path', { path: join(folder, 'none.glasshouse') })).rejects.toMatchObject({ code: 'file' })
    await expect(window.project('project.open-bytes', { name: 'x', base64: '' })).rejects.toMatchObject({ code: 'file' })
    expect(await hashOf(window)).toBe(hash)
    expect(await window.project('project.status', {})).toMatchObject({ dirty: true })
  })
})

describe('after a crash', () => {
  test('unsaved work is there again', async () => {
    const { host, window } = await start()
    await window.run('rack.add', {})
    await window.run('host.add', { model: 'rack-2017' })
    const hash = await hashOf(window)
    crash(host)
    const again = await start()
    expect(await hashOf(again.window)).toBe(hash)
    expect(again.window.statuses[0]).toMatchObject({ project: { fresh: false, dirty: true } })
  })

  test('what came after the last save is there again, even behind a torn line', async () => {
    const { host, window } = await start()
    await window.project('project.new', { template: 'empty' })
    const path = join(folder, 'lab.glasshouse')
    await window.project('project.save-path', { path })
    await window.run('rack.add', { name: 'later' })
    const hash = await hashOf(window)
    await window.run('rack.add', { name: 'torn' })
    crash(host)
    const journal = readFileSync(`${path}.journal`, 'utf8')
    writeFileSync(`${path}.journal`, journal.slice(0, journal.lastIndexOf('torn')))
    const again = await start(path)
    expect(await hashOf(again.window)).toBe(hash)
  })

  test('work that was thrown away stays away', async () => {
    const { host, window } = await start()
    await window.run('rack.add', {})
    host.close(true)
    hosts = []
    const again = await start()
    await again.window.until(() => again.window.statuses.length > 0)
    expect(again.window.statuses[0]).toMatchObject({ project: { fresh: true } })
    expect(existsSync(join(folder, 'data', 'unsaved.glasshouse.journal'))).toBe(false)
  })

  test('a journal that does not continue the file is left alone', async () => {
    const { host, window } = await start()
    const path = join(folder, 'lab.glasshouse')
    await window.project('project.save-path', { path })
    const hash = await hashOf(window)
    await window.run('rack.add', {})
    crash(host)
    const lines = readFileSync(`${path}.journal`, 'utf8').split('\n')
    const header = JSON.parse(lines[0]!) as { head: string }
    writeFileSync(`${path}.journal`, [JSON.stringify({ ...header, head: 'f'.repeat(64) }), ...lines.slice(1)].join('\n'))
    const again = await start(path)
    expect(await hashOf(again.window)).toBe(hash)
  })
})
