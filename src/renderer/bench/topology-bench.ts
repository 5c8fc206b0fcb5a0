import '../styles/tokens.css'
import { TooltipProvider } from 'reka-ui'
import { createPinia } from 'pinia'
import { createApp, h } from 'vue'
import type { AnyRecord, RecordId } from '../../protocol/records.ts'
import { registerAppActions } from '../app/actions/index.ts'
import { i18n } from '../app/i18n/index.ts'
import { useRecords } from '../app/stores/records.ts'
import { useSelection } from '../app/stores/selection.ts'
import { useSettings, type ThemeChoice } from '../app/stores/settings.ts'
import { generateRoom } from '../testing/generate-room.ts'
import { growingRoom, teachingRoom } from '../testing/teaching-room.ts'
import TopologyPanel from '../topology/TopologyPanel.vue'
import TopologyTools from '../topology/TopologyTools.vue'
import sprite from '../ui/icons.svg?raw'

/**
 * The topology panel alone, with made-up records: `?objects=10000` or `?room=teaching|growing`, `&theme=`, `&scale=projector`,
 * `&select=ID`. For benchmarks and screenshots; never part of the shipped app.
 */
const wanted = new URLSearchParams(location.search)
import.meta.glob('../styles/*.css', { eager: true })

function records(): AnyRecord[] {
  const room = wanted.get('room')
  if (room === 'teaching') return teachingRoom()
  return room === 'growing' ? growingRoom() : generateRoom(Number(wanted.get('objects') ?? 0))
}

const holder = document.createElement('div')
holder.hidden = true
holder.innerHTML = sprite
document.body.prepend(holder)
const app = createApp({ render: () => h(TooltipProvider, () => [h('div', { id: 'tools' }, h(TopologyTools)), h('div', { style: 'flex:1;min-height:0;position:relative' }, h(TopologyPanel))]) })
app.use(createPinia())
app.use(i18n)
const { settings } = useSettings()
settings.theme = (wanted.get('theme') ?? 'light') as ThemeChoice
settings.projector = wanted.get('scale') === 'projector'
registerAppActions()
const made = records()
performance.mark('records')
useRecords().load({ seq: 1, simTime: 14, records: made })
const selected = wanted.get('select')
if (selected) useSelection().select(selected as RecordId)
app.mount('#app')

interface BenchWindow {
  /** Changes the state of every n-th VM, as a busy simulation would. */
  churn?: (count: number) => number
}

;(window as unknown as BenchWindow).churn = (count) => {
  const store = useRecords()
  const updated: Record<RecordId, { readonly state: string }> = {}
  let left = count
  for (const vm of store.all('vm').values()) if (left-- > 0) updated[vm.id] = { state: vm.state === 'running' ? 'paused' : 'running' }
  const start = performance.now()
  store.apply({ seq: 2, simTime: store.simTime + 1, diff: { added: {}, updated, removed: [] } })
  return performance.now() - start
}
