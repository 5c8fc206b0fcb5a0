import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assertNever } from './assert-never.ts'
import { concatBytes, decodeUtf8, encodeUtf8, toHex, Utf8StreamDecoder } from './bytes.ts'
import { canonicalJson } from './canonical-json.ts'
import { Emitter } from './emitter.ts'
import { Failure } from './failure.ts'
import { pureSha256, sha256Hex } from './hasher.ts'

describe('bytes', () => {
  test('text comes back from its bytes, also when they arrive in pieces', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), (text, cut) => {
        const bytes = encodeUtf8(text)
        expect(decodeUtf8(bytes)).toBe(text)
        const decoder = new Utf8StreamDecoder()
        expect(decoder.push(bytes.subarray(0, cut)) + decoder.push(bytes.subarray(cut))).toBe(text)
      }),
    )
  })

  test('bytes that are no UTF-8 become the replacement character', () => {
    expect(decodeUtf8(Uint8Array.of(0x41, 0xff, 0x42))).toBe('A\ufffdB')
  })

  test('concatBytes and toHex', () => {
    expect(toHex(concatBytes([Uint8Array.of(0, 1), Uint8Array.of(), Uint8Array.of(0xfe)]))).toBe('0001fe')
  })
})

describe('SHA-256', () => {
  test('gives what Node gives, in however many pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (parts) => {
        const stream = pureSha256()
        const native = createHash('sha256')
        for (const part of parts) {
          stream.update(part)
          native.update(part)
        }
        expect(stream.hex()).toBe(native.digest('hex'))
      }),
    )
  })

  test('FIPS 180-4, appendix B.1', () => {
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })
})

describe('canonical JSON', () => {
  test('is JSON of the same data, whatever the order of the fields', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
        expect(canonicalJson(turned(value))).toBe(canonicalJson(value))
      }),
    )
  })

  test('leaves out what is undefined', () => {
    expect(canonicalJson({ b: 1, a: undefined, c: [undefined] })).toBe('{"b":1,"c":[null]}')
  })
})

/** The same data with every object's fields in the opposite order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).reverse().map(([key, field]) => [key, turned(field)]))
}

describe('an emitter', () => {
  test('calls listeners in order, until they are disposed, even while it emits', () => {
    const emitter = new Emitter<number>()
    const seen: string[] = []
    const first = emitter.on((value) => {
      seen.push(`first ${value}`)
      first.dispose()
    })
    emitter.on((value) => seen.push(`second ${value}`))
    emitter.emit(1)
    emitter.emit(2)
    expect(seen).toEqual(['first 1', 'second 1', 'second 2'])
    expect(emitter.size).toBe(1)
  })

  test('the same function subscribed twice is two subscriptions', () => {
    const emitter = new Emitter<null>()
    let calls = 0
    const count = (): void => void calls++
    emitter.on(count).dispose()
    emitter.on(count)
    emitter.on(count)
    emitter.emit(null)
    expect(calls).toBe(2)
  })
})

test('a failure carries what a person is told', () => {
  expect(new Failure('capacity', 'Full.', 'Make room.').info).toEqual({ code: 'capacity', message: 'Full.', hint: 'Make room.' })
})

test('assertNever names what it did not expect', () => {
  expect(() => assertNever('x' as never)).toThrow('"x"')
})
