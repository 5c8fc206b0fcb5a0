import { describe, expect, test } from 'vitest'
import type { RecordId } from '../../../protocol/records.ts'
import { Failure } from '../../base/failure.ts'
import { pureSha256 } from '../../base/hasher.ts'
import { findSample } from '../samples/samples.ts'
import { buildHeadless } from './headless.ts'
import { makeWorld, type TestWorld } from './testing/make-world.ts'

const SH = 'debian:12-slim'

async function refusal(act: () => unknown): Promise<string> {
  try {
    await act()
  } catch (error) {
    if (error instanceof Failure) return error.message
    throw error
  }
  return 'no refusal'
}

test('a shell ends without a terminal and waits with one', async () => {
  const world = makeWorld()
  await world.pull(SH)
  const run = { engine: world.engine, image: SH, command: ['sh'] }
  const { container: ended } = await world.containers.handlers['container.run'](run)
  const { container: waiting } = await world.containers.handlers['container.run']({ ...run, interactive: true })
  await world.pass(60)
  expect(world.store.get(ended)).toMatchObject({ state: 'exited', exitCode: 0 })
  expect(world.store.get(waiting)?.state).toBe('running')
})

async function withContainer(command: string[]): Promise<TestWorld & { container: RecordId<'container'> }> {
  const world = makeWorld()
  await world.pull(SH)
  const { container } = await world.containers.handlers['container.run']({ engine: world.engine, image: SH, name: 'web', command })
  return { ...world, container }
}

describe('builds', () => {
  test('FROM, RUN, and a file in the layer', async () => {
    const world = makeWorld()
    const { record, image } = await world.build({ Dockerfile: 'FROM alpine\nRUN echo hi > /x\n' }, { tag: 'hi' })
    expect(record.error).toBeNull()
    expect(record.state).toBe('done')
    const { entries } = await world.containers.queries['image.files']({ image: image!, path: '/', layer: 1 })
    expect(entries.map(({ name, size, change }) => [name, size, change])).toEqual([['x', 3, 'added']])
    const base = world.store.all('image').find(({ digest }) => digest === record.image)!.layers[0]!
    expect(record.steps.map(({ line, state, size, layer }) => [line, state, size, layer])).toEqual([[1, 'done', base.size, base.diffId], [2, 'done', 3, expect.any(String)]])
    expect(world.store.all('image').find(({ digest }) => digest === record.image)?.tags).toEqual(['hi:latest'])
  })

  test('a process that fails: line, exit code and BuildKit\'s words', async () => {
    const world = makeWorld()
    const { record, log } = await world.build({ Dockerfile: `FROM ${SH}\n\nRUN echo before; exit 3\n` })
    expect(record.error).toEqual({ line: 3, exitCode: 3, message: 'process "/bin/sh -c echo before; exit 3" did not complete successfully: exit code: 3' })
    expect(log).toMatch(/#6 \d\.\d{3} before\n#6 ERROR: process "\/bin\/sh -c echo before; exit 3" did not complete successfully: exit code: 3\n/)
    expect(log).toMatch(/\n {3}3 \| >>> RUN echo before; exit 3\n/)
    expect(log.endsWith('ERROR: failed to build: failed to solve: process "/bin/sh -c echo before; exit 3" did not complete successfully: exit code: 3\n')).toBe(true)
    expect(world.store.all('image')).toEqual([])
  })

  test('no such image', async () => {
    const { record } = await makeWorld().build({ Dockerfile: 'FROM nosuchimage\n' })
    expect(record.error?.message).toBe('nosuchimage: failed to resolve source metadata for docker.io/library/nosuchimage:latest: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed')
  })

  test('cancelled in the middle: nothing is left, and the next build works', async () => {
    const world = makeWorld()
    const { context } = await world.containers.handlers['context.create']({})
    world.store.update(context, { files: { Dockerfile: `FROM ${SH}\nRUN echo 1 > /a\nRUN sleep 100; echo 2 > /b\n` } })
    const { build } = await world.containers.handlers['image.build']({ engine: world.engine, context, tag: 't' })
    await world.pass(20)
    expect(world.store.require(build).steps.map(({ state }) => state)).toEqual(['done', 'done', 'running'])
    const { task } = world.store.require(build)
    expect(world.containers.cancelTask(task)).toBe(true)
    expect(world.containers.cancelTask(task)).toBe(false)
    await world.pass(1000)
    expect(world.store.require(build)).toMatchObject({ state: 'cancelled', image: null })
    expect(world.store.require(task).state).toBe('cancelled')
    expect(world.store.all('image')).toEqual([])
    const again = await world.build({ Dockerfile: `FROM ${SH}\nRUN echo 1 > /a\n` })
    expect(again.record.steps.map(({ state }) => state)).toEqual(['cached', 'cached'])
  })

  test('the same input gives the same digest, whenever it is built', async () => {
    const files = { Dockerfile: `FROM ${SH}\nRUN mkdir /d && echo x > /d/e && ln -s e /d/f\nCOPY a /\n`, a: '1' }
    const [first, second] = [makeWorld('2026-01-15', 'one'), makeWorld('2026-01-15', 'two')]
    await second.pass(12_345)
    const images = [await first.build(files), await second.build(files), await first.build(files, { noCache: true })].map(({ record }) => record.image)
    expect(images[0]).not.toBeNull()
    expect(new Set(images).size).toBe(1)
  })

  test('headless: the digest of a session\'s build', async () => {
    const files = { Dockerfile: `FROM ${SH}\nRUN echo x > /e\n` }
    let log = ''
    const result = await buildHeadless({
      files: new Map(Object.entries(files)), dockerfile: 'Dockerfile', universe: '2026-01-15', sha256: pureSha256, onLog: (text) => (log += text),
      settle: () => new Promise((resolve) => setImmediate(resolve)),
    })
    const { record } = await makeWorld().build(files)
    expect(result.error).toBeNull()
    expect(result.digest).toBe(record.image)
    expect(result.layers.map(({ line, size }) => [line, size]).at(-1)).toEqual([2, 2])
    expect(log).toContain('exporting to image')
  })
})

describe("the course's Dockerfile", () => {
  const files = findSample('course')!.files
  test('builds in 2014', async () => {
    const { record, log } = await makeWorld('2014-06-01').build(files, { tag: 'hadoop-java' })
    expect(record.error, log.slice(-3000)).toBeNull()
    expect(record.steps.map(({ line }) => line)).toEqual([1, 3, 6, 10, 11, 12, 13, 14])
  })
  test('fails at line 13 in 2018', async () => {
    const { record, log } = await makeWorld('2018-06-01').build(files)
    expect(record.error?.line, log.slice(-3000)).toBe(13)
  })
  test('fails at line 3 today', async () => {
    const { record, log } = await makeWorld('2026-11-22').build(files)
    expect([record.error?.line, record.error?.exitCode], log.slice(-3000)).toEqual([3, 100])
  })
})

describe('a container', () => {
  test('runs, ends with its code, keeps its files and starts again', async () => {
    const world = await withContainer(['sh', '-c', 'echo out; echo err >&2; test -e /mark && exit 5; echo m > /mark; exit 4'])
    await world.pass(5)
    expect(world.store.require(world.container)).toMatchObject({ state: 'exited', exitCode: 4, pid: null, writableBytes: expect.any(Number) as number })
    await world.containers.handlers['container.start']({ container: world.container })
    await world.pass(5)
    expect(world.store.require(world.container).exitCode).toBe(5)
    expect((await world.containers.queries['container.logs']({ container: world.container })).text).toBe('out\nerr\nout\nerr\n')
    expect((await world.containers.queries['container.logs']({ container: world.container, tail: 1 })).text).toBe('err\n')
  })

  test('stop is SIGTERM, then SIGKILL after the grace time; kill is 137', async () => {
    const world = await withContainer(['sh', '-c', 'trap "exit 7" TERM; while :; do sleep 1; done'])
    await world.pass(3)
    await world.containers.handlers['container.stop']({ container: world.container })
    await world.pass(5)
    expect(world.store.require(world.container)).toMatchObject({ state: 'exited', exitCode: 7 })
    const { container: deaf } = await world.containers.handlers['container.run']({ engine: world.engine, image: SH, command: ['sh', '-c', 'trap "" TERM; while :; do sleep 1; done'] })
    await world.pass(1)
    await world.containers.handlers['container.stop']({ container: deaf, seconds: 3 })
    await world.pass(2)
    expect(world.store.require(deaf).state).toBe('running')
    await world.pass(3)
    expect(world.store.require(deaf)).toMatchObject({ state: 'exited', exitCode: 137 })
  })

  test('is refused what the engine refuses', async () => {
    const world = await withContainer(['sleep', 'infinity'])
    const { handlers } = world.containers
    const { container, engine } = world
    const id = world.store.require(container).containerId
    await world.pass(1)
    expect(world.store.all('process').map(({ command, nsPid }) => [command, nsPid])).toEqual([['sleep infinity', 1]])
    expect(await refusal(() => handlers['container.remove']({ container }))).toBe('cannot remove container "web": container is running: stop the container before removing or force remove')
    expect(await refusal(() => handlers['container.create']({ engine, image: SH, name: 'web' }))).toBe(
      `Conflict. The container name "/web" is already in use by container "${id}". You have to remove (or rename) that container to be able to reuse that name.`)
    expect(await refusal(() => handlers['container.unpause']({ container }))).toBe(`Container ${id} is not paused`)
    await handlers['container.pause']({ container })
    expect(await refusal(() => handlers['container.pause']({ container }))).toBe(`Container ${id} is already paused`)
    expect(await refusal(() => handlers['container.start']({ container }))).toBe('cannot start a paused container, try unpause instead')
    expect(await refusal(() => handlers['container.remove']({ container }))).toBe('cannot remove container "web": container is paused and must be unpaused first')
    await handlers['container.unpause']({ container })
    await handlers['container.kill']({ container })
    await world.pass(1)
    expect(world.store.require(container)).toMatchObject({ state: 'exited', exitCode: 137 })
    expect(await refusal(() => handlers['container.kill']({ container }))).toBe(`cannot kill container: web: container ${id} is not running`)
    const image = world.store.all('image')[0]!.id
    expect(await refusal(() => handlers['image.remove']({ image }))).toMatch(/^conflict: unable to delete [0-9a-f]{12} \(must be forced\) - image is being used by stopped container [0-9a-f]{12}$/)
    await handlers['container.remove']({ container })
    await handlers['image.remove']({ image })
    expect(world.store.all('image')).toEqual([])
    expect(await refusal(() => handlers['container.create']({ engine, image: SH }))).toBe(`No such image: ${SH}`)
  })

  test('a program that is not there', async () => {
    const world = makeWorld()
    await world.pull(SH)
    const text = await refusal(() => world.containers.handlers['container.run']({ engine: world.engine, image: SH, command: ['nosuch'] }))
    expect(text).toContain('exec: "nosuch": executable file not found in $PATH: unknown')
    expect(world.store.all('container')).toEqual([])
  })

  test('commit keeps what was written; the layer is the upper tree', async () => {
    const world = await withContainer(['sh', '-c', 'echo kept > /note'])
    await world.pass(2)
    const { image } = await world.containers.handlers['container.commit']({ container: world.container, reference: 'mine:1' })
    expect(world.store.require(image).tags).toEqual(['mine:1'])
    const { entries } = await world.containers.queries['image.files']({ image, path: '/', layer: world.store.require(image).layers.length - 1 })
    expect(entries.map(({ name }) => name)).toContain('note')
  })

  test('ends when its machine goes down, and stays when it comes back', async () => {
    const world = await withContainer(['sleep', 'infinity'])
    world.setUp(false)
    world.containers.hosting.systemDown(world.owner, 'power-loss')
    expect(world.store.require(world.container)).toMatchObject({ state: 'exited', exitCode: 137 })
    expect(world.store.require(world.engine).state).toBe('stopped')
    expect(await refusal(() => world.containers.handlers['container.start']({ container: world.container }))).toMatch(/^Cannot connect to the Docker daemon/)
    world.setUp(true)
    world.containers.hosting.systemUp(world.owner)
    await world.containers.handlers['container.start']({ container: world.container })
    expect(world.store.require(world.container).state).toBe('running')
  })
})

test('nginx: the page of the sample comes through a published port, which is then taken', async () => {
  const world = makeWorld()
  const built = await world.build(findSample('static-site')!.files, { tag: 'site' })
  expect(built.record.error, built.log).toBeNull()
  const run = { engine: world.engine, image: 'site', ports: [{ hostPort: 8080, containerPort: 80, protocol: 'tcp' as const }] }
  await world.containers.handlers['container.run']({ ...run, name: 'web' })
  await world.pass(2)
  const answer = world.containers.handlers['network.fetch']({ engine: world.engine, port: 8080, path: '/' })
  await world.pass(2)
  expect(await answer).toMatchObject({ status: 200, body: expect.stringContaining('It runs in a container') as string })
  expect(await refusal(() => world.containers.handlers['container.run']({ ...run, name: 'web2' }))).toMatch(
    /^failed to set up container networking: driver failed programming external connectivity on endpoint web2 \([0-9a-f]{64}\): Bind for 0\.0\.0\.0:8080 failed: port is already allocated$/)
  expect(await refusal(() => world.containers.handlers['network.fetch']({ engine: world.engine, port: 81, path: '/' }))).toContain("Couldn't connect to server")
})

test.each([['multi-stage', 'layer'], ['python', 'Primes up to 30']])('sample %s builds and runs', async (key, text) => {
  const world = makeWorld()
  const built = await world.build(findSample(key)!.files, { tag: 'sample' })
  expect(built.record.error, built.log).toBeNull()
  const { container } = await world.containers.handlers['container.run']({ engine: world.engine, image: 'sample' })
  await world.pass(60)
  expect(world.store.require(container)).toMatchObject({ state: 'exited', exitCode: 0 })
  expect((await world.containers.queries['container.logs']({ container })).text).toContain(text)
})

test('a terminal in a container: its shell, its end', async () => {
  const world = await withContainer(['sleep', 'infinity'])
  const { handlers } = world.containers
  const { terminal } = await handlers['terminal.open']({ target: world.container, columns: 80, rows: 24 })
  await world.pass(1)
  await handlers['terminal.input']({ terminal, data: 'echo $((6*7)); hostname\r' })
  await world.pass(1)
  const text = world.containers.streamText(`terminal:${terminal.slice('terminal:'.length)}`)
  expect(text).toContain('\n42\r\n')
  expect(text).toContain(world.store.require(world.container).containerId.slice(0, 12))
  expect(world.store.all('process').length).toBeGreaterThan(1)
  await handlers['terminal.input']({ terminal, data: 'exit\r' })
  await world.pass(1)
  expect(world.store.require(terminal).state).toBe('closed')
  expect(await refusal(() => handlers['terminal.input']({ terminal, data: 'x' }))).toBe('This terminal is closed.')
  expect(world.store.require(world.container).state).toBe('running')
})
