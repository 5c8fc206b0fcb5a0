import { expect, test } from 'vitest'
import type { Diagnostic } from '../../../protocol/commands.ts'
import { problemsByLine, sortProblems } from './problems.ts'

const problem = (line: number, severity: Diagnostic['severity'], rule: string): Diagnostic =>
  ({ line, column: 1, endLine: line, endColumn: 2, severity, rule, message: `${rule} in ${line}` })

const all = [problem(6, 'info', 'DL3015'), problem(3, 'info', 'DL3009'), problem(6, 'warning', 'DL3008')]

test('problems run top to bottom, the gravest of a line first', () => {
  expect(sortProblems(all).map((one) => one.rule)).toEqual(['DL3009', 'DL3008', 'DL3015'])
})

test('a line shows how many it has and the gravest kind', () => {
  expect([...problemsByLine(all)]).toEqual([
    [3, { count: 1, severity: 'info', messages: ['DL3009 in 3'] }],
    [6, { count: 2, severity: 'warning', messages: ['DL3008 in 6', 'DL3015 in 6'] }],
  ])
})
