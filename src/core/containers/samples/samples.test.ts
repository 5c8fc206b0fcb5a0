import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { encodeUtf8 } from '../../base/bytes.ts'
import { sha256Hex } from '../../base/hasher.ts'
import { sharedPath } from '../../testing/shared-data.ts'
import { checkDockerfile } from '../dockerfile/check.ts'
import { findSample, SAMPLES } from './samples.ts'

const original = sharedPath('course', 'Dockerfile')

test.skipIf(!original)("the course's Dockerfile is the course's, byte for byte", () => {
  const text = findSample('course')!.files.Dockerfile!
  expect(encodeUtf8(text)).toHaveLength(475)
  expect(sha256Hex(text)).toBe(sha256Hex(readFileSync(original!)))
})

test.each(SAMPLES.map(({ key }) => key))('%s has a Dockerfile without errors', (key) => {
  expect(checkDockerfile(findSample(key)!.files.Dockerfile!).filter(({ rule }) => rule === 'parse')).toEqual([])
})
