import { computed, type ComputedRef } from 'vue'
import type { RecordId } from '../../../protocol/records.ts'
import { stateLook } from '../look.ts'
import { useRecords } from '../stores/records.ts'

/** Objects of the simulated world that are in trouble now. */
export function useProblems(): ComputedRef<readonly RecordId[]> {
  const records = useRecords()
  return computed(() => (['host', 'vm', 'container'] as const).flatMap((type) =>
    [...records.all(type).values()].filter((record) => stateLook(record)?.tone === 'fault').map((record) => record.id)))
}
