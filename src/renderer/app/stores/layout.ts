import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { PanelId } from '../panels.ts'

/** What the dock can do; it sets this when it is mounted. */
export interface DockControl {
  show(id: PanelId): void
  hide(id: PanelId): void
  isOpen(id: PanelId): boolean
  reset(): void
}

/** Which panels are there and in front. Panels are asked for by id; the dock decides where they go. */
export const useLayout = defineStore('layout', () => {
  let dock: DockControl | null = null
  /** Panels in the dock now, and the one that is active in the whole window. */
  const open = shallowRef<readonly PanelId[]>([])
  const active = shallowRef<PanelId | null>(null)
  /** Side panels that there is no room for (1024 px and below, projector): they are drawers over the centre. */
  const drawers = shallowRef<readonly PanelId[]>([])
  /** The drawer that is pulled out. */
  const drawer = shallowRef<PanelId | null>(null)

  function attach(control: DockControl | null): void {
    dock = control
  }

  /** Brings a panel to the front, opening it where it was hidden. */
  function show(id: PanelId): void {
    if (drawers.value.includes(id)) drawer.value = id
    else dock?.show(id)
  }

  function toggle(id: PanelId): void {
    if (drawers.value.includes(id)) drawer.value = drawer.value === id ? null : id
    else if (dock?.isOpen(id)) dock.hide(id)
    else dock?.show(id)
  }

  /** The panel that has the whole workspace while it is in front. */
  const filling = shallowRef<PanelId | null>(null)

  const reset = () => dock?.reset()

  return { open, active, drawers, drawer, filling, attach, show, toggle, reset }
})
