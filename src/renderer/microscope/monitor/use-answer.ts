import { shallowRef, watch } from 'vue'
import type { MachineId, MachineRequestName, MachineRequestParams, MachineRequestResults } from '../../../protocol/machine.ts'
import { useMachines } from '../../app/stores/machines.ts'
import { useMicroscope } from '../microscope-store.ts'

/** What the machine answers where it stands; asked again at each stop, and when `params` give something else. The answer before stays until the next is there. */
export function useAnswer<N extends MachineRequestName>(name: N, params: (machine: MachineId) => MachineRequestParams<N>) {
  const machines = useMachines()
  const microscope = useMicroscope()
  const answer = shallowRef<MachineRequestResults[N] | null>(null)
  let latest = 0

  async function ask(): Promise<void> {
    const { machine, stop } = microscope
    if (!machine || !stop) return
    const mine = ++latest
    try {
      const given = await machines.request(name, params(machine))
      if (mine === latest && microscope.machine === machine) answer.value = given
    } catch {
      // A machine without such a thing shows none; one that is gone takes the pane with it.
      if (mine === latest) answer.value = null
    }
  }

  watch(() => microscope.machine, () => { answer.value = null })
  watch([() => microscope.stop, () => (microscope.machine ? JSON.stringify(params(microscope.machine)) : '')], ask, { immediate: true })
  return answer
}
