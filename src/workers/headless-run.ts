import { openSession } from './open-session.ts'
import { readProjectFile } from './project-disk.ts'
import { Failure } from '../core/base/failure.ts'

export interface RunParams {
  readonly file: string
  /** Simulated time to stop at; null runs until nothing more will happen. */
  readonly untilNs: number | null
}

export interface RunResult {
  readonly hash: string
  readonly simTime: number
  readonly metrics: {
    /** Commands that were carried out, from the project's beginning. */
    readonly commands: number
    /** How many there are of each type of record. */
    readonly records: Readonly<Record<string, number>>
    /** How many tasks are in which state. */
    readonly tasks: Readonly<Record<string, number>>
  }
}

const HOUR_NS = 3_600_000_000_000

/**
 * Opens a project as it was saved, beside no journal, and lets simulated time pass. Without a time to stop at, it stops when
 * nothing more will happen, at most an hour after the save: a service that wakes up now and then would run for ever.
 */
export async function runProject({ file, untilNs }: RunParams, app: string): Promise<RunResult> {
  const project = readProjectFile(file)
  if (!project) throw new Failure('file', `There is no file ${file}.`)
  const session = await openSession(project, app)
  if (untilNs !== null) await session.advanceFully(Math.max(untilNs, session.now))
  else await untilQuiet(session.now + HOUR_NS)
  return session.atRest(() => {
    const records = tally([...session.store.everything()].map(({ type }) => type))
    const tasks = tally(session.store.all('task').map(({ state }) => state))
    return { hash: session.hash(), simTime: session.now, metrics: { commands: session.journal.length, records, tasks } }
  })

  async function untilQuiet(latest: number): Promise<void> {
    for (let next = session.simulation.nextEventAt; next !== undefined && next <= latest; next = session.simulation.nextEventAt) {
      await session.advanceFully(next)
    }
  }
}

function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}
