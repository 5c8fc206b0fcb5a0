import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runLockstep } from './headless-lockstep.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'glasshouse-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

const BOTH = ['native', 'trap-and-emulate'] as const

test('a guest is found by its short name, a file by its path', async () => {
  const popf = await runLockstep({ program: 'popf', techniques: BOTH, maxTicks: 1000 })
  expect(popf).toMatchObject({ title: 'POPF', equal: false, columns: [{ divergence: null, end: { kind: 'limit' } }, { divergence: { entry: 'popf' } }] })
  const file = join(folder, 'ends.asm')
  writeFileSync(file, 'mov al, 7\nout 0xf4, al')
  const own = await runLockstep({ program: file, techniques: BOTH, maxTicks: 1000 })
  expect(own).toMatchObject({ title: 'ends.asm', equal: true, columns: [{ end: { kind: 'exit', code: 7 } }, { end: { kind: 'exit', code: 7 } }] })
  expect(own.columns[1]!.endHash).toBe(own.columns[0]!.endHash)
  await expect(runLockstep({ program: 'rabbit', techniques: BOTH, maxTicks: 1000 })).rejects.toThrow('no guest of the catalogue')
})
