import { describe, expect, test } from 'vitest'
import { pureSha256 } from '../../base/hasher.ts'
import { makeSimulation } from '../../testing/make-simulation.ts'
import { ContentStore } from '../image/content-store.ts'
import { rootFileSystem } from '../image/layer.ts'
import { createKernel } from '../runtime/linux-kernel.ts'
import { BuildCache } from './build-cache.ts'
import { BuildFailure } from './build-failure.ts'
import { runBuild } from './build.ts'
import { Cancellation } from './cancellation.ts'
import type { ContextFiles } from './context.ts'
import type { BuildRequest, BuildResult } from './ports.ts'

interface Outcome { log: string; result?: BuildResult; error?: BuildFailure }

function makeBuilder(): (files: ContextFiles, options?: Partial<BuildRequest>) => Promise<Outcome> {
  const simulation = makeSimulation()
  const world = { universe: () => '2020-01-01' }
  const kernel = createKernel({ simulation, release: '6', hostname: 'h', memoryBytes: 1e9, cores: 1, world, programs: new Map() })
  const content = new ContentStore(pureSha256)
  const cache = new BuildCache()
  return async (files, options = {}) => {
    const outcome: Outcome = { log: '' }
    simulation.activity(async () => {
      try {
        outcome.result = await runBuild({ context: files, dockerfile: 'Dockerfile', tag: null, noCache: false, buildArgs: {}, universe: '2020-01-01', ...options }, {
          simulation, sleep: (time) => simulation.sleep(time), kernel, content, sha256: pureSha256, cache, architecture: 'amd64', name: 'b', cancellation: new Cancellation(),
          images: { resolve: async (name) => { throw new BuildFailure(`${name}: not found`) } },
          onLog: (text) => (outcome.log += text), onSteps: () => undefined,
        })
      } catch (error) {
        if (!(error instanceof BuildFailure)) throw error
        outcome.error = error
      }
    })
    await simulation.runUntil(simulation.now + 1e12)
    return outcome
  }
}

const context = (dockerfile: string, more: Record<string, string> = {}): ContextFiles => new Map(Object.entries({ Dockerfile: dockerfile, ...more }))
const fileIn = ({ result, log }: Outcome, path: string): string => {
  if (!result) throw new Error(log)
  return new TextDecoder().decode(rootFileSystem(result.image.layers).read(path))
}

describe('COPY', () => {
  test.each([
    ['a file to a name', 'COPY a.txt /b', '/b'],
    ['a file into a folder', 'COPY a.txt /d/', '/d/a.txt'],
    ['below WORKDIR', 'WORKDIR /w\nCOPY a.txt sub/', '/w/sub/a.txt'],
    ['a folder gives its content', 'COPY dir /d', '/d/in'],
    ['wildcards', 'COPY *.txt d?r/ /d/', '/d/in'],
    ['a heredoc', 'ENV N=A\nCOPY <<E /b\n$N\nE', '/b'],
    ['from a stage', 'COPY a.txt /x\nFROM scratch\nCOPY --from=0 /x /y', '/y'],
  ])('%s', async (_name, lines, path) => {
    const outcome = await makeBuilder()(context(`FROM scratch\n${lines}\n`, { 'a.txt': 'A\n', 'dir/in': 'A\n' }))
    expect(fileIn(outcome, path)).toBe('A\n')
  })

  test('what is not there is named, with the line', async () => {
    const { error, log } = await makeBuilder()(context('FROM scratch\n\nCOPY gone /\n', { '.dockerignore': 'gone', gone: 'x' }))
    expect(error?.lines).toEqual({ start: 3, end: 3 })
    expect(log).toMatch(/Dockerfile:3\n-{20}\n {3}1 \| {5}FROM scratch\n {3}2 \| {5}\n {3}3 \| >>> COPY gone \/\n/)
    expect(log).toMatch(/ERROR: failed to build: failed to solve: .*"\/gone": not found\n$/)
  })
})

test('the same input gives the same digests, and the cache says why not', async () => {
  const build = makeBuilder()
  const dockerfile = 'FROM scratch\nARG V=1\nCOPY a /a\nENV X=$V\nCOPY b /b\n'
  const first = await build(context(dockerfile, { a: '1', b: '2' }))
  const again = await build(context(dockerfile, { a: '1', b: '2' }))
  const changed = await build(context(dockerfile, { a: '1', b: '3' }))
  const fresh = await makeBuilder()(context(dockerfile, { a: '1', b: '2' }))
  expect(again.result?.image.id).toBe(first.result?.image.id)
  expect(fresh.result?.image.id).toBe(first.result?.image.id)
  expect(again.log.match(/CACHED/g)).toHaveLength(2)
  expect(changed.log.match(/CACHED/g)).toHaveLength(1)
  expect(changed.result?.image.id).not.toBe(first.result?.image.id)
})

test('config: ENV, ARG, LABEL, CMD after ENTRYPOINT, USER, EXPOSE', async () => {
  const { result } = await makeBuilder()(context(
    'ARG TAG=1\nFROM scratch AS base\nARG TAG\nENV A=$TAG B="x y"\nLABEL l=${B:-no}\nCMD echo hi\nFROM base\nENTRYPOINT ["/e"]\nUSER u\nEXPOSE 80 53/udp\nWORKDIR /w\nWORKDIR x\n'), { buildArgs: { TAG: '7' } })
  expect(result?.image.config.config).toEqual({
    Env: ['A=7', 'B=x y'], Labels: { l: 'x y' }, Entrypoint: ['/e'], User: 'u', ExposedPorts: { '80/tcp': {}, '53/udp': {} }, WorkingDir: '/w/x',
  })
})

test('stages nobody needs are not built', async () => {
  const outcome = await makeBuilder()(context('FROM scratch AS a\nCOPY gone /\nFROM scratch AS b\nCOPY x /\nFROM scratch\nCOPY gone /\n', { x: '1' }), { target: 'b' })
  expect(fileIn(outcome, '/x')).toBe('1')
})
