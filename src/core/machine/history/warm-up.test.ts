import { expect, test } from 'vitest'
import { Machine } from '../board/machine.ts'
import { FIRST_RECORD, R_FAST, RECORD_WORDS } from '../cpu/layout.ts'
import { warmUp, warmUpConfig } from './warm-up.ts'

/** Numbers that no form has. */
const UNUSED = [35, 45]
const LAST_FORM = 67

test('the program has every form of the loop, and runs to its end', () => {
  const machine = new Machine(warmUpConfig())
  const forms = new Set<number>()
  while (machine.end === null) {
    machine.run(machine.tick + 1000)
    for (let p = FIRST_RECORD; p < machine.cpu.freeRecord; p += RECORD_WORDS) forms.add(machine.cpu.records[p + R_FAST]! & 127)
  }
  expect(machine.end).toEqual({ kind: 'exit', code: 1 })
  const expected = Array.from({ length: LAST_FORM + 1 }, (_, form) => form).filter((form) => !UNUSED.includes(form))
  expect(expected.filter((form) => !forms.has(form))).toEqual([])
})

test('warming up goes through', () => {
  expect(warmUp()).toBeUndefined()
})
