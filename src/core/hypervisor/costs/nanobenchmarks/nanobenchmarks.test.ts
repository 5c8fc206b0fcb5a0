import { describe, expect, test } from 'vitest'
import { DEVIATIONS } from './deviations.ts'
import { OPERATIONS } from './operations.ts'
import { Runs } from './run.ts'
import { measure, tableText, TOLERANCE } from './table.ts'

const runs = new Runs()
const rows = measure({ preset: 'p4-2005' }, runs)
const known = rows.filter(({ paper }) => paper !== null)

describe('the Pentium 4 of Adams and Agesen', () => {
  test('figures are theirs within 15 %', () => {
    const off = known.filter(({ off }) => Math.abs(off!) > TOLERANCE).map(({ operation, technique }) => `${operation} ${technique}`)
    expect(off.sort()).toEqual(DEVIATIONS.map(({ operation, technique }) => `${operation} ${technique}`).sort())
  })

  test.each(OPERATIONS.map(({ key }) => key))('%s: techniques come in the order of theirs', (key) => {
    const those = known.filter(({ operation, technique }) => operation === key && !DEVIATIONS.some((deviation) => deviation.operation === key && deviation.technique === technique))
    const byPaper = [...those].sort((a, b) => a.paper! - b.paper!)
    // Native and hardware-assisted are within a few cycles of each other in the paper, and may be the same here.
    byPaper.forEach((row, n) => n > 0 && expect(row.cycles).toBeGreaterThanOrEqual(byPaper[n - 1]!.cycles))
  })

  test('the table', async () => {
    await expect(tableText(rows)).toMatchFileSnapshot('golden/nanobenchmarks.txt')
  })
})

test('a changed cost changes what it is part of', () => {
  const changed = measure({ preset: 'p4-2005', changes: { vmEntry: 3409 } }, runs)
  const differing = changed.filter(({ cycles }, n) => cycles !== rows[n]!.cycles)
  expect(differing.map(({ operation, technique }) => `${operation} ${technique}`)).toEqual(['in hardware-assist-shadow', 'in hardware-assist', 'pgfault hardware-assist-shadow', 'ptemod hardware-assist-shadow'])
  for (const { operation, technique, cycles } of differing) expect(cycles - rows.find((row) => row.operation === operation && row.technique === technique)!.cycles).toBe(1000)
})
