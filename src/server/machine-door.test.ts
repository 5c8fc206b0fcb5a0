import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Connection } from '../protocol/connection.ts'
import type { ClientMessage, CoreMessage } from '../protocol/messages.ts'
import { CoreSupervisor } from '../workers/core-supervisor.ts'
import { bundle } from '../workers/testing/bundle.ts'
import { TestWindow } from '../workers/testing/test-window.ts'
import { threadOf } from '../workers/worker-core-thread.ts'
import { openBrowserDoor, type BrowserDoor } from './browser-door.ts'

/** The whole way of a browser's tab: socket, door, core's thread, machine's thread. */
let folder: string
let door: BrowserDoor
let address: URL
let workers: Worker[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'glasshouse-'))
  const script = await bundle('src/workers/core-worker.ts', folder)
  workers = []
  const core = new CoreSupervisor({ dataDir: null, app: '1.0.0', open: null }, (settings) => {
    const worker = new Worker(script, { workerData: settings })
    workers.push(worker)
    return threadOf(worker)
  }, () => undefined)
  door = await openBrowserDoor({ rendererFolder: folder, port: 0 })
  address = new URL(door.addSession(core, null).url)
}, 60_000)

afterAll(async () => {
  await door.stop()
  rmSync(folder, { recursive: true })
})

async function openTab(): Promise<{ window: TestWindow; close: () => void }> {
  const token = new URLSearchParams(address.hash.slice(1)).get('t')
  const socket = new WebSocket(`ws://${address.host}/core?t=${token}`, { headers: { origin: address.origin } })
  await new Promise((done) => socket.once('open', done))
  const connection: Connection<ClientMessage, CoreMessage> = {
    post: (message) => socket.send(JSON.stringify(message)),
    onMessage: (listener) => void socket.on('message', (data: Buffer) => listener(JSON.parse(data.toString('utf8')) as CoreMessage)),
    onClose: () => undefined,
    close: () => socket.close(),
  }
  return { window: new TestWindow(connection), close: () => socket.close() }
}

test('a tab opens a guest, runs it to its first interrupt, steps back, reads memory; after a reload it is all still there', async () => {
  const { window, close } = await openTab()
  const { machine } = await window.machine('machine.open-guest', { guest: 'kernel' })
  window.follow(`serial:${machine}`)
  await window.machine('machine.run', { machine, until: { kind: 'event', event: 'interrupt' } })
  await window.until(() => window.machines.get(machine)?.pause === 'event')
  const there = window.machines.get(machine)!
  expect(there.running).toBe(false)

  const back = await window.machine('machine.back', { machine, by: { kind: 'instruction' } })
  expect(back).toMatchObject({ lastTick: there.tick, pause: 'seek' })
  expect(back.tick).toBeLessThan(there.tick)
  const { bytes } = await window.machine('machine.memory', { machine, space: 'linear', address: back.cpu.eip, length: 4 })
  expect(bytes).toHaveLength(4)
  for (const byte of bytes) expect(byte).toMatch(/^[0-9a-f]{2}$/)
  await window.until(() => (window.streams.get(`serial:${machine}`) ?? '') !== '')

  close()
  const again = await openTab()
  await again.window.until(() => again.window.machines.get(machine)?.tick === back.tick)
  again.window.follow(`serial:${machine}`)
  await again.window.until(() => again.window.streams.get(`serial:${machine}`) === window.streams.get(`serial:${machine}`))
  again.close()
})

test('what is no request of a machine is refused at the door or in words', async () => {
  const { window, close } = await openTab()
  await expect(window.machine('machine.run', { machine: 'program:../../x', until: { kind: 'pause' } })).rejects.toMatchObject({ code: 'invalid' })
  await expect(window.machine('machine.pause', { machine: 'program:99' })).rejects.toMatchObject({ code: 'not-found' })
  close()
})

test('when the core dies, its machines are gone with it and can be opened again', async () => {
  const { window, close } = await openTab()
  const { machine } = await window.machine('machine.open-guest', { guest: 'hello' })
  await workers.at(-1)!.terminate()
  await window.until(() => window.statuses.some(({ state }) => state === 'restarted') && window.machines.size === 0)
  await expect(window.machine('machine.pause', { machine })).rejects.toMatchObject({ code: 'not-found' })
  expect(await window.machine('machine.open-guest', { guest: 'hello' })).toMatchObject({ tick: 0 })
  close()
})
