import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SECOND } from '../core/simulation/units.ts'
import { readContextFolder } from './context-folder.ts'
import { buildImage } from './headless-build.ts'
import { runProject } from './headless-run.ts'
import { Workspace } from './workspace.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'glasshouse-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

describe('a build context', () => {
  test('is read in order, and links are kept, not followed', () => {
    mkdirSync(join(folder, 'app'))
    writeFileSync(join(folder, 'app', 'run.sh'), '#!/bin/sh\n')
    chmodSync(join(folder, 'app', 'run.sh'), 0o755)
    writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\n')
    symlinkSync('/etc', join(folder, 'outside'))
    expect(readContextFolder(folder).map((entry) => (entry.kind === 'symlink' ? [entry.path, entry.target] : [entry.path, entry.kind]))).toEqual([
      ['Dockerfile', 'file'], ['app', 'directory'], ['app/run.sh', 'file'], ['outside', '/etc'],
    ])
    expect(readContextFolder(folder).find(({ path }) => path === 'app/run.sh')).toMatchObject({ mode: 0o755, bytes: Buffer.from('#!/bin/sh\n') })
  })

  test('has limits', () => {
    for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, name), 'x'.repeat(100))
    expect(() => readContextFolder(folder, { entries: 2, bytes: 1000 })).toThrow('more than 2 files')
    expect(() => readContextFolder(folder, { entries: 10, bytes: 250 })).toThrow('larger than 250 bytes')
  })
})

describe('a build without a window', () => {
  const course = (): void => {
    const { files } = JSON.parse(readFileSync('resources/samples/course.json', 'utf8')) as { files: Record<string, string> }
    for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text)
  }

  test("of the course's Dockerfile succeeds in 2014, twice with the same digests", async () => {
    course()
    let log = ''
    const build = (): ReturnType<typeof buildImage> => buildImage({ folder, dockerfile: 'Dockerfile', universe: '2014-06-01' }, (text) => (log += text))
    const result = await build()
    expect(result.error).toBeNull()
    expect(result.digest).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(result.layers.length).toBeGreaterThan(1)
    expect(log.length).toBeGreaterThan(100)
    expect(await build()).toEqual(result)
  })

  test('keeps bytes, permissions, links and empty folders', async () => {
    const script = '#!/bin/sh\necho "ran as $0"\n'
    const binary = Uint8Array.from({ length: 256 }, (_, i) => 255 - i)
    writeFileSync(join(folder, 'all.bin'), binary)
    writeFileSync(join(folder, 'run.sh'), script)
    chmodSync(join(folder, 'run.sh'), 0o755)
    writeFileSync(join(folder, 'plain.sh'), script)
    chmodSync(join(folder, 'plain.sh'), 0o644)
    symlinkSync('run.sh', join(folder, 'link'))
    mkdirSync(join(folder, 'empty'))
    const dockerfile = (lines: string): void => writeFileSync(join(folder, 'Dockerfile'), `FROM debian:12-slim\nCOPY . /app/\n${lines}`)
    dockerfile('RUN sha256sum /app/all.bin && /app/link && ls /app/empty && ls -l /app\nRUN /app/plain.sh\n')
    let log = ''
    const { error } = await buildImage({ folder, dockerfile: './Dockerfile', universe: '2026-01-15' }, (text) => (log += text))
    expect(log).toContain(createHash('sha256').update(binary).digest('hex'))
    expect(log).toContain('ran as /app/link')
    expect(log).toMatch(/link -> run\.sh/)
    expect(error).toMatchObject({ line: 4, exitCode: 126 })
    dockerfile('')
    const { layers } = await buildImage({ folder, dockerfile: 'Dockerfile', universe: '2026-01-15' }, () => undefined)
    chmodSync(join(folder, 'plain.sh'), 0o755)
    const other = await buildImage({ folder, dockerfile: 'Dockerfile', universe: '2026-01-15' }, () => undefined)
    expect(other.layers[1]!.digest).not.toBe(layers[1]!.digest)
  })

  test.each([['2018-06-01', 13], ['2026-11-22', 3]])('fails in %s at line %d', async (universe, line) => {
    course()
    const { digest, error } = await buildImage({ folder, dockerfile: 'Dockerfile', universe }, () => undefined)
    expect(digest).toBeNull()
    expect(error).toMatchObject({ line })
  })
})

test('a run of a project gives the same hash as often as it is run, and another one later', async () => {
  const options = { dataDir: null, app: '1.0.0' }
  const workspace = await Workspace.create(options, 'sample')
  const file = join(folder, 'sample.glasshouse')
  await workspace.saveTo(file)
  const at = workspace.session.now
  const run = (untilNs: number | null): ReturnType<typeof runProject> => runProject({ file, untilNs }, '1.0.0')
  const first = await run(at + 10 * SECOND)
  expect(first.hash).toMatch(/^[0-9a-f]{64}$/)
  expect(await run(at + 10 * SECOND)).toEqual(first)
  expect((await run(at + 20 * SECOND)).hash).not.toBe(first.hash)
  await expect(runProject({ file: join(folder, 'none'), untilNs: null }, '1.0.0')).rejects.toMatchObject({ info: { code: 'file' } })
})
