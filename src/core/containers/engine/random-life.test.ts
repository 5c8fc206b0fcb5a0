import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RecordId } from '../../../protocol/records.ts'
import { Failure } from '../../base/failure.ts'
import { makeWorld, type TestWorld } from './testing/make-world.ts'

const IMAGE = 'debian:12-slim'
const VERBS = ['run', 'create', 'start', 'stop', 'kill', 'pause', 'unpause', 'remove', 'commit', 'wait', 'freeze', 'down'] as const
const operation = fc.record({ verb: fc.constantFrom(...VERBS), which: fc.nat(3), port: fc.constantFrom(8080, 8081), force: fc.boolean() })
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never

async function perform(world: TestWorld, { verb, which, port, force }: Operation): Promise<void> {
  const { handlers, hosting } = world.containers
  const all = world.store.all('container')
  const container = all[which % Math.max(1, all.length)]?.id
  const making = { engine: world.engine, image: IMAGE, command: ['sleep', String(1 + which)], ports: [{ hostPort: port, containerPort: 80, protocol: 'tcp' as const }] }
  if (verb === 'wait') return world.pass(1 + which)
  if (verb === 'run' || verb === 'create') return void (await handlers[`container.${verb}`](making))
  if (verb === 'freeze') {
    hosting.setFrozen(world.owner, true)
    await world.pass(1)
    return hosting.setFrozen(world.owner, false)
  }
  if (verb === 'down') {
    world.setUp(false)
    hosting.systemDown(world.owner, force ? 'shutdown' : 'power-loss')
    world.setUp(true)
    return hosting.systemUp(world.owner)
  }
  if (!container) return
  if (verb === 'remove') await handlers['container.remove']({ container, force })
  else if (verb === 'stop') await handlers['container.stop']({ container, seconds: which })
  else await handlers[`container.${verb}`]({ container })
}

function checkBooks(world: TestWorld): void {
  const containers = world.store.all('container')
  const alive = containers.filter(({ state }) => state === 'running' || state === 'paused')
  const ports = alive.flatMap((container) => container.ports.map(({ hostPort }) => hostPort))
  expect(new Set(ports).size, 'a published port belongs to one container').toBe(ports.length)
  expect(new Set(alive.map(({ ipAddress }) => ipAddress)).size).toBe(alive.length)
  for (const container of containers) {
    const isAlive = alive.includes(container)
    expect([container.pid !== null, container.ipAddress !== null], container.state).toEqual([isAlive, isAlive])
    if (container.state === 'exited') expect(container.exitCode).not.toBeNull()
  }
  const ids = new Set<RecordId>(alive.map(({ id }) => id))
  for (const process of world.store.all('process')) expect(ids.has(process.container), 'processes belong to live containers').toBe(true)
}

async function play(operations: readonly Operation[]): Promise<string> {
  const world = makeWorld()
  await world.pull(IMAGE)
  expect(world.store.all('image')).toHaveLength(1)
  for (const each of operations) {
    const before = world.store.hash()
    try {
      await perform(world, each)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      if (each.verb !== 'run') expect(world.store.hash(), `a refused ${each.verb} changes nothing`).toBe(before)
    }
    checkBooks(world)
  }
  await world.pass(60)
  checkBooks(world)
  expect(world.store.all('container').filter(({ state }) => state === 'running')).toEqual([])
  return world.store.hash()
}

test('any sequence of verbs keeps the books straight, and gives the same state twice', async () => {
  await fc.assert(fc.asyncProperty(fc.array(operation, { maxLength: 14 }), async (operations) => {
    expect(await play(operations)).toBe(await play(operations))
  }), { numRuns: 25 })
})
