import { expect, test } from 'vitest'
import type { BuildStep } from '../../../protocol/records.ts'
import { placeSteps } from './step-lines.ts'

function step(line: number, text: string): BuildStep {
  return { line, text, stage: 0, state: 'done', startedAt: 0, finishedAt: 1, layer: 'sha256:1', size: 1, cacheMiss: null }
}

const source = 'FROM a\n\nRUN b \\\n  # why\n  c\nRUN b c\n'
const built = [step(1, 'FROM a'), step(3, 'RUN b c'), step(6, 'RUN b c')]
const lines = (text: string): readonly (readonly [number, number])[] => placeSteps(text, built).map(({ step: { line }, line: now }) => [line, now])

test('every step sits on its line while the text is the one that was built', () => {
  expect(lines(source)).toEqual([[1, 1], [3, 3], [6, 6]])
})

test('steps move with their lines', () => {
  expect(lines(`# new\n${source}`)).toEqual([[1, 2], [3, 4], [6, 7]])
})

test('a rewritten line has no step, the others keep theirs', () => {
  expect(lines('FROM a:2\n\nRUN b \\\n  # why\n  c\nRUN b c\n')).toEqual([[3, 3], [6, 6]])
})

test('of equal instructions a removed one takes its step away, not its neighbour', () => {
  expect(lines('FROM a\nRUN b c\n')).toEqual([[1, 1], [3, 2]])
})
