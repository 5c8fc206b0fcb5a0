import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { sharedPath } from '../../testing/shared-data.ts'
import { runVectors } from './run-vectors.ts'
import { parseVectors } from './vector.ts'

const recorded = sharedPath('x86-tests', 'ring3-a.jsonl.gz')

describe.runIf(recorded)('instructions as hardware executed them', () => {
  const vectors = recorded ? parseVectors(gunzipSync(readFileSync(recorded)).toString('utf8')) : []

  test('all end as recorded', () => {
    const { passed, failures } = runVectors(vectors, 5)
    expect(failures).toEqual([])
    expect(passed).toBe(40_000)
  })

  test('a wrong recording is noticed', () => {
    const vector = vectors.find(({ c, R }) => c === 'add' && '0' in R)!
    const { failures } = runVectors([{ ...vector, R: { ...vector.R, 0: vector.R['0']! ^ 1 } }], 1)
    expect(failures[0]?.differences[0]).toMatch(/^eax is /)
  })
})

test('a file of something else is refused with its line', () => {
  expect(() => parseVectors('{"b": 1}\n')).toThrow('Line 1')
})
