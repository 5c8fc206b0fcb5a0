import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { sharedPath } from '../../testing/shared-data.ts'
import { familiarName, familiarReference, parseReference, parseStrictReference } from './reference.ts'

type Vector =
  | { readonly kind: 'familiar'; readonly input: string; readonly path: string; readonly familiar: string; readonly full: string; readonly domain: string }
  | { readonly kind: 'normalized'; readonly input: string; readonly valid: boolean }
  | { readonly kind: 'parse'; readonly input: string; readonly error?: string; readonly name?: string; readonly domain?: string; readonly tag?: string; readonly digest?: string }

const file = sharedPath('docker', 'image-reference-vectors.json')
const vectors = file === undefined ? [] : (JSON.parse(readFileSync(file, 'utf8')) as { vectors: Vector[] }).vectors

describe.skipIf(file === undefined)('distribution/reference', () => {
  test.each(vectors)('$kind $input', (vector) => {
    if (vector.kind === 'normalized') {
      if (vector.valid) expect(parseReference(vector.input).path).not.toBe('')
      else expect(() => parseReference(vector.input)).toThrow(/invalid r/)
    } else if (vector.kind === 'familiar') {
      const parsed = parseReference(vector.input)
      const { domain, path } = parsed
      expect({ domain, path, familiar: familiarName(parsed), full: `${domain}/${path}` })
        .toEqual({ domain: vector.domain, path: vector.path, familiar: vector.familiar, full: vector.full })
    } else {
      const parsed = parseStrictReference(vector.input)
      if (vector.error !== undefined || typeof parsed === 'string') return expect(parsed).toBe(vector.error)
      expect(parsed).toEqual({
        domain: vector.domain, tag: vector.tag === '' ? null : vector.tag, digest: vector.digest === '' ? null : vector.digest,
        path: vector.domain === '' ? vector.name : vector.name?.slice((vector.domain?.length ?? 0) + 1),
      })
    }
  })

  test('there are vectors of every kind', () => {
    expect(new Set(vectors.map((vector) => vector.kind))).toEqual(new Set(['parse', 'normalized', 'familiar']))
  })
})

test('says what docker says', () => {
  expect(() => parseReference('Ubuntu')).toThrow('invalid reference format: repository name (library/Ubuntu) must be lowercase')
  expect(() => parseReference('a b')).toThrow('invalid reference format')
  expect(() => parseReference('f'.repeat(64))).toThrow('cannot specify 64-byte hexadecimal strings')
})

test('the short form names a tag unless there is a digest', () => {
  expect(familiarReference(parseReference('nginx'))).toBe('nginx:latest')
  expect(familiarReference(parseReference('docker.io/library/nginx:1.27'))).toBe('nginx:1.27')
  const digest = `sha256:${'0'.repeat(64)}`
  expect(familiarReference(parseReference(`nginx@${digest}`))).toBe(`nginx@${digest}`)
})
