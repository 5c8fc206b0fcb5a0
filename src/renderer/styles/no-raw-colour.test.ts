import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(vue|css)$/.test(file) && !file.endsWith('tokens.css'))

test('colours come from the tokens', () => {
  const found = files.flatMap((file) => [...readFileSync(`${root}/${file}`, 'utf8').matchAll(/[:,\s](#[0-9a-fA-F]{3,8})\b(?!["'])/g)].map((match) => `${file}: ${match[1] ?? ''}`))
  expect(found).toEqual([])
})
