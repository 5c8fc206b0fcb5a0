import { describe, expect, test } from 'vitest'
import { sameEnd, type ScoreCell, type WorkloadName } from '../../../protocol/comparison.ts'
import { COST_PARTS } from '../../../protocol/costs.ts'
import { type TechniqueName, TECHNIQUES } from '../../../protocol/machine.ts'
import { nativeSha256 } from '../../../workers/platform.ts'
import { Scoreboard } from './scoreboard.ts'

const THOROUGH = process.env['GLASSHOUSE_THOROUGH'] === '1'
const P4 = { preset: 'p4-2005' } as const
const board = new Scoreboard(nativeSha256)
const known = new Map<string, ScoreCell>()

function cell(workload: WorkloadName, technique: TechniqueName): ScoreCell {
  const key = `${workload} ${technique}`
  const found = known.get(key) ?? board.cell(workload, technique, P4)
  known.set(key, found)
  return found
}

describe.each(THOROUGH ? (['compute', 'calls', 'pages'] as const) : (['pages'] as const))('%s', (workload) => {
  test.each(TECHNIQUES)('under %s ends well, and as on bare metal where that is promised', (technique) => {
    const { account, cycles, end, entries, missing } = cell(workload, technique)
    expect(end).toEqual({ kind: 'exit', code: 0 })
    expect(COST_PARTS.reduce((sum, part) => sum + account[part], 0)).toBe(cycles)
    expect(account.user).toBe(cell(workload, 'native').account.user)
    expect(entries > 0).toBe(technique !== 'native')
    expect(missing).toEqual([])
    expect(sameEnd(cell(workload, technique), cell(workload, 'native'))).toBe(technique !== 'trap-and-emulate')
  })
})

test.runIf(THOROUGH)('which technique is the cheapest depends on the workload', () => {
  const cheapest = (workload: WorkloadName): TechniqueName => (['binary-translation', 'paravirtual', 'hardware-assist'] as const).reduce<TechniqueName>(
    (best, technique) => (cell(workload, technique).cycles < cell(workload, best).cycles ? technique : best), 'binary-translation')
  expect(cheapest('compute')).not.toBe('hardware-assist')
  expect(cheapest('calls')).toBe('hardware-assist')
})

test('another figure for one cost changes what depends on it, and nothing else', () => {
  const given = cell('pages', 'hardware-assist')
  const dear = board.cell('pages', 'hardware-assist', { ...P4, changes: { vmEntry: 1_000_000 } })
  expect(dear.account).toEqual({ ...given.account, hardware: dear.account.hardware })
  expect(dear.cycles).toBeGreaterThan(given.cycles)
  expect(() => board.cell('pages', 'native', { ...P4, changes: { rabbits: 1 } })).toThrow('no cost "rabbits"')
})
