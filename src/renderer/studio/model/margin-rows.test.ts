import { describe, expect, test } from 'vitest'
import type { BuildRecord, BuildStep } from '../../../protocol/records.ts'
import { buildGantt } from './gantt.ts'
import { marginRows } from './margin-rows.ts'

const S = 1e9
const source = 'FROM ubuntu:12.04\nRUN apt-get update\nRUN apt-get install -y x\nRUN last\nENV A b\n'

function step(line: number, over: Partial<BuildStep> = {}): BuildStep {
  const text = source.split('\n')[line - 1] ?? ''
  return { line, text, stage: 0, state: 'done', startedAt: 0, finishedAt: S, layer: `sha256:${line}`, size: 10, cacheMiss: null, ...over }
}

function build(steps: readonly BuildStep[], error: BuildRecord['error'] = null): Pick<BuildRecord, 'steps' | 'error' | 'state'> {
  return { steps, error, state: error ? 'failed' : 'done' }
}

describe('marginRows', () => {
  test('only the first miss after a hit is the cause; what follows is neutral', () => {
    const rows = marginRows(source, build([
      step(1, { state: 'cached', size: 100 }),
      step(2, { state: 'cached', size: 20 }),
      step(3, { cacheMiss: 'text changed', size: 50 }),
      step(4, { cacheMiss: 'follows line 3' }),
      step(5, { layer: null, size: 0 }),
    ]), 0)
    expect(rows.map((row) => row.mark)).toEqual(['base', 'hit', 'cause', 'miss', 'config'])
    expect(rows.map((row) => row.share)).toEqual([1, 0.2, 0.5, 0.1, 0])
    expect(rows[2]?.reason).toBe('text changed')
    expect(rows.map((row) => row.follows)).toEqual([null, null, null, 3, null])
  })

  test('a first build has no cause: nothing was in the cache to be broken', () => {
    const rows = marginRows(source, build([step(1), step(2, { cacheMiss: 'not built before' }), step(3, { cacheMiss: 'follows line 2' })]), 0)
    expect(rows.map((row) => row.mark)).toEqual(['pulled', 'miss', 'miss'])
  })

  test('the running step takes what has passed; what has not begun has no figures', () => {
    const rows = marginRows(source, build([
      step(1),
      step(2, { state: 'running', startedAt: 2 * S, finishedAt: null, layer: null, size: 0 }),
      step(3, { state: 'waiting', startedAt: null, finishedAt: null, layer: null, size: 0 }),
    ]), 5 * S)
    expect(rows[1]).toMatchObject({ mark: 'running', took: 3 * S, bytes: null })
    expect(rows[2]).toMatchObject({ mark: 'waiting', took: null, bytes: null })
  })

  test('the failed step carries the exit code', () => {
    const rows = marginRows(source, build([step(1), step(2, { state: 'failed', layer: null }), step(3, { state: 'skipped' })], { line: 2, exitCode: 100, message: 'x' }), 0)
    expect(rows.map((row) => [row.mark, row.exitCode])).toEqual([['pulled', null], ['failed', 100], ['skipped', null]])
  })
})

describe('buildGantt', () => {
  test('bars start where their step started and the axis ends with the last', () => {
    const { bars, seconds, ticks } = buildGantt([
      step(1, { startedAt: 10 * S, finishedAt: 10 * S, state: 'cached' }),
      step(2, { startedAt: 10 * S, finishedAt: 35 * S }),
      step(3, { startedAt: 35 * S, finishedAt: 110 * S }),
    ], 0)
    expect(seconds).toBe(100)
    expect(ticks).toEqual([0, 20, 40, 60, 80, 100])
    expect(bars.map((bar) => [bar.start, bar.width])).toEqual([[0, 0], [0, 0.25], [0.25, 0.75]])
  })

  test('the running step reaches to now', () => {
    const { bars } = buildGantt([step(2, { state: 'running', startedAt: 0, finishedAt: null })], 4 * S)
    expect(bars[0]).toMatchObject({ width: 1, took: 4 * S })
  })

  test('before anything began there is an axis and no bar', () => {
    expect(buildGantt([step(1, { state: 'waiting', startedAt: null, finishedAt: null })], 7)).toMatchObject({ seconds: 1, bars: [{ width: 0, took: null }] })
  })
})
