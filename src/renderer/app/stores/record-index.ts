import type { ChangedFields, RecordsDiff } from '../../../protocol/diff.ts'
import { type AnyRecord, type RecordId, type RecordType, type RecordTypes, typeOfId } from '../../../protocol/records.ts'

/** The object a record hangs under in the outline and on the canvas; null for those that hang nowhere. */
export function parentOf(record: AnyRecord): RecordId | null {
  switch (record.type) {
    case 'rack': case 'network': return record.room
    case 'host': return record.rack
    case 'hypervisor': return record.host
    case 'vm': return record.hypervisor ?? record.host
    case 'snapshot': return record.vm
    case 'engine': return record.owner
    case 'image': case 'container': case 'build': return record.engine
    case 'process': return record.container
    case 'terminal': return record.target
    case 'room': case 'task': case 'event': case 'context': case 'clock': case 'project': return null
  }
}

/** Where and in what order a record stands. Changes to other fields leave every tree as it is. */
const STRUCTURAL = ['name', 'order', 'rack', 'host', 'hypervisor', 'owner', 'engine', 'parent', 'role', 'tags'] as const

export const changesStructure = (fields: ChangedFields): boolean => STRUCTURAL.some((field) => field in fields)

export const RECORD_TYPES = [
  'room', 'rack', 'host', 'hypervisor', 'vm', 'snapshot', 'network', 'engine', 'image', 'container', 'process',
  'task', 'event', 'context', 'build', 'terminal', 'clock', 'project',
] as const satisfies readonly RecordType[]

export type RecordMaps = { readonly [T in RecordType]: Map<RecordId<T>, RecordTypes[T]> }

/** Types whose coming and going does not change the outline's tree. */
const OUTSIDE_TREES: ReadonlySet<RecordType> = new Set<RecordType>(['task', 'event', 'clock', 'project', 'terminal', 'process', 'build'])

/** The map that holds records of this id's type. */
export function mapOf(maps: RecordMaps, id: RecordId): Map<RecordId, AnyRecord> {
  return maps[typeOfId(id)]
}

/** Brings the maps up to date. Returns true when a tree over them must be built anew. */
export function applyDiff(maps: RecordMaps, diff: RecordsDiff): boolean {
  let structure = false
  const touch = (id: RecordId) => { structure ||= !OUTSIDE_TREES.has(typeOfId(id)) }
  for (const id in diff.added) {
    const record = diff.added[id as RecordId]
    if (!record) continue
    mapOf(maps, record.id).set(record.id, record)
    touch(record.id)
  }
  for (const key in diff.updated) {
    const id = key as RecordId
    const fields = diff.updated[id]
    const map = mapOf(maps, id)
    const old = map.get(id)
    if (!old || !fields) continue
    // A clone and a few assignments: spreading both costs a third more, two thousand times a tick.
    const next: Record<string, unknown> = { ...old }
    for (const field in fields) next[field] = fields[field]
    map.set(id, next as unknown as AnyRecord)
    if (changesStructure(fields)) touch(id)
  }
  for (const id of diff.removed) {
    mapOf(maps, id).delete(id)
    touch(id)
  }
  return structure
}

/** Sort position first where there is one, then the name as people read it. */
export function compareSiblings(a: AnyRecord, b: AnyRecord): number {
  const order = ('order' in a ? a.order : 0) - ('order' in b ? b.order : 0)
  if (order !== 0) return order
  if ('name' in a && 'name' in b) return a.name.localeCompare(b.name, undefined, { numeric: true })
  return a.id < b.id ? -1 : 1
}
