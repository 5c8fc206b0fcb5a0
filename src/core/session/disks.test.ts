import { describe, expect, test } from 'vitest'
import type { ContainerRecord, RecordId } from '../../protocol/records.ts'
import { MINUTE, SECOND } from '../simulation/units.ts'
import type { Session } from './session.ts'
import { makeVmSession, must } from './testing/make-session.ts'

/** A VM with Docker and a container `writer` that has written /mark and goes on. */
async function withContainer(): Promise<{ session: Session; vm: RecordId<'vm'>; engine: RecordId<'engine'>; container: RecordId<'container'> }> {
  const { session, vm } = await makeVmSession()
  await must(session, 'vm.start', { vm })
  await session.advanceFully(MINUTE)
  const { engine } = await must<{ engine: RecordId<'engine'> }>(session, 'engine.install', { owner: vm })
  await must(session, 'image.pull', { engine, reference: 'alpine:latest' })
  await session.advanceFully(10 * MINUTE)
  const { container } = await must<{ container: RecordId<'container'> }>(session, 'container.run', { engine, image: 'alpine:latest', name: 'writer', command: ['sh', '-c', 'echo first > /mark; echo said; sleep 1000000'] })
  await session.advanceFully(11 * MINUTE)
  return { session, vm, engine, container }
}

async function filesOf(session: Session, container: RecordId<'container'>): Promise<string> {
  return JSON.stringify(await session.query({ name: 'container.files', params: { container, path: '/' } }))
}

const containersOn = (session: Session, engine: RecordId<'engine'>): ContainerRecord[] => session.store.all('container').filter((each) => each.engine === engine)

describe('a snapshot of a VM that carries an engine', () => {
  test('keeps the disk: images and containers come back as a power cut would leave them', async () => {
    const { session, vm, engine, container } = await withContainer()
    const { snapshot } = await must<{ snapshot: RecordId<'snapshot'> }>(session, 'vm.snapshot', { vm, name: 'clean' })
    expect(session.store.require(snapshot)).toMatchObject({ withMemory: false })
    const { logs: before } = await read(session, container)
    expect(before).toMatchObject({ value: { text: 'said\n' } })
    await must(session, 'container.remove', { container, force: true })
    await must(session, 'image.pull', { engine, reference: 'busybox:latest' })
    await session.advanceFully(20 * MINUTE)
    expect(session.store.all('image')).toHaveLength(2)

    for (const time of [30, 40]) {
      await must(session, 'vm.restore-snapshot', { snapshot })
      expect(session.store.require(vm).state).toBe('off')
      expect(session.store.require(engine).state).toBe('stopped')
      expect(session.store.all('image').flatMap(({ tags }) => tags)).toEqual(['alpine:latest'])
      expect(session.store.require(container)).toMatchObject({ name: 'writer', state: 'exited', exitCode: 137 })
      expect(session.store.all('process')).toEqual([])
      expect(await filesOf(session, container)).toContain('mark')
      expect(await read(session, container)).toEqual({ logs: before })

      await must(session, 'vm.start', { vm })
      await session.advanceFully(time * MINUTE)
      await must(session, 'container.start', { container })
      await session.advanceFully((time + 1) * MINUTE)
      expect(session.store.require(container).state).toBe('running')
    }
  })

  test('an engine that came later goes, and one that was removed comes back', async () => {
    const { session, vm, engine, container } = await withContainer()
    const { snapshot } = await must<{ snapshot: RecordId<'snapshot'> }>(session, 'vm.snapshot', { vm })
    await must(session, 'container.remove', { container, force: true })
    await must(session, 'engine.remove', { engine })
    const { snapshot: bare } = await must<{ snapshot: RecordId<'snapshot'> }>(session, 'vm.snapshot', { vm })
    await must(session, 'vm.restore-snapshot', { snapshot })
    expect(session.store.all('engine')).toMatchObject([{ id: engine, state: 'stopped' }])
    expect(containersOn(session, engine)).toMatchObject([{ name: 'writer', state: 'exited' }])
    await must(session, 'vm.restore-snapshot', { snapshot: bare })
    expect(session.store.all('engine')).toEqual([])
    expect(session.store.all('container')).toEqual([])
    expect(session.store.require(vm).state).toBe('running')
  })
})

describe('a clone of a VM that carries an engine', () => {
  test('has a disk of its own with the same content', async () => {
    const { session, vm, engine, container } = await withContainer()
    await must(session, 'vm.stop', { vm, force: true })
    const { vm: clone } = await must<{ vm: RecordId<'vm'> }>(session, 'vm.clone', { vm })
    const twin = session.store.all('engine').find((each) => each.owner === clone)!
    expect(twin.id).not.toBe(engine)
    const [copy] = containersOn(session, twin.id)
    expect(copy).toMatchObject({ name: 'writer', state: 'exited', containerId: session.store.require(container).containerId })
    expect(copy!.id).not.toBe(container)
    expect(await filesOf(session, copy!.id)).toContain('mark')

    await must(session, 'vm.start', { vm: clone })
    await session.advanceFully(session.now + MINUTE)
    expect(session.store.require(twin.id).state).toBe('running')
    await must(session, 'container.start', { container: copy!.id })
    await session.advanceFully(session.now + SECOND)
    expect(session.store.require(copy!.id).state).toBe('running')
    await must(session, 'container.remove', { container: copy!.id, force: true })
    expect(session.store.require(container)).toMatchObject({ name: 'writer', state: 'exited' })
  })

  test('is taken back and done again, with its content', async () => {
    const { session, vm } = await withContainer()
    await must(session, 'vm.stop', { vm, force: true })
    await must(session, 'vm.clone', { vm })
    const after = session.store.all('container').length
    await must(session, 'edit.undo')
    expect(session.store.all('container')).toHaveLength(after - 1)
    expect(session.store.all('engine')).toHaveLength(1)
    expect(session.store.all('vm')).toHaveLength(1)
    await must(session, 'edit.redo')
    expect(session.store.all('container')).toHaveLength(after)
    expect(session.store.all('image')).toHaveLength(2)
  })
})

async function read(session: Session, container: RecordId<'container'>): Promise<{ logs: unknown }> {
  return { logs: await session.query({ name: 'container.logs', params: { container } }) }
}
