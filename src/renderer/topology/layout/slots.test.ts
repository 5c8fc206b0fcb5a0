import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Slots } from './slots.ts'

const items = (count: number) => Array.from({ length: count }, (_, at) => ({ id: `i${at}`, span: at % 3 === 0 ? 2 : 1 }))
const GROWTH = { columns: 2, rows: 3, ratio: 1.5 }

describe('Slots', () => {
  it('fills rows in order, then opens columns', () => {
    const slots = new Slots(GROWTH)
    slots.arrange(Array.from({ length: 7 }, (_, at) => ({ id: String(at), span: 1 })))
    expect([0, 1, 2, 5, 6].map((at) => slots.cell(String(at)))).toEqual([
      { col: 0, row: 0, span: 1 }, { col: 1, row: 0, span: 1 }, { col: 0, row: 1, span: 1 }, { col: 1, row: 2, span: 1 }, { col: 2, row: 0, span: 1 },
    ])
  })

  it('keeps what stays where it is and gives the freed place to the next one', () => {
    const slots = new Slots(GROWTH)
    slots.arrange([{ id: 'a', span: 1 }, { id: 'b', span: 1 }, { id: 'c', span: 1 }])
    const before = slots.cell('c')
    slots.arrange([{ id: 'a', span: 1 }, { id: 'c', span: 1 }])
    expect(slots.cell('c')).toEqual(before)
    slots.arrange([{ id: 'a', span: 1 }, { id: 'c', span: 1 }, { id: 'd', span: 1 }])
    expect(slots.cell('d')).toEqual({ col: 1, row: 0, span: 1 })
  })

  it('never lets two objects share a cell, nor moves one, whatever comes and goes', () => {
    fc.assert(fc.property(fc.array(fc.uniqueArray(fc.nat(30), { maxLength: 20 }), { minLength: 1, maxLength: 8 }), (steps) => {
      const slots = new Slots(GROWTH)
      const pool = items(31)
      let before = new Map<string, unknown>()
      for (const step of steps) {
        const present = step.map((at) => pool[at]!)
        slots.arrange(present)
        const taken = new Set<string>()
        for (const { id, span } of present) {
          const cell = slots.cell(id)!
          expect(cell.col + span).toBeLessThanOrEqual(slots.columns)
          for (let at = cell.col; at < cell.col + span; at++) taken.add(`${cell.row}/${at}`)
          if (before.has(id)) expect(cell).toEqual(before.get(id))
        }
        expect(taken.size).toBe(present.reduce((sum, one) => sum + one.span, 0))
        before = new Map(present.map(({ id }) => [id, slots.cell(id)]))
      }
    }))
  })
})
