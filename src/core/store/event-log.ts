import { EVENT_LIMIT, type EventKind, type EventRecord, type RecordId } from '../../protocol/records.ts'
import type { Simulation } from '../simulation/simulation.ts'
import type { Store } from './store.ts'

export interface EventDetails {
  readonly kind: EventKind
  readonly subject?: RecordId | undefined
  readonly subjectName: string
  /** One sentence, present tense, that can be read aloud. */
  readonly text: string
  /** Simulated nanoseconds, where known. */
  readonly cost?: number
}

/** Writes the timeline's events and keeps only the latest `EVENT_LIMIT` in the store. */
export class EventLog {
  private next = 1
  private readonly store: Store
  private readonly simulation: Simulation

  constructor(store: Store, simulation: Simulation) {
    this.store = store
    this.simulation = simulation
  }

  add(details: EventDetails): void {
    const number = this.next++
    const event: EventRecord = {
      id: `event:${number}`,
      type: 'event',
      at: this.simulation.now,
      kind: details.kind,
      subject: details.subject ?? null,
      subjectName: details.subjectName,
      text: details.text,
      cost: details.cost ?? null,
    }
    this.store.put(event)
    this.store.remove(`event:${number - EVENT_LIMIT}`)
  }
}
