import { computed, shallowRef, watch } from 'vue'
import type { AnyRecord, HostRecord, RecordId } from '../../../protocol/records.ts'
import type { ErrorInfo } from '../../../protocol/errors.ts'
import type { StructureAnswer, StructurePart } from '../../../protocol/structure.ts'
import { explain } from '../../app/connection/core-error.ts'
import { useCore } from '../../app/stores/core.ts'
import { useRecords } from '../../app/stores/records.ts'
import { recordsBy } from '../sections.ts'

/** The host that a record is, is on, or runs on. */
export function hostOf(record: AnyRecord): HostRecord | undefined {
  if (record.type === 'host') return record
  return record.type === 'vm' || record.type === 'hypervisor' ? useRecords().get(record.host) : undefined
}

/** A host's structure as it is now, asked again whenever something on the host changes; and what the crash of the chosen part would do. */
export function useStructure(record: () => AnyRecord) {
  const core = useCore()
  const answer = shallowRef<StructureAnswer | null>(null)
  const error = shallowRef<ErrorInfo | null>(null)
  const selected = shallowRef<string | null>(null)
  let asked = 0

  const host = computed(() => hostOf(record()))
  const vm = computed((): RecordId<'vm'> | undefined => {
    const about = record()
    return about.type === 'vm' && about.role !== 'privileged-domain' ? about.id : undefined
  })
  /** What the answer depends on. */
  const signature = computed(() => {
    const on = host.value
    if (!on) return ''
    const vms = recordsBy('vm', (each) => each.host === on.id).map(({ id, name, state, technique, vcpus, hasDisk, hasNic }) => [id, name, state, technique, vcpus, hasDisk, hasNic].join(' '))
    const hypervisors = recordsBy('hypervisor', (each) => each.host === on.id).map(({ id }) => id)
    return [on.id, on.os, on.state, ...on.failed, vm.value, ...hypervisors, ...vms].join('\n')
  })

  async function ask(): Promise<void> {
    const on = host.value
    const mine = ++asked
    if (!on || !core.ready) return
    try {
      const got = await core.query('host.structure', { host: on.id, ...(vm.value && { vm: vm.value }), ...(selected.value !== null && { crash: selected.value }) })
      if (mine !== asked) return
      answer.value = got
      error.value = null
    } catch (thrown) {
      if (mine !== asked) return
      // The chosen part has gone with its VM.
      if (selected.value !== null) selected.value = null
      else error.value = explain(thrown)
    }
  }

  watch(() => record().id, () => { selected.value = null; answer.value = null })
  watch([signature, selected, () => core.ready], () => void ask(), { immediate: true })

  const children = computed(() => {
    const byContainer = new Map<string, StructurePart[]>()
    for (const part of answer.value?.parts ?? []) if (part.in !== null) byContainer.set(part.in, [...(byContainer.get(part.in) ?? []), part])
    return byContainer
  })
  const find = (id: string): StructurePart | undefined => answer.value?.parts.find((part) => part.id === id)
  return { host, answer: computed(() => answer.value), error, selected, find, childrenOf: (id: string): readonly StructurePart[] => children.value.get(id) ?? [] }
}
