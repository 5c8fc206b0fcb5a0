import { expect, test } from 'vitest'
import { fileStats, kilobytes } from './file-stats.ts'

test('counts lines as the editor numbers them and bytes as UTF-8', () => {
  expect(fileStats('')).toEqual({ lines: 1, sloc: 0, bytes: 0 })
  expect(fileStats('FROM a\n\n# ä\n')).toEqual({ lines: 4, sloc: 2, bytes: 13 })
})

test('the course file reads 0.475', () => {
  expect(kilobytes(475)).toBe('0.475')
})
