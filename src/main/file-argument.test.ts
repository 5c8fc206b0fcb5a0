import { expect, test } from 'vitest'
import { fileArgument } from './file-argument.ts'

test.each([
  [['electron', '/app', 'room.glasshouse'], '/here/room.glasshouse'],
  [['glasshouse', '--flag', '/there/room.glasshouse'], '/there/room.glasshouse'],
  [['glasshouse', '--file=room.glasshouse'], null],
  [['glasshouse', 'notes.txt'], null],
  [['room.glasshouse'], null],
])('%j names %s', (argv, path) => {
  expect(fileArgument(argv, '/here')).toBe(path)
})
