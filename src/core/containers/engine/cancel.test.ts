import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeSimulation } from '../../testing/make-simulation.ts'
import { EventLog } from '../../store/event-log.ts'
import { IdSource } from '../../store/id-source.ts'
import { Store } from '../../store/store.ts'
import { PROJECT_ID } from '../../../protocol/records.ts'
import { pureSha256 } from '../../base/hasher.ts'
import { ContainerWorld } from './world.ts'
import type { Engine } from './engine.ts'

const FILES = {
  Dockerfile: [
    'FROM alpine AS tools', 'RUN echo 1 > /a && sleep 1', 'COPY data /data', 'FROM alpine', 'COPY --from=tools /a /data /got/', 'WORKDIR /w', 'RUN mkdir d && sleep 1 && echo 2 > d/b', 'ENV X=1', 'RUN rm -r d',
  ].join('\n'),
  data: 'x'.repeat(1000),
}

function makeEngine(): { world: ContainerWorld; engine: Engine; pass(seconds: number): Promise<void> } {
  const store = new Store()
  const simulation = makeSimulation()
  const ids = new IdSource()
  store.put({ id: PROJECT_ID, type: 'project', name: 'test', undo: [], redo: [], universe: '2026-01-15' })
  const world = new ContainerWorld({
    store, simulation, ids, events: new EventLog(store, simulation), sha256: pureSha256,
    systems: { find: () => ({ owner: 'vm:1', hostname: 'h', kernelRelease: '6', osName: 'Debian 12', architecture: 'amd64', cores: 2, memoryBytes: 8e9, bootedAt: 0 }) },
  })
  const id = ids.next('engine')
  store.put({ id, type: 'engine', owner: 'vm:1', name: 'e', version: '28.2.2', storageDriver: 'overlay2', state: 'running' })
  world.attach(id, 'vm:1')
  return { world, engine: world.engine(id), pass: (seconds) => simulation.runUntil(simulation.now + seconds * 1e9) }
}

const start = (world: ContainerWorld, engine: Engine, tag: string): ReturnType<ContainerWorld['build']> =>
  world.build(engine, { context: null, contextName: 'c', files: new Map(Object.entries(FILES)), dockerfile: 'Dockerfile', tag, noCache: false, buildArgs: {} })

/** Holders of each layer, as they follow from the images in the store. */
function holders(engine: Engine): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const image of engine.images.content.allImages()) for (const { diffId } of image.layers) counts[diffId] = (counts[diffId] ?? 0) + 1
  return counts
}

test('a build that is interrupted at any moment leaves a store that is right, and the next build gives what it always gives', async () => {
  const whole = makeEngine()
  const { record, done } = start(whole.world, whole.engine, 'whole')
  await whole.pass(60)
  const expected = await done
  expect(expected).not.toBeNull()
  const { startedAt, finishedAt } = whole.world.ground.store.require(record)
  const length = (finishedAt! - startedAt) / 1e9
  await fc.assert(fc.asyncProperty(fc.array(fc.double({ min: 0, max: length, noNaN: true }), { minLength: 1, maxLength: 3 }), fc.boolean(), async (moments, switchOff) => {
    const { world, engine, pass } = makeEngine()
    for (const moment of moments) {
      const build = start(world, engine, 'cut')
      await pass(moment)
      const wasRunning = world.ground.store.require(build.record).state === 'running'
      if (switchOff) {
        world.systemDown('vm:1', 'power-loss')
        world.systemUp('vm:1')
      } else expect(world.tasks.cancel(build.task)).toBe(wasRunning)
      await pass(30)
      expect(engine.images.content.layerHolders(), 'layers are held by images only').toEqual(holders(engine))
      expect(engine.machine().kernel.processes().filter(({ namespaceId }) => namespaceId !== ''), 'no process is left').toEqual([])
      if (!wasRunning) continue
      expect(world.ground.store.require(build.record)).toMatchObject({ state: 'cancelled', image: null })
      expect(world.ground.store.require(build.record).steps.filter(({ state }) => state === 'running' || state === 'waiting')).toEqual([])
    }
    const { done: last } = start(world, engine, 'whole')
    await pass(60)
    expect(await last).toBe(expected)
    expect(engine.images.content.layerHolders()).toEqual(holders(engine))
  }), { numRuns: 30 })
})
