import type { AnyRecord, RecordId, RecordType, RecordTypes } from '../../protocol/records.ts'
import { useRecords } from '../app/stores/records.ts'

/** Records of a type that point to `id` by one of their fields, e.g. the snapshots of a VM. */
export function recordsBy<T extends RecordType>(type: T, test: (record: RecordTypes[T]) => boolean): RecordTypes[T][] {
  return [...useRecords().all(type).values()].filter(test)
}

export interface Path {
  readonly id: RecordId
  readonly name: string
}

/** Where an object stands, nearest first, e.g. `VM on charminar`. */
export function placeOf(record: AnyRecord): Path | null {
  const records = useRecords()
  const link = (id: RecordId): Path | null => {
    const found = records.get(id)
    return found && 'name' in found ? { id, name: found.name } : null
  }
  switch (record.type) {
    case 'rack': case 'network': return link(record.room)
    case 'host': return link(record.rack)
    case 'hypervisor': case 'vm': return link(record.host)
    case 'snapshot': return link(record.vm)
    case 'engine': return link(record.owner)
    case 'image': case 'build': return link(record.engine)
    case 'container': {
      const engine = records.get(record.engine)
      return engine ? link(engine.owner) : null
    }
    default: return null
  }
}
