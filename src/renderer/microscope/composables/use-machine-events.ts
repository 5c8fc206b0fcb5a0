import { computed, shallowRef, watch } from 'vue'
import type { MachineEvent } from '../../../protocol/machine.ts'
import { useMachines } from '../../app/stores/machines.ts'
import { attempt } from '../microscope-actions.ts'
import { useMicroscope } from '../microscope-store.ts'
import { type EventPart, EventShelf } from '../model/event-shelf.ts'

/** All events of the run, newest first, fetched as they come into view; while the machine runs, the latest ones. */
export function useMachineEvents() {
  const machines = useMachines()
  const microscope = useMicroscope()
  /** A new object each time something came, so that views follow. */
  const shelf = shallowRef({ events: new EventShelf(false) })
  let fetching = false

  const running = computed(() => microscope.state?.running === true)
  const recent = computed(() => (microscope.state?.recent ?? []).filter((event) => microscope.kinds.length === 0 || microscope.kinds.includes(event.kind)))
  const count = computed(() => (running.value ? recent.value.length : shelf.value.events.count))

  /** The event of a row, 0 = newest; undefined while it is on its way. */
  const at = (row: number): MachineEvent | undefined => (running.value ? recent.value[recent.value.length - 1 - row] : shelf.value.events.at(row))

  async function take(part: EventPart, events: EventShelf): Promise<void> {
    const { machine } = microscope
    if (!machine) return
    const answer = await machines.request('machine.events', { machine, ...part, ...(microscope.kinds.length > 0 ? { kinds: [...microscope.kinds] } : {}) })
    events.put(part, answer.events, answer.total)
    if (shelf.value.events === events) shelf.value = { events }
  }

  /** Sees to it that the rows in view are there. */
  async function need(first: number, last: number): Promise<void> {
    if (fetching || running.value) return
    fetching = true
    const { events } = shelf.value
    await attempt(async () => {
      for (let part = events.missing(first, last); part && shelf.value.events === events; part = events.missing(first, last)) await take(part, events)
    })
    fetching = false
    if (shelf.value.events !== events) await need(first, last)
  }

  /** How long the log is now; what was fetched of it may be another branch of time, so it is forgotten. */
  function refresh(): void {
    if (!microscope.machine || microscope.state?.running !== false) return
    const events = new EventShelf(microscope.kinds.length > 0)
    events.grow(microscope.state.eventCount)
    shelf.value = { events }
  }

  watch([() => microscope.stop, () => microscope.kinds, running], refresh, { immediate: true })
  return { count, shelf, at, need }
}
