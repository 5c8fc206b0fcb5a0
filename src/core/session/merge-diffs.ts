import type { ChangedFields, RecordsDiff } from '../../protocol/diff.ts'
import type { AnyRecord, RecordId } from '../../protocol/records.ts'

/**
 * Several diffs as one: what a reader who applies it ends with is what the diffs, one after the other, would have given.
 * Its size is bounded by the number of records, however many diffs go in.
 */
export class DiffMerger {
  private readonly added = new Map<RecordId, AnyRecord>()
  private readonly updated = new Map<RecordId, ChangedFields>()
  private readonly removed = new Set<RecordId>()

  get isEmpty(): boolean {
    return this.added.size + this.updated.size + this.removed.size === 0
  }

  add(diff: RecordsDiff): void {
    for (const [id, record] of entries(diff.added)) {
      // Over one that was removed before, a new record simply takes its place at the reader.
      this.removed.delete(id)
      this.added.set(id, record)
    }
    for (const [id, fields] of entries(diff.updated)) {
      const fresh = this.added.get(id)
      if (fresh) this.added.set(id, { ...fresh, ...fields })
      else this.updated.set(id, { ...this.updated.get(id), ...fields })
    }
    for (const id of diff.removed) {
      this.added.delete(id)
      this.updated.delete(id)
      this.removed.add(id)
    }
  }

  /** The merged diff; begins anew. */
  take(): RecordsDiff {
    const diff: RecordsDiff = {
      added: Object.fromEntries(this.added),
      updated: Object.fromEntries(this.updated),
      removed: [...this.removed],
    }
    this.clear()
    return diff
  }

  clear(): void {
    this.added.clear()
    this.updated.clear()
    this.removed.clear()
  }
}

const entries = <T>(record: Readonly<Record<RecordId, T>>): [RecordId, T][] => Object.entries(record) as [RecordId, T][]
