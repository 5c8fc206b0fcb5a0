import { describe, expect, test } from 'vitest'
import type { ContextRecord } from '../../../protocol/records.ts'
import { fileRows, isDockerfile, mainFile, pathProblem, sortContexts } from './context-files.ts'

describe('fileRows', () => {
  const paths = ['src/main.py', 'Dockerfile', 'src/lib/a.py', 'README']

  test('folders come first, then files, by name', () => {
    expect(fileRows(paths, new Set()).map((row) => [row.path, row.depth])).toEqual([
      ['src', 0], ['src/lib', 1], ['src/lib/a.py', 2], ['src/main.py', 1], ['Dockerfile', 0], ['README', 0],
    ])
  })

  test('a closed folder hides what is in it', () => {
    expect(fileRows(paths, new Set(['src'])).map((row) => row.path)).toEqual(['src', 'Dockerfile', 'README'])
  })
})

test('the Dockerfile of the top folder opens first', () => {
  expect(mainFile(['a', 'Dockerfile', 'sub/Dockerfile'])).toBe('Dockerfile')
  expect(mainFile(['a', 'sub/Dockerfile.dev'])).toBe('sub/Dockerfile.dev')
  expect(mainFile(['b', 'a'])).toBe('a')
  expect(mainFile([])).toBeNull()
})

test('Dockerfiles are known by name', () => {
  expect(['Dockerfile', 'x/Dockerfile.prod', 'web.dockerfile', 'Containerfile'].every(isDockerfile)).toBe(true)
  expect(['Dockerfiles', 'app.py', '.dockerignore'].some(isDockerfile)).toBe(false)
})

test('the course comes first, own folders last', () => {
  const context = (name: string, sample: string | null): ContextRecord => ({ id: `context:${name}`, type: 'context', name, sample, files: {} })
  const sorted = sortContexts([context('mine', null), context('nginx', 'static-site'), context('java', 'course')], 'course')
  expect(sorted.map((one) => one.name)).toEqual(['java', 'nginx', 'mine'])
})

test.each([
  ['', 'empty'], ['/etc/passwd', 'outside'], ['../x', 'outside'], ['a//b', 'outside'], ['Dockerfile', 'taken'],
  ['src', 'folder'], ['Dockerfile/x', 'folder'], ['src/new.py', null],
])('the path %j is %j', (path, problem) => {
  expect(pathProblem(path, ['Dockerfile', 'src/main.py'])).toBe(problem)
})
