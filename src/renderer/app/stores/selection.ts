import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { AnyRecord, RecordId } from '../../../protocol/records.ts'
import { useRecords } from './records.ts'

/** The one selection that outline, canvas, inspector and timeline share. */
export const useSelection = defineStore('selection', () => {
  const records = useRecords()
  const id = shallowRef<RecordId | null>(null)
  const hovered = shallowRef<RecordId | null>(null)
  /** Counts requests to bring the selection into view, so that choosing the same object again scrolls to it again. */
  const revealed = shallowRef(0)
  const record = computed<AnyRecord | undefined>(() => records.get(id.value))

  function select(next: RecordId | null): void {
    id.value = next
  }

  /** Selects, and asks every view to scroll or pan to it. */
  function reveal(next: RecordId): void {
    id.value = next
    revealed.value++
  }

  function hover(next: RecordId | null): void {
    hovered.value = next
  }

  return { id, hovered, revealed, record, select, reveal, hover }
})
