import { describe, expect, test } from 'vitest'
import { findSample } from '../samples/samples.ts'
import { makeWorld, type TestWorld } from './testing/make-world.ts'

const SH = 'debian:12-slim'

async function withContainers(commands: readonly string[]): Promise<TestWorld> {
  const world = makeWorld()
  await world.pull(SH)
  for (const command of commands) await world.containers.handlers['container.run']({ engine: world.engine, image: SH, command: ['sh', '-c', command] })
  await world.pass(1)
  return world
}

const states = (world: TestWorld): unknown[] => world.store.all('container').map(({ state, exitCode }) => [state, exitCode])
const loop = 'while :; do sleep 0.2; done'

describe('a machine that shuts down', () => {
  test('asks its containers to end, and kills those that do not listen', async () => {
    const world = await withContainers([`trap "exit 0" TERM; ${loop}`, `trap "exit 143" TERM; ${loop}`, `trap "" TERM; ${loop}`, loop])
    world.setUp(false)
    world.containers.hosting.systemDown(world.owner, 'shutdown')
    expect(world.store.require(world.engine).state).toBe('stopped')
    expect(() => world.containers.handlers['container.create']({ engine: world.engine, image: SH })).toThrow('Cannot connect to the Docker daemon')
    await world.pass(1)
    expect(states(world)).toEqual([['exited', 0], ['exited', 143], ['running', null], ['running', null]])
    await world.pass(3)
    expect(states(world)).toEqual([['exited', 0], ['exited', 143], ['exited', 137], ['exited', 137]])
    world.setUp(true)
    world.containers.hosting.systemUp(world.owner)
    expect(world.store.require(world.engine).state).toBe('running')
    await world.containers.handlers['container.start']({ container: world.store.all('container')[3]!.id })
    await world.pass(10)
    expect(states(world)[3]).toEqual(['running', null])
  })

  test('and loses its power meanwhile', async () => {
    const world = await withContainers([`trap "" TERM; ${loop}`])
    world.setUp(false)
    world.containers.hosting.systemDown(world.owner, 'shutdown')
    await world.pass(1)
    world.containers.hosting.systemDown(world.owner, 'power-loss')
    expect(states(world)).toEqual([['exited', 137]])
    expect(world.store.all('process')).toEqual([])
  })
})

describe('a paused machine', () => {
  test('neither downloads nor copies, and goes on where it was', async () => {
    const plain = makeWorld()
    const paused = makeWorld()
    const files = { Dockerfile: 'FROM alpine\nCOPY big /\nRUN sleep 2 && echo done > /x\n', big: 'x'.repeat(900_000) }
    const { record: expected } = await plain.build(files)
    const { context } = await paused.containers.handlers['context.create']({})
    paused.store.update(context, { files })
    const { build } = await paused.containers.handlers['image.build']({ engine: paused.engine, context })
    // At any moment of the build: while it asks the registry, downloads, copies, runs, exports.
    for (let pauses = 0; paused.store.require(build).state === 'running'; pauses++) {
      expect(pauses).toBeLessThan(200)
      await paused.pass(0.02 * (1 + (pauses % 7)))
      const before = paused.store.require(build)
      paused.containers.hosting.setFrozen(paused.owner, true)
      await paused.pass(50)
      expect(paused.store.require(build)).toEqual(before)
      paused.containers.hosting.setFrozen(paused.owner, false)
    }
    expect(paused.store.require(build).image).toBe(expected.image)
  })
})

describe('docker run of an image that is not there', () => {
  test('pulls it; the container appears under the id that was answered', async () => {
    const world = makeWorld()
    const { container } = await world.containers.handlers['container.run']({ engine: world.engine, image: 'hello-world', name: 'hi' })
    expect(world.store.get(container)).toBeUndefined()
    expect(world.store.all('task').map(({ kind, state }) => [kind, state])).toEqual([['pull', 'running']])
    await world.pass(60)
    expect(world.store.get(container)).toMatchObject({ name: 'hi', image: 'hello-world', state: 'exited', exitCode: 0 })
    expect(world.store.all('image').map(({ tags }) => tags)).toEqual([['hello-world:latest']])
  })

  test('is refused at once when there is no such image, and says later what only shows then', async () => {
    const world = makeWorld()
    const run = world.containers.handlers['container.run']
    expect(() => run({ engine: world.engine, image: 'nosuchimage' })).toThrow('pull access denied for nosuchimage')
    const { container } = await run({ engine: world.engine, image: SH, command: ['nosuch'] })
    await world.pass(60)
    expect(world.store.get(container)).toBeUndefined()
    expect(world.store.all('event').at(-1)?.text).toContain('exec: "nosuch": executable file not found in $PATH')
  })
})

test('process records follow what a container does', async () => {
  const world = await withContainers(['sleep 1; sleep 2; echo x > /f; sleep 3'])
  const now = (): string[] => world.store.all('process').map(({ command }) => command)
  const [script] = now()
  await world.pass(0.5)
  expect(now()).toEqual([script, 'sleep 2'])
  await world.pass(2)
  expect(now().at(-1)).toBe('sleep 3')
  expect(world.store.all('container')[0]!.writableBytes).toBeGreaterThanOrEqual(2)
  await world.pass(3)
  expect(now()).toEqual([])
})

test('the folders of the Studio in a terminal: edits and deletions follow', async () => {
  const world = makeWorld()
  const { handlers } = world.containers
  const { context } = await handlers['context.create']({ name: 'site', sample: 'static-site' })
  const { terminal } = await handlers['terminal.open']({ target: world.engine, columns: 80, rows: 24 })
  const type = async (line: string): Promise<string> => {
    const stream = `terminal:${terminal.slice('terminal:'.length)}` as const
    await world.pass(1)
    const before = world.containers.streamText(stream).length
    await handlers['terminal.input']({ terminal, data: `${line}\r` })
    await world.pass(2)
    return world.containers.streamText(stream).slice(before)
  }
  expect(await type('ls site')).toContain('Dockerfile')
  await handlers['context.write-file']({ context, path: 'deep/note.txt', text: 'from the Studio\n' })
  expect(await type('cat ~/site/deep/note.txt')).toContain('from the Studio\r\n')
  await type('echo mine > ~/site/mine; echo changed > ~/site/Dockerfile')
  await handlers['context.delete-file']({ context, path: 'deep/note.txt' })
  const listing = await type('ls site; cat site/Dockerfile')
  expect(listing).not.toContain('deep')
  expect(listing).toContain('mine')
  expect(listing).toContain('changed')
  await handlers['context.write-file']({ context, path: 'Dockerfile', text: `${findSample('static-site')!.files['Dockerfile']}# new\n` })
  expect(await type('tail -n 1 site/Dockerfile')).toContain('# new')
  await handlers['context.remove']({ context })
  expect(await type('ls site')).toMatch(/site\r\nmine\r\n/)
  expect(await type('cat /etc/os-release; which docker curl; date')).toMatch(/Ubuntu 22\.04[\s\S]*\/usr\/bin\/docker\r\n\/usr\/bin\/curl[\s\S]*2026/)
})
