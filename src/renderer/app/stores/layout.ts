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
  /** At 1024 px and below side panels are drawers; this is the one that is pulled out. */
  const narrow = shallowRef(false)
  const drawer = shallowRef<PanelId | null>(null)

  function attach(control: DockControl | null): void {
    dock = control
  }

  /** Brings a panel to the front, opening it where it was hidden. */
  function show(id: PanelId): void {
    if (narrow.value && (id === 'outline' || id === 'inspector')) drawer.value = id
    else dock?.show(id)
  }

  function toggle(id: PanelId): void {
    if (narrow.value && (id === 'outline' || id === 'inspector')) drawer.value = drawer.value === id ? null : id
    else if (dock?.isOpen(id)) dock.hide(id)
    else dock?.show(id)
  }

  const reset = () => dock?.reset()

  return { open, active, narrow, drawer, attach, show, toggle, reset }
})
