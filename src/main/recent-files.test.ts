import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { RecentFiles } from './recent-files.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'glasshouse-recent-'))
  file = join(folder, 'recent.json')
})
afterEach(() => rmSync(folder, { recursive: true }))

test('newest first, each once, at most ten, and the next start knows them', () => {
  const recent = new RecentFiles(file)
  for (let number = 0; number < 12; number++) recent.add(`/projects/${number}.glasshouse`)
  expect(recent.add('/projects/5.glasshouse')).toBe(true)
  expect(recent.add('/projects/5.glasshouse')).toBe(false)
  const again = new RecentFiles(file)
  expect(again.list).toEqual(recent.list)
  expect(again.list.map(({ name }) => name)).toEqual(['5', '11', '10', '9', '8', '7', '6', '4', '3', '2'])
  again.clear()
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual([])
})

test.each(['', 'null', '{"a":1}', '[1]', '["relative.glasshouse"]', '[["/a"]]', '{'])('a file that holds %s counts as empty', (text) => {
  writeFileSync(file, text)
  expect(new RecentFiles(file).list).toEqual([])
})
