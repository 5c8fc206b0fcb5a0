// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, test } from 'vitest'
import type { MachineState } from '../../../protocol/machine.ts'
import { FixtureCore } from '../../testing/fixture-door.ts'
import { sampleRecords } from '../../testing/sample-records.ts'
import { useCore } from './core.ts'
import { useMachines } from './machines.ts'

const state = (tick: number): MachineState => ({ ...({} as MachineState), machine: 'vm:1', tick, cpu: {} as MachineState['cpu'] })

beforeEach(() => setActivePinia(createPinia()))

async function connected() {
  const core = new FixtureCore(sampleRecords())
  useCore().start(core.door)
  await new Promise((done) => setTimeout(done))
  return { core, machines: useMachines() }
}

test('the latest state stands, whether it came by itself or as an answer', async () => {
  const { core, machines } = await connected()
  core.say({ type: 'machine', state: state(1) })
  expect(machines.get('vm:1')?.tick).toBe(1)
  const answer = machines.request('machine.pause', { machine: 'vm:1' })
  const asked = core.received.at(-1)!
  expect(asked).toMatchObject({ type: 'machine', name: 'machine.pause' })
  core.say({ type: 'result', id: 'id' in asked ? asked.id : 0, value: state(2) })
  expect((await answer).tick).toBe(2)
  expect([machines.get('vm:1')?.tick, machines.open]).toEqual([2, ['vm:1']])
})

test('a machine that was closed is gone; one that died says why until it is opened again', async () => {
  const { core, machines } = await connected()
  core.say({ type: 'machine', state: state(1) })
  core.say({ type: 'machine-closed', machine: 'vm:1', error: { code: 'internal', message: 'The machine stopped: out of memory.', hint: '' } })
  expect([machines.get('vm:1'), machines.failure('vm:1')?.message]).toEqual([undefined, 'The machine stopped: out of memory.'])
  core.say({ type: 'machine', state: state(0) })
  expect([machines.get('vm:1')?.tick, machines.failure('vm:1')]).toEqual([0, null])
  core.say({ type: 'machine-closed', machine: 'vm:1', error: null })
  expect([machines.get('vm:1'), machines.failure('vm:1')]).toEqual([undefined, null])
})

test('after a reconnect, machines that the core has keep their state, others are gone with a reason', async () => {
  const { core, machines } = await connected()
  core.say({ type: 'machine', state: state(1) })
  core.say({ type: 'machines', open: ['vm:1'] })
  expect(machines.get('vm:1')?.tick).toBe(1)
  core.say({ type: 'machines', open: [] })
  expect(machines.get('vm:1')).toBeUndefined()
  expect(machines.failure('vm:1')?.message).toContain('restarted')
})
