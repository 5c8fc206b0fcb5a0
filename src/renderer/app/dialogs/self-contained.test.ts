// @vitest-environment happy-dom
import { expect, test } from 'vitest'
import { selfContained } from './self-contained.ts'

test('style sheets of the page come in; what reaches out is gone', async () => {
  const asked: string[] = []
  const page = await selfContained(
    '<html><head><link rel="stylesheet" href="style.css"><link rel="stylesheet" href="https://cdn.example/x.css"><link rel="icon" href="i.png"></head><body><h1>Hi</h1><img src="a.png" alt="A"><script src="x.js"></script></body></html>',
    async (href) => { asked.push(href); return await Promise.resolve('h1 { color: teal }') },
  )
  expect(asked).toEqual(['style.css'])
  expect(page).toContain('<style>h1 { color: teal }</style>')
  expect(page).toContain('<h1>Hi</h1>')
  expect(page).not.toMatch(/script|x\.css|i\.png|a\.png/)
})
