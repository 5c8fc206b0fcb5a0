import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { useSettings } from './settings.ts'

/** Six stops, each done by doing. Coach marks never take keys: they only point and listen. */
export const TOUR_STOPS = ['outline', 'topology', 'step', 'timeline', 'studio', 'palette'] as const
export type TourStop = (typeof TOUR_STOPS)[number]

export const useTour = defineStore('tour', () => {
  const at = shallowRef<number | null>(null)
  const stop = computed<TourStop | null>(() => (at.value === null ? null : (TOUR_STOPS[at.value] ?? null)))

  function start(): void {
    at.value = 0
  }

  function end(): void {
    at.value = null
    useSettings().settings.tourDone = true
  }

  /** The task of this stop was done: on to the next. */
  function done(which: TourStop): void {
    if (stop.value !== which || at.value === null) return
    if (at.value + 1 < TOUR_STOPS.length) at.value++
    else end()
  }

  return { at, stop, start, end, done }
})
