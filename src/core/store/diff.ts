import type { ChangedFields, RecordsDiff } from '../../protocol/diff.ts'
import type { AnyRecord, RecordId } from '../../protocol/records.ts'

/** One record's change that can be undone: `undefined` stands for "was not there" or "is gone". */
export interface Change {
  readonly before: AnyRecord | undefined
  readonly after: AnyRecord | undefined
}

/** The net change of a transaction, by record. */
export type ReversibleDiff = ReadonlyMap<RecordId, Change>

/** The fields in which `after` differs from `before`, by identity: records are replaced, never mutated. */
export function changedFields(before: AnyRecord, after: AnyRecord): ChangedFields {
  const was = before as unknown as Readonly<Record<string, unknown>>
  const changed: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(after)) if (was[key] !== value) changed[key] = value
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
