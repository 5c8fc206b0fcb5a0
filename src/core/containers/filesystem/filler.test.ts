import fc from 'fast-check'
import { expect, test } from 'vitest'
import { concatBytes, decodeUtf8, encodeUtf8 } from '../../base/bytes.ts'
import { sha256Hex } from '../../base/hasher.ts'
import { bodyChunks, readBodyPart } from './filler.ts'
import { programFile, programNameOf } from './program-file.ts'

const whole = { seed: 'libc', size: 200_000, head: encodeUtf8('head') }

test('any part equals that part of the whole', () => {
  const all = concatBytes([...bodyChunks(whole)])
  expect(all).toHaveLength(200_000)
  fc.assert(fc.property(fc.nat(200_010), fc.nat(140_000), (offset, length) => {
    expect(Buffer.compare(readBodyPart(whole, offset, length), all.subarray(offset, offset + length))).toBe(0)
  }))
})

test('the content never changes from version to version', () => {
  expect(sha256Hex(readBodyPart(whole))).toBe('27c13bf2efbb990b2dfa5a92b5314bba63b67b210d10799ac9b9ce7e93cd25ea')
})

test('blocks differ, seeds differ, the empty seed is zeros', () => {
  expect(readBodyPart({ seed: 'a', size: 8 })).not.toEqual(readBodyPart({ seed: 'b', size: 8 }))
  const twoBlocks = { seed: 'a', size: 131_072 }
  expect(readBodyPart(twoBlocks, 0, 8)).not.toEqual(readBodyPart(twoBlocks, 65_536, 8))
  expect([...readBodyPart({ seed: '', size: 6, head: encodeUtf8('x') })]).toEqual([120, 0, 0, 0, 0, 0])
})

test('a program file names its program', () => {
  const body = programFile('apt-get', 120_000)
  expect(body).toMatchObject({ size: 120_000 })
  expect(programNameOf(readBodyPart(body, 0, 128))).toBe('apt-get')
  expect(decodeUtf8(readBodyPart(programFile('sh', 3)))).toBe('#!glasshouse:sh\n')
  expect(programNameOf(encodeUtf8('#!/bin/sh\n'))).toBeUndefined()
})
