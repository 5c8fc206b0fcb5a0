import { expect, test } from 'vitest'
import { FakeTime } from '../core/session/testing/fake-time.ts'
import { MachineHub } from './machine-hub.ts'
import type { MachineSettings } from './machine-settings.ts'
import type { MachineThread } from './machine-thread.ts'
import { localMachine } from './testing/local-machine.ts'

function hubOf(spawn: (settings: MachineSettings) => MachineThread) {
  const time = new FakeTime()
  let changed = (): void => undefined
  const hub = new MachineHub({
    spawn, time, log: () => undefined, vm: () => { throw new Error('no VMs here') }, guests: () => ({ guests: [] }),
    onState: () => changed(), onClosed: () => undefined, onSerial: () => undefined,
  })
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise<void>((resolve) => { changed = resolve })
  }
  return { time, hub, until }
}

test('a machine that runs with no window there is paused after a while, not by a reload', async () => {
  const { time, hub, until } = hubOf(localMachine)
  hub.windows(1)
  await hub.request('machine.open-source', { source: 'bits 32\norg 0x100000\nstart: jmp start\n' })
  await hub.request('machine.run', { machine: 'program:1', until: { kind: 'event' } })
  hub.take('program:1')
  await until(() => hub.take('program:1')?.running === true)
  hub.windows(0)
  time.pass(9000)
  hub.windows(1)
  time.pass(9000)
  expect(hub.take('program:1')?.running).toBe(true)
  hub.windows(0)
  time.pass(10_000)
  await until(() => hub.take('program:1')?.running === false)
  expect(hub.take('program:1')).toMatchObject({ pause: 'asked' })
  hub.dispose()
})

/** A thread that is busy for ever. */
function stuck(ended: string[], name: string): MachineThread {
  return { post: () => undefined, onReport: () => undefined, onExit: () => undefined, terminate: () => void ended.push(name) }
}

test('a program that takes for ever to assemble, or to start, is given up and its thread ended', async () => {
  const ended: string[] = []
  const { time, hub } = hubOf((settings) => stuck(ended, settings.machine ?? 'assembler'))
  const answer = expect(hub.request('machine.assemble', { source: '' })).rejects.toMatchObject({ info: { code: 'limit' } })
  time.pass(10_000)
  await answer
  const opened = expect(hub.request('machine.open-source', { source: '' })).rejects.toMatchObject({ info: { code: 'limit' } })
  time.pass(20_000)
  await opened
  expect(ended).toEqual(['assembler', 'program:1'])
  expect([...hub.open]).toEqual([])
})
