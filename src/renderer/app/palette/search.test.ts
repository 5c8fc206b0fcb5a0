import { expect, test } from 'vitest'
import { score } from './search.ts'

const best = (query: string, texts: string[]) => texts.map((text) => ({ text, rank: score(query, text) })).filter((each) => each.rank !== null).sort((a, b) => (b.rank ?? 0) - (a.rank ?? 0)).map((each) => each.text)

test('beginnings beat words beat middles beat scattered letters', () => {
  expect(best('web', ['cobweb', 'the web', 'web-1', 'w-e-b'])).toEqual(['web-1', 'the web', 'cobweb', 'w-e-b'])
})
test('letters must come in order and close together', () => {
  expect(score('bew', 'web')).toBeNull()
  expect(score('abc', `a${'x'.repeat(30)}b${'x'.repeat(30)}c`)).toBeNull()
})
