import { type Component, defineAsyncComponent } from 'vue'
import type { IconName } from '../ui/icon-names.ts'

export type PanelId = 'outline' | 'topology' | 'microscope' | 'lockstep' | 'classifier' | 'scoreboard' | 'studio' | 'layers' | 'terminal' | 'inspector' | 'timeline' | 'tasks'
export type PanelPlace = 'left' | 'centre' | 'right' | 'bottom'

export interface PanelSpec {
  readonly id: PanelId
  /** i18n key. */
  readonly title: string
  readonly icon: IconName
  readonly place: PanelPlace
  readonly component: Component
  /** Shown at the right end of the tab bar while this panel is the active one. */
  readonly tools: Component | null
  /** Not there until somebody asks for it: tabs of what is used now and then leave no room for the others. */
  readonly asked: boolean
}

type Loader = () => Promise<{ readonly default: Component }>

/** A panel is a file `src/renderer/<folder>/<Name>Panel.vue`, its tools `<Name>Tools.vue` beside it. */
const modules = import.meta.glob<{ default: Component }>(['../*/*Panel.vue', '../*/*Tools.vue'])

interface Entry {
  readonly id: PanelId
  readonly icon: IconName
  readonly place: PanelPlace
  readonly file: string
  readonly asked?: true
}

const TABLE: readonly Entry[] = [
  { id: 'outline', icon: 'tree', place: 'left', file: '../outline/Outline' },
  { id: 'topology', icon: 'net', place: 'centre', file: '../topology/Topology' },
  { id: 'microscope', icon: 'chip', place: 'centre', file: '../microscope/Microscope' },
  { id: 'lockstep', icon: 'branch', place: 'centre', file: '../lockstep/Lockstep', asked: true },
  { id: 'classifier', icon: 'filter', place: 'centre', file: '../classifier/Classifier', asked: true },
  { id: 'scoreboard', icon: 'check', place: 'centre', file: '../scoreboard/Scoreboard', asked: true },
  { id: 'studio', icon: 'doc', place: 'centre', file: '../studio/Studio' },
  { id: 'layers', icon: 'layers', place: 'centre', file: '../layers/Layers' },
  { id: 'terminal', icon: 'term', place: 'centre', file: '../terminal/Terminal' },
  { id: 'inspector', icon: 'eye', place: 'right', file: '../inspector/Inspector' },
  { id: 'timeline', icon: 'clock', place: 'bottom', file: '../timeline/Timeline' },
  { id: 'tasks', icon: 'check', place: 'bottom', file: '../timeline/Tasks' },
]

const lazy = (loader: Loader | undefined): Component | null => (loader ? defineAsyncComponent(loader) : null)

/** Every dock panel, in tab order. */
export const PANELS: readonly PanelSpec[] = TABLE.flatMap(({ id, icon, place, file, asked = false }) => {
  const component = lazy(modules[`${file}Panel.vue`])
  return component ? [{ id, icon, place, title: `app.panel.${id}`, component, tools: lazy(modules[`${file}Tools.vue`]), asked }] : []
})

export const panelSpec = (id: string): PanelSpec | undefined => PANELS.find((panel) => panel.id === id)
