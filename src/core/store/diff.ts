import type { ChangedFields, RecordsDiff } from '../../protocol/diff.ts'
import type { AnyRecord, RecordId } from '../../protocol/records.ts'

/** One record's change that can be undone: `undefined` stands for "was not there" or "is gone". */
export interface Change {
  readonly before: AnyRecord | undefined
  readonly after: AnyRecord | undefined
}

/** The net change of a transaction, by record. */
export type ReversibleDiff = ReadonlyMap<RecordId, Change>

/** The fields in which `after` differs from `before`, by identity (records are replaced, never mutated); undefined when there are none. */
export function changedFields(before: AnyRecord, after: AnyRecord): ChangedFields | undefined {
  const was = before as unknown as Readonly<Record<string, unknown>>
  const is = after as unknown as Readonly<Record<string, unknown>>
  let changed: Record<string, unknown> | undefined
  // `for in` over one shape of record is several times faster than `Object.entries`; this runs for every change of every tick.
  for (const key in is) if (was[key] !== is[key]) (changed ??= {})[key] = is[key]
  return changed
}

/** Applies a one-way diff to a map of records; the slow, obvious counterpart of what views do. */
export function applyDiff(records: Map<RecordId, AnyRecord>, diff: RecordsDiff): void {
  for (const [id, record] of Object.entries(diff.added)) records.set(id as RecordId, record)
  for (const [id, fields] of Object.entries(diff.updated)) {
    const old = records.get(id as RecordId)
    if (old) records.set(id as RecordId, { ...old, ...fields })
  }
  for (const id of diff.removed) records.delete(id)
}
