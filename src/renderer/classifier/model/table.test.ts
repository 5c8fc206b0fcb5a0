import { expect, test } from 'vitest'
import type { Classification, ClassifiedInstruction, Evidence, InstructionKind } from '../../../protocol/classifier.ts'
import { changedRows, chosenRows, countKinds, lettersOf, setsOf } from './table.ts'

const seen: Evidence = { text: 'popf', bytes: '9D', given: 'null', runs: ['ring 0', 'ring 3'], what: 'IF', values: ['0', '1'] }
const row = (name: string, encoding: string, kind: InstructionKind, more: Partial<ClassifiedInstruction> = {}): ClassifiedInstruction =>
  ({ name, encoding, kind, traps: 'never', control: null, mode: null, location: null, user: null, byRing: [], entry: null, ...more })

const rows = [
  row('add Eb Gb', '00', 'innocuous'), row('cli', 'fa', 'privileged', { control: { ...seen, text: 'cli' } }), row('hlt', 'f4', 'privileged'), row('popf', '9d', 'sensitive', { control: seen, mode: seen, entry: 'popf' }),
  row('sgdt Mv', '0f01/0', 'sensitive', { location: { ...seen, text: 'sgdt [dword 0x6000]' }, user: seen, entry: 'sgdt' }),
]
const nothing = new Set<string>()
const names = (filter: Parameters<typeof chosenRows>[1], text = '', by: 'encoding' | 'name' | 'kind' = 'kind', down = false): string[] => chosenRows(rows, filter, nothing, text, { by, down }).map(({ encoding }) => encoding)

test('violators come first; a column turns round', () => {
  expect(names('all')).toEqual(['0f01/0', '9d', 'f4', 'fa', '00'])
  expect(names('all', '', 'encoding', true)).toEqual(['fa', 'f4', '9d', '0f01/0', '00'])
})

test('rows are found by kind, name, encoding, entry and evidence', () => {
  expect(names('privileged')).toEqual(['f4', 'fa'])
  expect(names('all', 'POP')).toEqual(['9d'])
  expect(names('all', '0x6000')).toEqual(['0f01/0'])
  expect(names('innocuous', 'popf')).toEqual([])
})

test('letters, counts and sets', () => {
  expect(lettersOf(rows[4]!)).toEqual(['L', 'U'])
  expect(countKinds(rows)).toEqual({ sensitive: 2, privileged: 2, innocuous: 1, unknown: 0 })
  expect(setsOf(rows, 1)).toEqual({ only: 2, both: 1, rest: 1 })
  expect(setsOf(rows, 3)).toEqual({ only: 1, both: 0, rest: 2 })
})

test('what another instruction set changes', () => {
  const plain: Classification = { mends: [], rows, theorem1: { holds: false, violators: [], entries: [], unlisted: [] }, theorem3: { holds: false, violators: [], entries: [], unlisted: [] } }
  const mended = { ...plain, rows: rows.map((one) => (one.encoding === '9d' ? { ...one, kind: 'privileged' as const } : one)) }
  expect([...changedRows(plain, mended)]).toEqual(['9d'])
  expect(chosenRows(mended.rows, 'changed', changedRows(plain, mended), '', { by: 'kind', down: false }).map(({ name }) => name)).toEqual(['popf'])
})
