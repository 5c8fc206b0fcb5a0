import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ICON_NAMES } from './icon-names.ts'

test('the list of names is the sprite', () => {
  const sprite = readFileSync(new URL('icons.svg', import.meta.url), 'utf8')
  expect([...sprite.matchAll(/<symbol id="i-([^"]+)"/g)].map((match) => match[1])).toEqual([...ICON_NAMES])
})
