import type { AnyRecord, EngineRecord, HypervisorRecord, RecordId, RecordType, RecordTypes } from '../../../protocol/records.ts'
import { useRecords } from '../stores/records.ts'

/** Narrowing by type, for `applies`. */
export function isA<T extends RecordType>(...types: T[]): (subject: AnyRecord) => boolean {
  return (subject) => (types as RecordType[]).includes(subject.type)
}

export function asA<T extends RecordType>(type: T, subject: AnyRecord | null): RecordTypes[T] | undefined {
  return subject?.type === type ? (subject as RecordTypes[T]) : undefined
}

/** The engine that runs on this host or VM. */
export function engineOf(owner: RecordId): EngineRecord | undefined {
  for (const engine of useRecords().all('engine').values()) if (engine.owner === owner) return engine
  return undefined
}

export function hypervisorOf(host: RecordId<'host'>): HypervisorRecord | undefined {
  for (const hypervisor of useRecords().all('hypervisor').values()) if (hypervisor.host === host) return hypervisor
  return undefined
}

/** The engine meant by a subject: itself, its container's or image's, or the one installed on it. */
export function engineFor(subject: AnyRecord | null): EngineRecord | undefined {
  const records = useRecords()
  switch (subject?.type) {
    case 'engine': return subject
    case 'container': case 'image': case 'build': return records.get(subject.engine)
    case 'host': case 'vm': return engineOf(subject.id)
    default: return undefined
  }
}

/** As `engineFor`, or else the first engine there is. */
export const anyEngine = (subject: AnyRecord | null): EngineRecord | undefined =>
  engineFor(subject) ?? useRecords().all('engine').values().next().value

/** The hypervisor meant by a subject, or else the first one there is. */
export function anyHypervisor(subject: AnyRecord | null): HypervisorRecord | undefined {
  const records = useRecords()
  if (subject?.type === 'hypervisor') return subject
  if (subject?.type === 'host') return hypervisorOf(subject.id)
  if (subject?.type === 'vm') return records.get(subject.hypervisor)
  return records.all('hypervisor').values().next().value
}
