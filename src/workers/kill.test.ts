import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Random } from '../core/simulation/random.ts'
import { bundle } from './testing/bundle.ts'
import { Workspace } from './workspace.ts'

/** How often a process is killed at work; `GLASSHOUSE_KILLS=100` for the whole proof. */
const KILLS = Number(process.env.GLASSHOUSE_KILLS ?? 20)

let folder: string
let script: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'glasshouse-'))
  script = await bundle('src/workers/testing/kill-child.ts', folder)
})

afterAll(() => rmSync(folder, { recursive: true }))

/** Lets a process work and kills it some milliseconds after its first answer; answers the racks it was told of. */
async function workAndKill(work: string, seed: string, open: boolean, milliseconds: number): Promise<string[]> {
  const child = spawn(process.execPath, [script, work, seed, ...(open ? [join(work, 'work.glasshouse')] : [])], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  await new Promise<void>((ended) => {
    child.stdout.on('data', (data: Buffer) => {
      if (output === '') setTimeout(() => child.kill('SIGKILL'), milliseconds)
      output += data.toString()
    })
    child.once('close', () => ended())
  })
  return output.split('\n').slice(0, -1)
}

test(`killed ${KILLS} times at work, a project opens every time and has everything that was answered`, async () => {
  const random = new Random('kill')
  let work = ''
  const told: string[] = []
  for (let kill = 0; kill < KILLS; kill++) {
    // Every tenth time a new project, so that opening does not take longer and longer.
    if (kill % 10 === 0) {
      work = mkdtempSync(join(folder, 'work-'))
      told.length = 0
    }
    told.push(...(await workAndKill(work, `${kill}`, kill % 10 > 0, random.below(60))))
    const { session } = await Workspace.openFile({ dataDir: join(work, 'data'), app: '1.0.0' }, join(work, 'work.glasshouse'))
    const done = new Set(session.journal.map(({ params }) => (params as { name?: string }).name))
    expect(told.filter((name) => !done.has(name))).toEqual([])
    expect(session.journal.every(({ refused }) => refused === null)).toBe(true)
  }
}, 600_000)
