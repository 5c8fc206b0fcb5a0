import type { RecordId, RecordType } from '../../protocol/records.ts'
import { EMPTY_ROOM, SAMPLE_ROOM, type NamedIds, type ScriptStep } from '../datacenter/sample-room.ts'
import { SECOND } from '../simulation/units.ts'
import type { Outcome } from './commands.ts'
import type { Session } from './session.ts'

/** What a new project begins with. */
export type Template = 'sample' | 'empty'


/**
 * Sets up a new session by ordinary commands, journalled like a person's. Answers the steps that were refused, of which there
 * should be none.
 */
export async function runTemplate(session: Session, template: Template): Promise<Outcome[]> {
  const steps = template === 'sample' ? SAMPLE_ROOM : EMPTY_ROOM
  const ids = new Map<string, RecordId>()
  const refused: Outcome[] = []
  for (const step of steps) {
    const outcome = await runStep(session, step, ids)
    if (outcome?.ok === false) refused.push(outcome)
  }
  return refused
}

async function runStep(session: Session, step: ScriptStep, ids: Map<string, RecordId>): Promise<Outcome | undefined> {
  if ('waitSeconds' in step) {
    await session.advanceFully(session.now + step.waitSeconds * SECOND)
    return undefined
  }
  const outcome = await session.execute(step.run(namedIds(ids)))
  if (step.as !== undefined && outcome.ok) for (const id of Object.values(outcome.value as Record<string, RecordId>)) ids.set(`${typeName(id)}/${step.as}`, id)
  return outcome
}

const typeName = (id: RecordId): string => id.slice(0, id.indexOf(':'))

function namedIds(ids: ReadonlyMap<string, RecordId>): NamedIds {
  return {
    // An unknown name gives an id that nothing has: the command that uses it is refused and says so.
    get: <T extends RecordType>(type: T, name: string) => (ids.get(`${type}/${name}`) ?? `${type}:unknown`) as RecordId<T>,
  }
}
