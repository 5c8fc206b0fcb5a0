import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { Level, Overlay } from '../paint/scene-view.ts'

/** What the canvas can do for its tools and for the app's actions; set while the canvas is there. */
export interface StageControl {
  zoomIn(): void
  zoomOut(): void
  fit(): void
}

/** What the topology's canvas and its tools in the tab bar share. */
export const useTopologyView = defineStore('topology-view', () => {
  const level = shallowRef<Level>('vm')
  const overlay = shallowRef<Overlay>('compute')
  const stage = shallowRef<StageControl | null>(null)
  return { level, overlay, stage }
})
