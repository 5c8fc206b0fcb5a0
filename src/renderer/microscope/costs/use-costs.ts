import { computed, shallowRef, watch } from 'vue'
import type { CostChoice, CostParameter, CpuPresetName, MachineCosts } from '../../../protocol/costs.ts'
import { useMachines } from '../../app/stores/machines.ts'
import { attempt } from '../microscope-actions.ts'
import { useMicroscope } from '../microscope-store.ts'

/** A parameter of the table, and what came of it in the run. */
export interface CostRow extends CostParameter {
  readonly count: number
  readonly cycles: number
}

/** The table of costs of the machine under the microscope, as it stands; and its changes. */
export function useCosts() {
  const machines = useMachines()
  const microscope = useMicroscope()
  const costs = shallowRef<MachineCosts | null>(null)
  let asking = false

  const rows = computed<readonly CostRow[]>(() => (costs.value?.parameters ?? []).map((parameter) => {
    const lines = costs.value!.lines.filter((line) => line.parameter === parameter.id)
    return { ...parameter, count: sum(lines.map(({ count }) => count)), cycles: sum(lines.map(({ cycles }) => cycles)) }
  }))
  const changes = computed(() => Object.fromEntries(rows.value.flatMap(({ id, value, given }) => (value !== null && value !== given ? [[id, value] as const] : []))))

  async function fetch(): Promise<void> {
    const { machine } = microscope
    if (asking || !machine || !microscope.state) return
    asking = true
    const { state } = microscope
    await attempt(async () => {
      const answer = await machines.request('machine.costs', { machine })
      if (microscope.machine === machine) costs.value = answer
    })
    asking = false
    // It went on meanwhile.
    if (microscope.state !== state) await fetch()
  }

  const calibrate = (choice: CostChoice): Promise<void> => attempt(async () => {
    if (microscope.machine) await machines.request('machine.calibrate', { machine: microscope.machine, costs: choice })
    await fetch()
  })
  const choose = (preset: CpuPresetName): Promise<void> => calibrate({ preset })
  const resetAll = (): Promise<void> => calibrate({ preset: costs.value!.preset })

  /** Another figure; null: the preset's. */
  function change(id: string, value: number | null): Promise<void> {
    const others = Object.fromEntries(Object.entries(changes.value).filter(([key]) => key !== id))
    return calibrate({ preset: costs.value!.preset, changes: value === null ? others : { ...others, [id]: value } })
  }

  watch(() => microscope.machine, () => { costs.value = null })
  watch(() => microscope.state, () => void fetch(), { immediate: true })
  return { costs, rows, changes, choose, change, resetAll }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
