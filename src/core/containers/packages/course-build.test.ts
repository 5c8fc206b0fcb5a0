import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { encodeUtf8 } from '../../base/bytes.ts'
import type { Sha256Factory } from '../../base/hasher.ts'
import { GiB } from '../../simulation/units.ts'
import { makeSimulation } from '../../testing/make-simulation.ts'
import { BuildCache } from '../builder/build-cache.ts'
import { BuildFailure } from '../builder/build-failure.ts'
import { runBuild } from '../builder/build.ts'
import { Cancellation } from '../builder/cancellation.ts'
import type { BuildResult } from '../builder/ports.ts'
import { ContentStore } from '../image/content-store.ts'
import { parseReference } from '../image/reference.ts'
import { Registry } from '../registry/registry.ts'
import { createKernel } from '../runtime/linux-kernel.ts'
import { USERLAND } from '../userland/index.ts'
import course from '../../../../resources/samples/course.json' with { type: 'json' }

const sha256: Sha256Factory = () => {
  const hash = createHash('sha256')
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') }
}

/** What a generator returns. */
function ended<T>(steps: Generator<unknown, T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

interface Outcome {
  readonly log: string
  readonly error: BuildFailure | undefined
  readonly result: BuildResult | undefined
}

/** Builds a Dockerfile on the registry's own ubuntu:12.04, as the headless build does. */
async function build(universe: string, dockerfile: string): Promise<Outcome> {
  const simulation = makeSimulation()
  const kernel = createKernel({ simulation, release: '6.1.0-18-amd64', hostname: 'host', memoryBytes: 8 * GiB, cores: 2, world: { universe: () => universe }, programs: USERLAND })
  const content = new ContentStore(sha256)
  const registry = new Registry()
  const base = ended(registry.materialising(registry.resolve(parseReference('ubuntu:12.04'), universe), sha256))
  const local = content.addImage(base.config, base.layers)
  let [log, error, result] = ['', undefined as BuildFailure | undefined, undefined as BuildResult | undefined]
  let over = false
  simulation.activity(async () => {
    try {
      result = await runBuild({ context: new Map([['Dockerfile', encodeUtf8(dockerfile)]]), dockerfile: 'Dockerfile', tag: null, noCache: false, buildArgs: {}, universe }, {
        simulation, sleep: (time) => simulation.sleep(time), kernel, content, sha256, cache: new BuildCache(), architecture: 'amd64', name: 'b', cancellation: new Cancellation(), onLog: (text) => (log += text), onSteps: () => undefined,
        images: { resolve: async () => ({ fullName: 'docker.io/library/ubuntu:12.04', local, fetch: async () => local }) },
      })
    } catch (failure) {
      if (!(failure instanceof BuildFailure)) throw failure
      error = failure
    }
    over = true
  })
  while (!over && (await simulation.step())) continue
  return { log, error, result }
}

const { Dockerfile } = course.files

describe("the course's Dockerfile on the registry's ubuntu:12.04", () => {
  test('2014: it builds, and its layers are as big as the real ones', async () => {
    const { result, log } = await build('2014-06-01', Dockerfile)
    const megabytes = (line: number | null): number => result!.image.layers.reduce((sum, layer, index) => (result!.lines[index] === line ? sum + layer.size : sum), 0) / 1e6
    const near = (line: number | null, real: number): void => expect(Math.abs(megabytes(line) / real - 1), `line ${line}: ${megabytes(line)} MB`).toBeLessThan(0.05)
    near(null, 103.6)
    near(3, 21.3)
    near(6, 31.8)
    near(10, 0.015)
    near(11, 21.5)
    near(12, 1.1)
    near(13, 487)
    expect(Math.abs(result!.image.size / 666e6 - 1)).toBeLessThan(0.01)
    expect(result!.image.config.config.Env).toContain('JAVA_HOME=/usr/lib/jvm/java-7-oracle')
    expect(log).toContain('Get:7 http://archive.ubuntu.com precise/main Sources [1175 kB]\n')
    expect(log).toMatch(/Fetched 21\.\d MB in \ds \(\d+ kB\/s\)/)
    expect(log).toContain(' Oracle JDK 7 installed\n')
  })

  test('2018: line 13 fails, for the download is gone', async () => {
    const { error, log } = await build('2018-06-01', Dockerfile)
    expect(error).toMatchObject({ lines: { start: 13, end: 13 }, exitCode: 100 })
    expect(log).toMatch(/ 2018-06-01 09:00:\d\d ERROR 404: Not Found\.\n/)
    expect(log).toContain(' E: Sub-process /usr/bin/dpkg returned an error code (1)\n')
    expect(log).toContain('ERROR: failed to build: failed to solve: process "/bin/sh -c apt-get -y install oracle-java7-installer" did not complete successfully: exit code: 100\n')
  })

  test('2020: line 13 fails, for the PPA is empty', async () => {
    const { error, log } = await build('2020-01-01', Dockerfile)
    expect(error).toMatchObject({ lines: { start: 13, end: 13 }, exitCode: 100 })
    expect(log).toContain(' E: Unable to locate package oracle-java7-installer\n')
  })

  test('today: line 3 fails, for the archive has moved', async () => {
    const { error, log } = await build('2026-11-22', Dockerfile)
    expect(error).toMatchObject({ lines: { start: 3, end: 3 }, exitCode: 100 })
    expect(log).toContain(' Err http://archive.ubuntu.com precise/main amd64 Packages\n')
    expect(log).toContain(' W: Failed to fetch http://archive.ubuntu.com/ubuntu/dists/precise/main/binary-amd64/Packages  404  Not Found [IP: 91.189.91.83 80]\n')
    expect(log).toContain(' E: Some index files failed to download. They have been ignored, or old ones used instead.\n')
  })

  test('without the second update the PPA\'s package is unknown', async () => {
    const { error, log } = await build('2014-06-01', Dockerfile.replace('ppa:webupd8team/java\nRUN apt-get update', 'ppa:webupd8team/java'))
    expect(error).toMatchObject({ lines: { start: 12, end: 12 }, exitCode: 100 })
    expect(log).toContain(' E: Unable to locate package oracle-java7-installer\n')
  })
})
