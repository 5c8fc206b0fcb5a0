import type { AnyRecord, RecordId } from './records.ts'

/** Changed fields of one record. A field that went away is not possible: absent things are `null`. */
export type ChangedFields = Readonly<Record<string, unknown>>

/** What a transaction, or several merged ones, changed. */
export interface RecordsDiff {
  readonly added: Readonly<Record<RecordId, AnyRecord>>
  readonly updated: Readonly<Record<RecordId, ChangedFields>>
  readonly removed: readonly RecordId[]
}

/** One coalesced message a frame. A gap in `seq`: ask for a snapshot, never guess. */
export interface Frame {
  readonly seq: number
  readonly simTime: number
  readonly diff: RecordsDiff
}

export interface Snapshot {
  readonly seq: number
  readonly simTime: number
  readonly records: readonly AnyRecord[]
}
