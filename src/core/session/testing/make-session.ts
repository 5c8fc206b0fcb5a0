import { createHash } from 'node:crypto'
import type { Sha256Factory } from '../../base/hasher.ts'
import type { Area, Ground } from '../area.ts'
import type { Outcome } from '../commands.ts'
import { joinCore } from '../join.ts'
import { Session } from '../session.ts'

const sha256: Sha256Factory = () => {
  const hash = createHash('sha256')
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') }
}

/** A session for tests: the whole core, or small areas in its place. */
export function makeSession(seed = 'test', join: (ground: Ground) => readonly Area[] = joinCore): Session {
  return new Session({ seed, sha256, settle: () => new Promise((resolve) => setImmediate(resolve)), join })
}

/** The value of a command that must not fail. */
export async function must<T = unknown>(session: Session, name: string, params: unknown = {}): Promise<T> {
  const outcome: Outcome = await session.execute({ name, params })
  if (!outcome.ok) throw new Error(`${name}: ${outcome.error.message}`)
  return outcome.value as T
}
