import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { claimSessionFolder, defaultDataFolder } from './data-folder.ts'

test('each running process has a folder of its own; that of a dead one is picked up again', () => {
  const data = mkdtempSync(join(tmpdir(), 'glasshouse-data-'))
  const first = claimSessionFolder(data)
  const second = claimSessionFolder(data)
  expect([first.path, second.path]).toEqual([join(data, 'session-1'), join(data, 'session-2')])
  first.release()
  expect(claimSessionFolder(data).path).toBe(join(data, 'session-1'))
  // No process can have this number.
  writeFileSync(join(data, 'session-2', 'owner.pid'), '999999999')
  expect(claimSessionFolder(data).path).toBe(join(data, 'session-2'))
  rmSync(data, { recursive: true })
})

test('the folder follows the custom of each platform', () => {
  expect(defaultDataFolder('linux', { XDG_DATA_HOME: '/data' })).toBe('/data/glasshouse/browser')
  expect(defaultDataFolder('win32', { APPDATA: 'roaming' })).toContain('roaming')
  expect(defaultDataFolder('darwin', {})).toContain('Application Support')
})
