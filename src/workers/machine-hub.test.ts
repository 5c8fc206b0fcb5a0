import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { MachineId, MachineRequestName } from '../protocol/machine.ts'
import type { RecordId, VmRecord } from '../protocol/records.ts'
import { threadOfMachine } from './machine-thread.ts'
import { SessionHost } from './session-host.ts'
import { bundle } from './testing/bundle.ts'
import { makeChannel } from './testing/channel.ts'
import { TestWindow } from './testing/test-window.ts'

/** Machines in real threads, behind a real session. */
let folder: string
let script: string
let hosts: SessionHost[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'glasshouse-'))
  script = await bundle('src/workers/machine-worker.ts', folder)
}, 60_000)
afterEach(() => {
  for (const host of hosts) host.close(true)
  hosts = []
})
afterAll(() => rmSync(folder, { recursive: true }))

async function start() {
  const workers: Worker[] = []
  const log: string[] = []
  const host = await SessionHost.start({
    dataDir: null, app: '1.0.0', open: null, log: (text) => log.push(text),
    spawnMachine: (settings) => {
      const worker = new Worker(script, { workerData: settings })
      workers.push(worker)
      return threadOfMachine(worker)
    },
  })
  hosts.push(host)
  const connect = (): TestWindow => {
    const channel = makeChannel()
    host.connect(channel.core)
    return new TestWindow(channel.window)
  }
  return { window: connect(), connect, workers, log }
}

const stopped = async (window: TestWindow, machine: MachineId): Promise<void> => window.until(() => window.machines.get(machine)?.running === false && window.machines.get(machine)!.tick > 0)
const recordOf = (window: TestWindow, vm: RecordId<'vm'>): VmRecord | undefined => window.records.get(vm) as VmRecord | undefined
const stateOf = (window: TestWindow, vm: RecordId<'vm'>): string => recordOf(window, vm)?.state ?? 'none'
const asked = (window: TestWindow, name: string, params: unknown): Promise<unknown> => window.machine(name as MachineRequestName, params as never)

describe('a machine in a thread of its own', () => {
  test('runs a guest to its end; its serial line is a stream', async () => {
    const { window } = await start()
    const state = await window.machine('machine.open-guest', { guest: 'hello' })
    expect(state).toMatchObject({ machine: 'program:1', running: false, pause: 'start', tick: 0, end: null })
    window.follow('serial:program:1')
    expect(await window.machine('machine.run', { machine: 'program:1', until: { kind: 'pause' } })).toBeNull()
    await stopped(window, 'program:1')
    expect(window.machines.get('program:1')).toMatchObject({ pause: 'end', end: { kind: 'exit', code: 0 } })
    await window.until(() => (window.streams.get('serial:program:1') ?? '').length > 0)
    const text = window.streams.get('serial:program:1')!
    expect(text).toContain('\n')
    // The line goes back with the machine.
    await window.machine('machine.seek', { machine: 'program:1', tick: 0 })
    await window.until(() => window.streams.get('serial:program:1') === '')
    await window.machine('machine.run', { machine: 'program:1', until: { kind: 'pause' } })
    await window.until(() => window.streams.get('serial:program:1') === text)
  })

  test('answers while it runs for ever, and stops when asked', async () => {
    const { window } = await start()
    const { machine } = await window.machine('machine.open-source', { source: 'bits 32\norg 0x100000\nstart: jmp start\n' })
    await window.machine('machine.run', { machine, until: { kind: 'pause' } })
    await window.until(() => (window.machines.get(machine)?.tick ?? 0) > 0 && window.machines.get(machine)!.running)
    expect(await window.machine('machine.memory', { machine, space: 'physical', address: 0x100000, length: 2 })).toMatchObject({ bytes: ['eb', 'fe'] })
    const paused = await window.machine('machine.pause', { machine })
    expect(paused).toMatchObject({ running: false, pause: 'asked' })
    expect(await window.machine('machine.back', { machine, by: { kind: 'instruction', count: 3 } })).toMatchObject({ tick: paused.tick - 3, lastTick: paused.tick })
  })

  test('of a VM has what its record says, and is opened once for all windows', async () => {
    const { window, connect, workers } = await start()
    await window.project('project.new', { template: 'empty' })
    const { host } = await window.run('host.add', { model: 'rack-2009' })
    const { hypervisor } = await window.run('host.install-hypervisor', { host, product: 'esxi-8' })
    const { vm } = await window.run('vm.create', { hypervisor, template: 'debian-12', name: 'web-1', memoryMiB: 128 })
    const other = connect()
    const both = await Promise.all([window.machine('machine.open', { machine: vm }), other.machine('machine.open', { machine: vm })])
    expect(both.map(({ machine, title, technique }) => [machine, title, technique])).toEqual([[vm, 'web-1', 'hardware-assist'], [vm, 'web-1', 'hardware-assist']])
    expect(workers).toHaveLength(1)
    await other.machine('machine.run', { machine: vm, until: { kind: 'event', event: 'interrupt' } })
    await stopped(window, vm)
    expect(window.machines.get(vm)).toMatchObject({ pause: 'event' })
    window.follow(`serial:${vm}`)
    await window.until(() => (window.streams.get(`serial:${vm}`) ?? '').includes('Memory: 128 MiB'))
    await window.machine('machine.close', { machine: vm })
    await other.until(() => other.closed.has(vm))
    expect(other.closed.get(vm)).toBeNull()
    await expect(other.machine('machine.pause', { machine: vm })).rejects.toMatchObject({ code: 'not-found' })
  })

  test('of a VM that runs is found where the VM is now, with its past; it goes with the VM, and comes back with undo', async () => {
    const { window, connect, workers } = await start()
    const other = connect()
    await window.project('project.new', { template: 'empty' })
    const { host } = await window.run('host.add', { model: 'rack-2009' })
    const { hypervisor } = await window.run('host.install-hypervisor', { host, product: 'xen' })
    const { vm } = await window.run('vm.create', { hypervisor, template: 'debian-12', name: 'web-1', memoryMiB: 128 })
    await window.run('vm.start', { vm })
    await window.run('clock.set-speed', { speed: 1000 })
    await window.run('clock.play', {})
    await window.until(() => stateOf(window, vm) === 'running')
    await window.run('clock.pause', {})
    const state = await window.machine('machine.open', { machine: vm })
    expect(state).toMatchObject({ pause: 'present', technique: 'paravirtual', lastTick: state.tick, running: false })
    window.follow(`serial:${vm}`)
    await window.until(() => (window.streams.get(`serial:${vm}`) ?? '').endsWith('login: '))
    expect(await window.machine('machine.seek', { machine: vm, tick: 0 })).toMatchObject({ tick: 0, lastTick: state.tick })
    await other.until(() => other.machines.has(vm))

    // It is made anew, not closed: no window loses it on the way.
    await window.run('vm.reset', { vm })
    await window.until(() => stateOf(window, vm) === 'booting')
    expect(await other.machine('machine.present', { machine: vm })).toMatchObject({ tick: 0, lastTick: 0, pause: 'start', vm: { state: 'booting', bootedAt: recordOf(window, vm)!.since } })
    await window.until(() => window.machines.get(vm)?.lastTick === 0 && window.streams.get(`serial:${vm}`) === '')
    expect([workers.length, window.closed.size, other.closed.size]).toEqual([2, 0, 0])

    const ended = new Promise((done) => workers[1]!.once('exit', done))
    await window.run('vm.stop', { vm, force: true })
    await window.run('vm.delete', { vm })
    for (const each of [window, other]) {
      await each.until(() => each.closed.has(vm))
      expect(each.closed.get(vm)).toEqual({ code: 'not-found', message: 'The VM was deleted.', hint: 'Undo brings it back.' })
    }
    await ended
    await expect(window.machine('machine.open', { machine: vm })).rejects.toMatchObject({ code: 'not-found' })
    await window.run('edit.undo', {})
    expect(await window.machine('machine.open', { machine: vm })).toMatchObject({ tick: 0, pause: 'start' })
  })

  test('that dies is told with its reason, and can be opened again', async () => {
    const { window, workers, log } = await start()
    const { machine } = await window.machine('machine.open-guest', { guest: 'hello' })
    await workers[0]!.terminate()
    await window.until(() => window.closed.has(machine))
    expect(window.closed.get(machine)).toMatchObject({ code: 'internal', message: 'The machine stopped: its thread ended.' })
    expect(log).toHaveLength(1)
    const again = await window.machine('machine.open-guest', { guest: 'hello' })
    expect(await window.machine('machine.pause', { machine: again.machine })).toMatchObject({ tick: 0 })
  })

  test('is shown to a window that comes later, and ends with its project', async () => {
    const { window, connect, workers } = await start()
    const { machine } = await window.machine('machine.open-guest', { guest: 'hello' })
    const late = connect()
    await late.until(() => late.machines.has(machine))
    expect((await late.machine('machine.source', { machine })).source).toContain('greeting: db')
    const gone = new Promise((done) => workers[0]!.once('exit', done))
    await window.project('project.new', { template: 'empty' })
    await late.until(() => late.closed.has(machine))
    await gone
  })
})

describe('limits', () => {
  test('a ninth machine is refused until one is closed', async () => {
    const { window } = await start()
    for (let count = 0; count < 8; count++) await window.machine('machine.open-source', { source: 'hlt' })
    await expect(window.machine('machine.open-source', { source: 'hlt' })).rejects.toMatchObject({ code: 'limit' })
    await window.machine('machine.close', { machine: 'program:3' })
    await window.machine('machine.open-source', { source: 'hlt' })
  })

  test('a program with an error is no machine; what is wrong with it is told by line and column', async () => {
    const { window } = await start()
    await expect(window.machine('machine.open-source', { source: 'bits 32\nmvo eax, 1\n' })).rejects.toMatchObject({ code: 'invalid' })
    expect(window.machines.size).toBe(0)
    const answer = await window.machine('machine.assemble', { source: 'bits 32\nmvo eax, 1\n' })
    expect(answer).toMatchObject({ ok: false, messages: [{ severity: 'error', line: 2, column: 1 }] })
    expect(await window.machine('machine.assemble', { source: 'bits 32\nmov eax, 1\n' })).toMatchObject({ ok: true, size: 5 })
  })

  test('the instruction set is classified beside the machines; what is not wanted any more is cancelled', async () => {
    const { window, workers } = await start()
    expect((await window.machine('classifier.guests', {})).guests).toHaveLength(17)
    const { theorem1 } = await window.machine('classifier.classify', { mends: ['flags'] })
    expect(theorem1.entries).toHaveLength(15)
    expect((await window.machine('classifier.failures', { key: 'str' })).cells.map(({ outcome }) => outcome)).toEqual(['right', 'wrong', 'wrong', 'right', 'right', 'wrong'])
    await expect(window.machine('classifier.failures', { key: 'mov' })).rejects.toMatchObject({ code: 'not-found' })
    const unwanted = window.machine('classifier.classify', { mends: ['kin'] })
    const other = expect(unwanted).rejects.toMatchObject({ code: 'cancelled' })
    expect(await window.machine('classifier.cancel', {})).toBeNull()
    await other
    expect(workers).toHaveLength(1)
    expect((await window.machine('classifier.guests', {})).guests).toHaveLength(17)
    expect(workers).toHaveLength(2)
  })

  test.each<[string, string, unknown]>([
    ['an unknown request', 'machine.explode', {}],
    ['a name of every object', 'constructor', {}],
    ['no parameters', 'machine.run', null],
    ['another kind of id', 'machine.open', { machine: 'host:1' }],
    ['an id with a path', 'machine.pause', { machine: 'program:../x' }],
    ['a negative address', 'machine.memory', { machine: 'program:1', space: 'physical', address: -1, length: 4 }],
    ['too much memory', 'machine.memory', { machine: 'program:1', space: 'physical', address: 0, length: 1e9 }],
    ['an address beyond 32 bits', 'machine.walk', { machine: 'program:1', address: 2 ** 32 }],
    ['a count that is no number', 'machine.run', { machine: 'program:1', until: { kind: 'instruction', count: '7' } }],
    ['an unknown goal', 'machine.run', { machine: 'program:1', until: { kind: 'forever' } }],
    ['too long a source', 'machine.assemble', { source: 'x'.repeat(1_000_001) }],
    ['too long a line to type', 'machine.type', { machine: 'program:1', text: 'x'.repeat(10_001) }],
    ['a bar of too many pieces', 'machine.marks', { machine: 'program:1', buckets: 1001 }],
    ['an unknown mend', 'classifier.classify', { mends: ['everything'] }],
    ['a predicate that is empty', 'machine.run', { machine: 'program:1', until: { kind: 'predicate', text: '' } }],
  ])('%s is refused in words and disturbs nobody', async (_what, name, params) => {
    const { window, workers } = await start()
    await expect(asked(window, name, params)).rejects.toMatchObject({ code: 'invalid' })
    expect(workers).toHaveLength(0)
    expect((await window.machine('machine.guests', {})).guests.map(({ key }) => key)).toContain('hello')
  })

  test('a predicate without sense, and an image that is none, are refused by the machine', async () => {
    const { window } = await start()
    const { machine } = await window.machine('machine.open-guest', { guest: 'hello' })
    await expect(window.machine('machine.run', { machine, until: { kind: 'predicate', text: 'eax ==' } })).rejects.toMatchObject({ code: 'invalid' })
    await expect(window.machine('machine.open-image', { name: 'x', base64: Buffer.alloc(3).toString('base64') })).rejects.toMatchObject({ code: 'file' })
    await expect(window.machine('machine.open-guest', { guest: 'nobody' })).rejects.toMatchObject({ code: 'not-found' })
    expect(await window.machine('machine.pause', { machine })).toMatchObject({ tick: 0 })
  })
})
