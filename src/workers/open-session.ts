import { Failure } from '../core/base/failure.ts'
import type { OpenedProject } from '../core/project/project-file.ts'
import { joinCore } from '../core/session/join.ts'
import { Session } from '../core/session/session.ts'
import { nativeSha256, settle } from './platform.ts'

/** A session as every door has it, with nothing done in it. */
export function newSession(seed: string): Session {
  return new Session({ seed, sha256: nativeSha256, settle, join: joinCore })
}

/**
 * A session brought to where the file was saved. A file of the same version must give exactly what it says, else it throws `file`;
 * one of another version may come out as the refined simulation has it.
 */
export async function openSession(file: OpenedProject, app: string): Promise<Session> {
  const session = newSession(file.seed)
  const exact = file.app === app
  await session.replay(file.entries, exact)
  await session.advanceFully(file.simTime)
  if (exact && (await session.atRest(() => session.hash())) !== file.stateHash) {
    throw new Failure('file', 'The project does not come out as it was when it was saved.', 'The file is damaged or was changed by hand.')
  }
  return session
}
