import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sharedPath } from '../../testing/shared-data.ts'
import { parseVectors } from '../vectors/vector.ts'
import { disassemble } from './disassemble.ts'
import { caseAt, hasNasm, ndisasm } from './testing/nasm.ts'

const bytes = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16))
const recorded = sharedPath('x86-tests', 'ring3-a.jsonl.gz')
const nasm = hasNasm()

/** Where our text is not `ndisasm`'s, on purpose: the processor has these instructions otherwise, or not at all. */
const DIFFERENCES: readonly { readonly why: string; readonly is: (theirs: string, ours: string) => boolean }[] = [
  { why: 'the processor executes it, NASM has no name for it: all its bytes', is: (_, ours) => /^db 0x..,/.test(ours) },
  { why: 'vector, MMX and later instructions are not modelled: #UD', is: (_, ours) => ours === 'db 0x0f' || /^(?:rep|repne|lock|o16|o32|a16|a32|[c-gs]s)$/.test(ours) },
  { why: 'VEX, EVEX, x87 and salc are not modelled', is: (_, ours) => /^db 0x(?:c4|c5|62|d[689a-f])$/.test(ours) },
  { why: '9B is an instruction, not a prefix', is: (theirs, ours) => theirs.startsWith('wait') || / wait\b/.test(theirs) || /\bwait$/.test(ours) },
  { why: 'hints without effect keep one name', is: (_, ours) => ours.includes('hint_nop') },
  { why: 'F3 before bsf and bsr is ignored, as before 2008', is: (theirs) => /\b(?:tzcnt|lzcnt)\b/.test(theirs) },
  { why: 'transactional memory is not modelled', is: (theirs) => /\bx(?:begin|abort) /.test(theirs) },
  { why: 'hardware lock elision of a register', is: (theirs) => theirs.startsWith('xrelease mov') },
]

function differences(cases: readonly Uint8Array[], bits: 16 | 32): string[] {
  return ndisasm(cases, bits).flatMap((theirs, n) => {
    const { bytes: one, address } = caseAt(cases, n)
    const ours = disassemble(one, address, bits).text
    return ours === theirs || DIFFERENCES.some(({ is }) => is(theirs, ours)) ? [] : [`${Buffer.from(one).toString('hex')}: ${ours}, not ${theirs}`]
  })
}

test.runIf(recorded && nasm)('every recorded instruction reads as ndisasm prints it', () => {
  const cases = [...new Set(parseVectors(gunzipSync(readFileSync(recorded!)).toString('utf8')).map(({ b }) => b))].map(bytes)
  const theirs = ndisasm(cases, 32)
  const ours = cases.map((_, n) => disassemble(caseAt(cases, n).bytes, caseAt(cases, n).address).text)
  expect(ours.filter((text, n) => text !== theirs[n])).toEqual([])
  expect(cases.length).toBeGreaterThan(20_000)
})

describe.runIf(nasm)('random bytes read as ndisasm prints them, but for a documented list', () => {
  test.each([32, 16] as const)('%i bits', (bits) => {
    const cases = fc.sample(fc.uint8Array({ minLength: 16, maxLength: 16 }), { numRuns: 15_000, seed: bits })
    const twoByte = cases.slice(0, 3000).map((one) => Uint8Array.from([0x0f, ...one.subarray(0, 15)]))
    const prefixed = cases.slice(0, 3000).map((one, n) => Uint8Array.from([[0x66, 0x67, 0xf3, 0xf2, 0xf0, 0x65, 0x2e][n % 7]!, ...one.subarray(0, 15)]))
    expect(differences([...cases, ...twoByte, ...prefixed], bits)).toEqual([])
  })
})

test.each([
  ['89e5', 'mov ebp,esp'], ['8d0480', 'lea eax,[eax+eax*4]'], ['a100100000', 'mov eax,[0x1000]'], ['83ec08', 'sub esp,byte +0x8'],
  ['65a100000000', 'mov eax,[gs:0x0]'], ['f3a5', 'rep movsd'], ['ea0000000008', 'db 0xea'], ['82c005', 'db 0x82,0xc0,0x05'], ['0f20c0', 'mov eax,cr0'],
])('%s is %s', (hex, text) => {
  expect(disassemble(bytes(hex), 0x1000).text).toBe(text)
})

test('an entry of the opcode table comes with it, and bytes that end early are data', () => {
  expect(disassemble(bytes('fa'), 0).entry).toMatchObject({ mnemonic: 'cli', privileged: 'iopl' })
  expect(disassemble(bytes('e801'), 0)).toEqual({ length: 1, text: 'db 0xe8', entry: null })
  expect(disassemble(new Uint8Array(0), 0)).toEqual({ length: 0, text: '', entry: null })
})
