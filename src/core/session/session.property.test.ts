import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from '../base/canonical-json.ts'
import { SECOND } from '../simulation/units.ts'
import { PROJECT_ID } from '../../protocol/records.ts'
import type { Session } from './session.ts'
import { makeSession } from './testing/make-session.ts'
import { edits, OPENING, type Step, steps } from './testing/random-commands.ts'

async function take(session: Session, step: Step): Promise<string | null> {
  if ('seconds' in step) {
    await session.advanceFully(session.now + step.seconds * SECOND)
    return null
  }
  const outcome = await session.execute(step)
  if (!outcome.ok && outcome.error.code === 'internal') throw new Error(`${step.name}: ${outcome.error.message}`)
  return outcome.ok ? null : outcome.error.code
}

test('the same commands give the same state after every one of them', async () => {
  await fc.assert(
    fc.asyncProperty(steps(40), async (random) => {
      const [one, other] = [makeSession('twice'), makeSession('twice')]
      for (const step of [...OPENING, ...random]) {
        expect(await take(one, step)).toBe(await take(other, step))
        expect(one.hash()).toBe(other.hash())
      }
    }),
    { numRuns: 40 },
  )
})

test('a replay of the journal gives the same state, and the same journal', async () => {
  await fc.assert(
    fc.asyncProperty(steps(40), async (random) => {
      const session = makeSession('replay')
      for (const step of [...OPENING, ...random]) await take(session, step)
      const again = makeSession('replay')
      await again.replay(JSON.parse(JSON.stringify(session.journal)) as typeof session.journal, true)
      await again.advanceFully(session.now)
      expect(again.journal).toEqual(session.journal)
      expect(again.hash()).toBe(session.hash())
    }),
    { numRuns: 40 },
  )
})

test('a command that is refused leaves every record as it was', async () => {
  await fc.assert(
    fc.asyncProperty(steps(40), async (random) => {
      const session = makeSession('refusals')
      for (const step of [...OPENING, ...random]) {
        await session.advanceFully(session.now)
        const hash = session.hash()
        if ((await take(session, step)) !== null) expect(session.hash()).toBe(hash)
      }
    }),
    { numRuns: 40 },
  )
})

/** Everything but the timeline and the lists of edits themselves. */
function plan(session: Session): string[] {
  return [...session.store.everything()]
    .filter(({ type }) => type !== 'event' && type !== 'task')
    .map((record) => canonicalJson(record.id === PROJECT_ID ? { ...record, undo: [], redo: [] } : record))
    .sort()
}

test('undoing every edit and making it again goes through the same plans, back and forth', async () => {
  await fc.assert(
    fc.asyncProperty(edits(30), async (random) => {
      const session = makeSession('undo')
      const plans = [plan(session)]
      for (const step of [...OPENING, ...random]) {
        const { length } = session.store.require(PROJECT_ID).undo
        await take(session, step)
        if (session.store.require(PROJECT_ID).undo.length > length) plans.push(plan(session))
      }
      const back = [plan(session)]
      while ((await take(session, { name: 'edit.undo', params: {} })) === null) back.push(plan(session))
      expect(back.reverse()).toEqual(plans)
      const forth = [plan(session)]
      while ((await take(session, { name: 'edit.redo', params: {} })) === null) forth.push(plan(session))
      expect(forth).toEqual(plans)
    }),
    { numRuns: 40 },
  )
})
