import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sharedPath } from '../../testing/shared-data.ts'
import { checkDockerfile } from './check.ts'

const data = sharedPath('docker')
const course = sharedPath('course', 'Dockerfile')
const json = <T>(path: string): T => (data ? JSON.parse(readFileSync(join(data, path), 'utf8')) : { vectors: [] }) as T

test.skipIf(!course)("the course's Dockerfile", () => {
  const byLine = new Map<number, string[]>()
  for (const { line, rule } of checkDockerfile(readFileSync(course!, 'utf8'))) byLine.set(line, [...(byLine.get(line) ?? []), rule].sort())
  expect(Object.fromEntries(byLine)).toEqual({
    3: ['DL3009'],
    6: ['DL3008', 'DL3015', 'DL3059'],
    10: ['DL3059'],
    11: ['DL3009', 'DL3059'],
    12: ['DL3004', 'DL4006', 'DL3059'].sort(),
    13: ['DL3008', 'DL3015', 'DL3059'],
    14: ['LegacyKeyValueFormat'],
  })
})

test('a syntax error is one diagnostic on its line', () => {
  expect(checkDockerfile('FROM alpine\nRUNN x\n').filter(({ severity }) => severity === 'error')).toEqual([
    { line: 2, column: 1, endLine: 2, endColumn: 7, severity: 'error', rule: 'parse', message: 'unknown instruction: RUNN (did you mean RUN?)' },
  ])
})

describe.skipIf(!data)('BuildKit checks', () => {
  interface Warning { rule: string; message: string; line: number }
  interface Vector { id: string; dockerfile: string; dockerignore?: string; build_args?: Record<string, string>; warnings: Warning[]; warnings_all_targets?: Warning[] }
  const { vectors } = json<{ vectors: Vector[] }>('build-check-vectors.json')
  test.each(vectors.map((v) => [v.id, v] as const))('%s', (_id, { dockerfile, dockerignore, build_args, warnings, warnings_all_targets }) => {
    const found = checkDockerfile(dockerfile, { ...(dockerignore === undefined ? {} : { dockerignore }), buildArgs: build_args ?? {}, imageEnv: () => [] })
      .filter(({ rule }) => !/^DL|^parse$/.test(rule))
    const key = (w: Warning): string => `${w.line} ${w.rule} ${w.message}`
    expect(found.map(key).sort()).toEqual((warnings_all_targets ?? warnings).map(key).sort())
  })
})

describe.skipIf(!data)('hadolint rules', () => {
  interface Vector { id: string; rule: string; fires: boolean; count?: number; dockerfile: string; onbuild?: boolean; config?: unknown }
  const { vectors } = json<{ vectors: Vector[] }>('hadolint-vectors.json')
  const ours = new Set('DL3000 DL3002 DL3003 DL3004 DL3006 DL3007 DL3008 DL3009 DL3013 DL3014 DL3015 DL3018 DL3019 DL3020 DL3025 DL3027 DL3059 DL4000 DL4006'.split(' '))
  test.each(vectors.filter((v) => ours.has(v.rule) && !v.onbuild && !v.config && !v.dockerfile.startsWith('MAINTAINER')).map((v) => [`${v.rule} ${v.id}`, v] as const))('%s', (_id, { rule, fires, dockerfile }) => {
    const text = /^\s*from/im.test(dockerfile) ? dockerfile : `FROM debian:12\n${dockerfile}`
    expect(checkDockerfile(text).some((diagnostic) => diagnostic.rule === rule)).toBe(fires)
  })
})
