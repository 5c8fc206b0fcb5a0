import { expect, test } from 'vitest'
import { fromProposals } from './from-proposals.ts'

const references = ['ubuntu:12.04', 'ubuntu:14.04', 'nginx:1.27']
const labels = (line: string): readonly string[] | undefined => fromProposals(line, references)?.map(({ label }) => label)

test('image names first, tags after the colon', () => {
  expect(labels('FROM ')).toEqual(['ubuntu', 'nginx'])
  expect(labels('from --platform=linux/amd64 ub')).toEqual(['ubuntu', 'nginx'])
  expect(labels('FROM ubuntu:1')).toEqual(['12.04', '14.04'])
  expect(labels('FROM unknown:')).toEqual([])
})

test('a tag replaces only what stands after the colon', () => {
  expect(fromProposals('FROM ubuntu:1', references)?.[0]).toEqual({ label: '12.04', start: 12 })
})

test('other lines, and what follows the name, are somebody else’s', () => {
  for (const line of ['RUN apt', 'FROM ubuntu:12.04 AS ', 'FROM']) expect(fromProposals(line, references)).toBeNull()
})
