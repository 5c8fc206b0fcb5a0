import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { AnyRecord, RecordId } from '../../../protocol/records.ts'
import { useRecords } from './records.ts'

/** The one selection that outline, canvas, inspector and timeline share. */
export const useSelection = defineStore('selection', () => {
  const records = useRecords()
  const id = shallowRef<RecordId | null>(null)
  const hovered = shallowRef<RecordId | null>(null)
  /** Counts requests to bring the selection into view, so that choosing the same object again scrolls to it again. */
  const revealed = shallowRef(0)
  /** To be revealed as soon as its record is there, unless something else is chosen before. */
  const awaited = shallowRef<RecordId | null>(null)
  const record = computed<AnyRecord | undefined>(() => records.get(id.value))

  function select(next: RecordId | null): void {
    awaited.value = null
    id.value = next
  }

  /** Selects, and asks every view to scroll or pan to it: at once, or when it comes (a new container may wait for its image). */
  function reveal(next: RecordId): void {
    if (!records.peek(next)) {
      awaited.value = next
      return
    }
    select(next)
    revealed.value++
  }

  watch(() => records.get(awaited.value), (come) => { if (come) reveal(come.id) })

  function hover(next: RecordId | null): void {
    hovered.value = next
  }

  return { id, hovered, revealed, record, select, reveal, hover }
})
