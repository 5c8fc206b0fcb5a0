import { createHash } from 'node:crypto'
import type { RecordId } from '../../../protocol/records.ts'
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

/** A host with KVM and a switched-off Debian VM `web` on it. */
export async function makeVmSession(): Promise<{ session: Session; vm: RecordId<'vm'> }> {
  const session = makeSession()
  await must(session, 'rack.add')
  await must(session, 'host.add', { model: 'rack-2017', name: 'charminar' })
  await must(session, 'host.install-os', { host: 'host:1', os: 'debian-12' })
  await must(session, 'host.install-hypervisor', { host: 'host:1', product: 'kvm' })
  const { vm } = await must<{ vm: RecordId<'vm'> }>(session, 'vm.create', { hypervisor: 'hypervisor:1', template: 'debian-12', name: 'web' })
  return { session, vm }
}

/** The value of a command that must not fail. */
export async function must<T = unknown>(session: Session, name: string, params: unknown = {}): Promise<T> {
  const outcome: Outcome = await session.execute({ name, params })
  if (!outcome.ok) throw new Error(`${name}: ${outcome.error.message}`)
  return outcome.value as T
}
