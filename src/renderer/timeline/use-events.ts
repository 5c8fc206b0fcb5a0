import { computed, shallowRef } from 'vue'
import type { EventKind, EventRecord } from '../../protocol/records.ts'
import { useRecords } from '../app/stores/records.ts'

export const EVENT_KINDS: readonly EventKind[] = ['fault', 'vm', 'host', 'container', 'image', 'engine', 'network', 'edit', 'task']

/** The kind that the list is narrowed to; one for the panel and its tools. */
const kind = shallowRef<EventKind | null>(null)

/** Latest first; events of one instant in the order of their ids' numbers, which is the order in which they happened. */
export function sortEvents(events: Iterable<EventRecord>, only: EventKind | null): EventRecord[] {
  const order = (event: EventRecord) => Number(event.id.slice(event.id.indexOf(':') + 1)) || 0
  return [...events].filter((event) => only === null || event.kind === only).sort((a, b) => b.at - a.at || order(b) - order(a))
}

export function useEvents() {
  const records = useRecords()
  const all = computed(() => records.all('event'))
  const events = computed(() => sortEvents(all.value.values(), kind.value))
  const counts = computed(() => {
    const counted = new Map<EventKind, number>()
    for (const event of all.value.values()) counted.set(event.kind, (counted.get(event.kind) ?? 0) + 1)
    return counted
  })
  return { events, counts, kind, total: computed(() => all.value.size) }
}
