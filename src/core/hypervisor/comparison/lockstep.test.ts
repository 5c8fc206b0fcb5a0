import { describe, expect, test } from 'vitest'
import type { LockstepGoal } from '../../../protocol/comparison.ts'
import type { TechniqueName } from '../../../protocol/machine.ts'
import { nativeSha256 } from '../../../workers/platform.ts'
import { SEVENTEEN } from '../classifier/seventeen.ts'
import { Lockstep } from './lockstep.ts'
import { plansOfGuest } from './programs.ts'

const THOROUGH = process.env['GLASSHOUSE_THOROUGH'] === '1'

function lockstep(guest: string, ...techniques: TechniqueName[]): Lockstep {
  const { title, plans } = plansOfGuest(guest, techniques)
  return new Lockstep(title, plans, { hash: nativeSha256 })
}

const ran = (steps: Lockstep, goal: LockstepGoal): Lockstep => {
  steps.run(goal)
  return steps
}

describe('popf', () => {
  const steps = ran(lockstep('sensitive/popf', 'native', 'trap-and-emulate', 'binary-translation', 'hardware-assist'), { kind: 'divergence' })

  test('goes wrong under trap and emulate, exactly there, and is explained', () => {
    const { columns, tick } = steps.state()
    const { divergence } = columns[1]!
    expect(divergence).toMatchObject({
      tick, step: 'instruction', instruction: { text: 'popf', line: 11 }, entry: 'popf', explanation: 'IF was not changed: outside ring 0 popf drops it without a trap.',
      differences: [{ kind: 'register', name: 'eflags', reference: '00000002', other: '00000202' }], total: 1,
    })
    expect(columns.map(({ different }) => different)).toEqual([false, false, false, false])
    const after = ran(steps, { kind: 'step' }).state()
    expect(after.columns.map(({ differs }) => differs)).toEqual([[], ['eflags'], [], []])
    expect(ran(steps, { kind: 'back' }).state().tick).toBe(tick)
  })

})

test('pushf ends differently under trap and emulate only; one can go back to where it went wrong', () => {
  const steps = ran(lockstep('sensitive/pushf', 'native', 'trap-and-emulate', 'binary-translation', 'hardware-assist'), { kind: 'end' })
  const ended = steps.state()
  const { columns } = ended
  expect(columns.map(({ equalEnd }) => equalEnd)).toEqual([null, false, true, true])
  expect(columns.map(({ endHash }) => endHash === columns[0]!.endHash)).toEqual([true, false, true, true])
  expect(columns.map(({ divergence }) => divergence === null)).toEqual([true, false, true, true])
  expect(columns[1]!.output).toContain('got 200, expected 0: WRONG')
  steps.run({ kind: 'seek', tick: columns[1]!.divergence!.tick })
  expect(steps.state().columns.map(({ different }) => different)).toEqual([false, false, false, false])
  expect(ran(steps, { kind: 'end' }).state()).toEqual(ended)
})

const SHOWN = THOROUGH ? SEVENTEEN.map(({ key }) => key).filter((key) => !['int-n', 'ret-far'].includes(key)) : ['sgdt', 'call-far', 'lar']

test.each(SHOWN)('%s is the first instruction that goes wrong in its guest', (key) => {
  const { columns } = ran(lockstep(`sensitive/${key}`, 'native', 'trap-and-emulate'), { kind: 'divergence' }).state()
  expect(columns[1]!.divergence).toMatchObject({ entry: key, explanation: expect.any(String) as string })
})

test.runIf(THOROUGH)('kernel ends the same under every technique that keeps its promise, its port prints the same', () => {
  const { columns } = ran(lockstep('kernel', 'native', 'binary-translation', 'hardware-assist', 'paravirtual'), { kind: 'end' }).state()
  expect(columns.map(({ equalEnd }) => equalEnd)).toEqual([null, true, true, true])
  expect(columns.map(({ compared }) => compared)).toEqual(['state', 'state', 'state', 'output'])
  expect(columns.slice(1, 3).map(({ endHash }) => endHash)).toEqual([columns[0]!.endHash, columns[0]!.endHash])
  expect(columns.every(({ end }) => end?.kind === 'exit')).toBe(true)
})

test('a guest that a technique refuses differs from the start', () => {
  const { columns } = lockstep('hello', 'native', 'paravirtual').state()
  expect(columns[1]!.divergence).toMatchObject({ tick: 0, step: 'start', explanation: expect.stringContaining('not ported') as string })
})

test('fewer than two and more than four are no comparison', () => {
  expect(() => lockstep('hello', 'native')).toThrow('Between two and four')
})
