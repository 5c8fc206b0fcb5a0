import { describe, expect, test } from 'vitest'
import type { FileEntry } from '../../../protocol/commands.ts'
import { modeText, visibleFiles } from './file-rows.ts'

const entry = (name: string, kind: FileEntry['kind'] = 'file', mode = 0o644): FileEntry =>
  ({ name, kind, mode, uid: 0, gid: 0, size: 1, target: null, change: null })

describe('visibleFiles', () => {
  const folders = new Map<string, readonly FileEntry[]>([
    ['/', [entry('b'), entry('etc', 'directory'), entry('a'), entry('usr', 'directory')]],
    ['/etc', [entry('passwd')]],
  ])

  test('shows folders first and what is in the open ones', () => {
    expect(visibleFiles(folders, new Set(['/etc'])).map((row) => [row.path, row.depth])).toEqual([['/etc', 0], ['/etc/passwd', 1], ['/usr', 0], ['/a', 0], ['/b', 0]])
  })

  test('an open folder whose entries have not come says so', () => {
    expect(visibleFiles(folders, new Set(['/usr'])).find((row) => row.path === '/usr')).toMatchObject({ open: true, loading: true })
  })
})

test.each([
  [{ kind: 'directory', mode: 0o755 }, 'drwxr-xr-x'],
  [{ kind: 'directory', mode: 0o1777 }, 'drwxrwxrwt'],
  [{ kind: 'file', mode: 0o4755 }, '-rwsr-xr-x'],
  [{ kind: 'file', mode: 0o2640 }, '-rw-r-S---'],
  [{ kind: 'symlink', mode: 0o777 }, 'lrwxrwxrwx'],
] as const)('%o is %s', (file, text) => {
  expect(modeText(file)).toBe(text)
})
