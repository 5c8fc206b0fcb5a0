import type { CommandHandlers, QueryHandlers } from '../../protocol/commands.ts'
import type { StreamId } from '../../protocol/messages.ts'
import type { RecordId } from '../../protocol/records.ts'
import type { Emitter } from '../base/emitter.ts'
import type { Sha256Factory } from '../base/hasher.ts'
import type { Simulation } from '../simulation/simulation.ts'
import type { ReversibleDiff } from '../store/diff.ts'
import type { EventLog } from '../store/event-log.ts'
import type { IdSource } from '../store/id-source.ts'
import type { Store } from '../store/store.ts'

/** What every area of the core stands on. One of each for a session. */
export interface Ground {
  readonly store: Store
  readonly simulation: Simulation
  readonly events: EventLog
  readonly ids: IdSource
  readonly sha256: Sha256Factory
}

/** A part of the core, as the session sees it: disjoint sets of commands and queries, and what it needs to know of undo. */
export interface Area {
  readonly handlers: Partial<CommandHandlers>
  readonly queries?: Partial<QueryHandlers>
  /** Cancels a task of this area; false when it is another area's. */
  cancelTask?(task: RecordId<'task'>): boolean
  /**
   * Undo or redo has put these changes into the store, in the transaction that is still open: the area brings what it
   * keeps beside the records into line.
   */
  restored?(changes: ReversibleDiff): void
  /** A hash over state that is not in records, if there is any that matters. */
  hash?(): string
  readonly onStream?: Emitter<StreamText>
}

/** Text that was appended to a stream. */
export interface StreamText {
  readonly stream: StreamId
  readonly text: string
}
