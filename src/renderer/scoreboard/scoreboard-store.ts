import { defineStore } from 'pinia'
import { computed, shallowReactive, shallowRef } from 'vue'
import { type ScoreCell, type WorkloadName, WORKLOADS } from '../../protocol/comparison.ts'
import { type CostChoice, type CostParameter, type CpuPresetName, DEFAULT_PRESET } from '../../protocol/costs.ts'
import type { ErrorInfo } from '../../protocol/errors.ts'
import { type TechniqueName, TECHNIQUES } from '../../protocol/machine.ts'
import { explain } from '../app/connection/core-error.ts'
import { t } from '../app/i18n/index.ts'
import { useAnnouncer } from '../app/stores/announcer.ts'
import { useCore } from '../app/stores/core.ts'
import { cellKey, type CellKey, RANKED, ranksOf } from './model/ranks.ts'

/** Whose costs, and which of them were changed. */
function useCosts() {
  const core = useCore()
  const preset = shallowRef<CpuPresetName>(DEFAULT_PRESET)
  const changes = shallowRef<Readonly<Record<string, number>>>({})
  const parameters = shallowRef<readonly CostParameter[]>([])
  const choice = computed<CostChoice>(() => ({ preset: preset.value, changes: changes.value }))

  const load = async (): Promise<void> => { parameters.value = (await core.machineRequest('scoreboard.costs', { costs: choice.value })).parameters }

  async function choose(name: CpuPresetName): Promise<void> {
    preset.value = name
    changes.value = {}
    await load()
  }

  /** Null: as the preset says. */
  async function change(id: string, value: number | null): Promise<void> {
    const before = changes.value
    const others = Object.entries(before).filter(([known]) => known !== id)
    changes.value = Object.fromEntries(value === null ? others : [...others, [id, value]])
    try {
      await load()
    } catch (error) {
      changes.value = before
      throw error
    }
  }

  return { preset, changes, parameters, choice, load, choose, change }
}

/** What somebody expects: for each workload, the place of each technique, the fastest first. */
function usePrediction() {
  const places = shallowReactive(new Map<CellKey, number>())
  const predict = (workload: WorkloadName, technique: TechniqueName, place: number | null): void => {
    if (place === null) places.delete(cellKey(workload, technique))
    else places.set(cellKey(workload, technique), place)
  }
  const complete = computed(() => places.size === WORKLOADS.length * RANKED.length)
  return { places, predict, complete }
}

/** The scoreboard of this window: predicted, run, compared. */
export const useScoreboard = defineStore('scoreboard', () => {
  const core = useCore()
  const costs = useCosts()
  const prediction = usePrediction()
  const cells = shallowReactive(new Map<CellKey, ScoreCell>())
  const failure = shallowRef<ErrorInfo | null>(null)
  /** The cell that runs; null: none does. */
  const running = shallowRef<CellKey | null>(null)
  /** The costs that the cells were run with. */
  const ranWith = shallowRef<CostChoice | null>(null)
  let turn = 0

  const stale = computed(() => ranWith.value !== null && JSON.stringify(ranWith.value) !== JSON.stringify(costs.choice.value))
  const ranks = computed(() => ranksOf(cells))
  const hits = computed(() => [...prediction.places].filter(([key, place]) => ranks.value.get(key) === place).length)

  async function run(): Promise<void> {
    const mine = ++turn
    cells.clear()
    failure.value = null
    const choice = costs.choice.value
    ranWith.value = choice
    try {
      for (const workload of WORKLOADS) for (const technique of TECHNIQUES) {
        running.value = cellKey(workload, technique)
        const cell = await core.machineRequest('scoreboard.run', { workload, technique, costs: choice })
        if (mine !== turn) return
        cells.set(cellKey(workload, technique), cell)
      }
      useAnnouncer().say(t('scoreboard.done'))
    } catch (error) {
      if (mine === turn) failure.value = explain(error)
    } finally {
      if (mine === turn) running.value = null
    }
  }

  async function cancel(): Promise<void> {
    if (running.value === null) return
    turn++
    running.value = null
    await core.machineRequest('scoreboard.cancel', {}).catch(() => undefined)
  }

  return { ...costs, ...prediction, cells, failure, running, ranWith, stale, ranks, hits, run, cancel }
})
