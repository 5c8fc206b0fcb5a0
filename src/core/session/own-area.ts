import { CLOCK_ID, PROJECT_ID } from '../../protocol/records.ts'
import { Failure } from '../base/failure.ts'
import type { Area, Ground } from './area.ts'
import type { UndoHistory } from './undo-history.ts'

/** The commands that are about the session itself: its clock, its history, its project, and tasks of whichever area. */
export function sessionArea(ground: Ground, history: UndoHistory, areas: readonly Area[], hash: () => string): Area {
  const { store, simulation, events } = ground
  const note = (text: string): void => events.add({ kind: 'edit', subjectName: 'History', text })
  return {
    handlers: {
      'clock.play': () => done(() => store.update(CLOCK_ID, { playing: true })),
      'clock.pause': () => done(() => store.update(CLOCK_ID, { playing: false })),
      'clock.set-speed': ({ speed }) => done(() => store.update(CLOCK_ID, { speed })),
      // Everything else that is due at the same instant follows when the session lets the instant end.
      'clock.step': async () => {
        if (simulation.nextEventAt === undefined) throw new Failure('conflict', 'Nothing is going to happen: no event is due.')
        store.update(CLOCK_ID, { playing: false })
        await simulation.step()
        return null
      },
      'edit.undo': () => {
        const name = history.undo()
        note(`Undid "${name}".`)
        return { name }
      },
      'edit.redo': () => {
        const name = history.redo()
        note(`Redid "${name}".`)
        return { name }
      },
      'edit.forget': () => done(() => history.forget()),
      'project.rename': ({ name }) => done(() => store.update(PROJECT_ID, { name })),
      'universe.set': ({ date }) => {
        if (!isDate(date)) throw new Failure('invalid', `${date} is not a day of the calendar.`)
        return done(() => store.update(PROJECT_ID, { universe: date }))
      },
      'task.cancel': ({ task }) => {
        const { state, cancellable, title } = store.require(task)
        if (state !== 'running') throw new Failure('conflict', `"${title}" is not running any more.`)
        if (!cancellable) throw new Failure('conflict', `"${title}" cannot be cancelled.`)
        if (!areas.some((area) => area.cancelTask?.(task))) throw new Failure('conflict', `"${title}" cannot be cancelled now.`)
        return null
      },
    },
    queries: { 'state.hash': () => ({ hash: hash(), simTime: simulation.now }) },
  }
}

function done(body: () => void): null {
  body()
  return null
}

/** `YYYY-MM-DD` of a day that exists (Gregorian). */
function isDate(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number)
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  return days !== undefined && day >= 1 && day <= days
}
