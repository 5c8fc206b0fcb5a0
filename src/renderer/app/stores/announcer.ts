import { defineStore } from 'pinia'
import { shallowRef } from 'vue'

const QUIET_MS = 1000

/** What a screen reader should say. Rate limited: of several messages within a second the last one is said. */
export const useAnnouncer = defineStore('announcer', () => {
  const text = shallowRef('')
  let next: string | null = null
  let timer: ReturnType<typeof setTimeout> | null = null

  function speak(): void {
    timer = null
    if (next === null) return
    text.value = next
    next = null
    timer = setTimeout(speak, QUIET_MS)
  }

  function say(message: string): void {
    next = message
    if (timer === null) speak()
  }

  return { text, say }
})
