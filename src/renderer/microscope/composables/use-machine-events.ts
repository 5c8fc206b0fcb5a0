import { computed, shallowReactive, shallowRef, watch } from 'vue'
import type { MachineEvent, MachineEventKind } from '../../../protocol/machine.ts'
import { useMachines } from '../../app/stores/machines.ts'
import { attempt } from '../microscope-actions.ts'
import { useMicroscope } from '../microscope-store.ts'

export const EVENT_KINDS: readonly MachineEventKind[] = ['fault', 'interrupt', 'gate', 'return', 'io', 'control', 'halt', 'end']

const PAGE = 200

/** All events of the run, newest first, fetched by the page as they come into view; while the machine runs, the latest ones. */
export function useMachineEvents() {
  const machines = useMachines()
  const microscope = useMicroscope()
  const kind = shallowRef<MachineEventKind | null>(null)
  const total = shallowRef(0)
  const pages = shallowReactive(new Map<number, readonly MachineEvent[]>())
  const asked = new Set<number>()
  let version = 0

  const running = computed(() => microscope.state?.running === true)
  const recent = computed(() => (microscope.state?.recent ?? []).filter((event) => kind.value === null || event.kind === kind.value))
  const count = computed(() => (running.value ? recent.value.length : total.value))

  /** The event of a row, 0 = newest; undefined while it is on its way. */
  function at(row: number): MachineEvent | undefined {
    if (running.value) return recent.value[recent.value.length - 1 - row]
    const index = total.value - 1 - row
    return pages.get(Math.floor(index / PAGE))?.[index % PAGE]
  }

  async function fetch(page: number): Promise<void> {
    const { machine } = microscope
    if (!machine || asked.has(page)) return
    asked.add(page)
    const mine = version
    await attempt(async () => {
      const answer = await machines.request('machine.events', { machine, from: page * PAGE, count: PAGE, ...(kind.value ? { kind: kind.value } : {}) })
      if (mine !== version) return
      total.value = answer.total
      pages.set(page, answer.events)
    })
  }

  /** Sees to it that the rows in view are there. */
  function need(first: number, last: number): void {
    if (running.value || total.value === 0) return
    const page = (row: number): number => Math.floor(Math.max(0, total.value - 1 - row) / PAGE)
    for (let one = page(last); one <= page(first); one++) void fetch(one)
  }

  async function refresh(): Promise<void> {
    version++
    pages.clear()
    asked.clear()
    const { machine, state } = microscope
    if (!machine || !state || state.running) return
    const mine = version
    await attempt(async () => {
      const { total: all } = await machines.request('machine.events', { machine, from: 0, count: 1, ...(kind.value ? { kind: kind.value } : {}) })
      if (mine === version) total.value = all
    })
    if (mine === version && total.value > 0) await fetch(Math.floor((total.value - 1) / PAGE))
  }

  watch([() => microscope.stop, kind, running], () => void refresh(), { immediate: true })
  const loaded = computed(() => [...pages.values()].flat())
  return { kind, count, at, need, loaded }
}
