import fc from 'fast-check'
import { expect, test } from 'vitest'
import { codeTokens } from './code-tokens.ts'

test('the pieces are the text', () => {
  fc.assert(fc.property(fc.string(), (text) => { expect(codeTokens(text).map((token) => token.text).join('')).toBe(text) }))
})

test('mnemonic, registers and numbers', () => {
  expect(codeTokens('mov eax,[ebp-0x8]').map(({ text, kind }) => `${kind}:${text}`)).toEqual(
    ['mnemonic:mov', 'plain: ', 'register:eax', 'plain:,[', 'register:ebp', 'plain:-', 'number:0x8', 'plain:]'])
  expect(codeTokens('rep movsd')[0]?.text).toBe('rep movsd')
})
