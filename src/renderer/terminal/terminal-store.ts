import { defineStore } from 'pinia'
import { computed, shallowReactive, shallowRef, watch } from 'vue'
import type { RecordId, TerminalRecord } from '../../protocol/records.ts'
import { explain } from '../app/connection/core-error.ts'
import { useCore } from '../app/stores/core.ts'
import { useFocus } from '../app/stores/focus.ts'
import { readPersisted, writePersisted } from '../app/stores/persisted.ts'
import { useRecords } from '../app/stores/records.ts'
import { useToasts } from '../app/stores/toasts.ts'
import { consolePlaces, type ShellPlace, shellPlaces } from './model/places.ts'

const serial = (id: string): number => Number(/\d+$/.exec(id)?.[0] ?? 0)
const COLUMNS = 100
const ROWS = 30

/** The terminals of this window: which are shown, which is in front, where new ones can be opened. */
export const useTerminals = defineStore('terminals', () => {
  const core = useCore()
  const records = useRecords()
  const focus = useFocus()
  const dismissed = shallowReactive(new Set<TerminalRecord['id']>())
  /** Seen open in this window: when its shell ends, its last words stay until it is closed here. */
  const seen = shallowReactive(new Set<TerminalRecord['id']>())
  const screenReader = shallowRef(readPersisted('terminal', { screenReader: false }).screenReader)

  const tabs = computed<readonly TerminalRecord[]>(() => [...records.all('terminal').values()]
    .filter((terminal) => !dismissed.has(terminal.id) && (terminal.state === 'open' || seen.has(terminal.id)))
    .sort((a, b) => serial(a.id) - serial(b.id)))
  const current = computed<TerminalRecord | null>(() => tabs.value.find(({ id }) => id === focus.terminal) ?? tabs.value.at(-1) ?? null)
  const places = computed(() => shellPlaces(records.all('engine').values(), records.all('container').values(), (id) => records.get(id)))

  const consoles = computed(() => consolePlaces(records.all('vm').values(), records.all('engine').values()))
  /** The VM whose console is shown in place of the shells. */
  const watched = shallowRef<RecordId<'vm'> | null>(null)

  watch(() => focus.terminal, () => { watched.value = null })
  watch(tabs, (shown) => shown.forEach(({ id }) => seen.add(id)), { immediate: true })
  watch(screenReader, (on) => writePersisted('terminal', { screenReader: on }))

  async function open(place: Pick<ShellPlace, 'target'>): Promise<void> {
    try {
      const { terminal } = await core.command('terminal.open', { target: place.target, columns: COLUMNS, rows: ROWS })
      watched.value = null
      focus.terminal = terminal
    } catch (error) {
      useToasts().error(explain(error))
    }
  }

  async function close(terminal: TerminalRecord): Promise<void> {
    dismissed.add(terminal.id)
    if (terminal.state === 'closed') return
    try {
      await core.command('terminal.close', { terminal: terminal.id })
    } catch (error) {
      useToasts().error(explain(error))
    }
  }

  return { tabs, current, places, consoles, watched, screenReader, open, close }
})
