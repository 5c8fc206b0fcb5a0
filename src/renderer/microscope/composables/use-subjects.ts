import { computed } from 'vue'
import type { VmRecord } from '../../../protocol/records.ts'
import { useRecords } from '../../app/stores/records.ts'
import { useSelection } from '../../app/stores/selection.ts'

const SHOWN = 8

/** VMs that are offered: the selected one first, then those that run, by name, a few of them. */
export function useSubjects() {
  const records = useRecords()
  const selection = useSelection()
  const all = computed(() => [...records.all('vm').values()].filter((vm) => vm.role === 'guest').sort((a, b) => Number(b.state === 'running') - Number(a.state === 'running') || (a.name < b.name ? -1 : 1)))
  const vms = computed<readonly VmRecord[]>(() => {
    const chosen = all.value.filter((vm) => vm.id === selection.id)
    return [...chosen, ...all.value.filter((vm) => vm.id !== selection.id)].slice(0, SHOWN)
  })
  return { vms, more: computed(() => all.value.length > SHOWN) }
}
