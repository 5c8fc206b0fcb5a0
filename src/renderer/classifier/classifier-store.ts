import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { type Classification, type FailureCell, type FailureRow, MENDS, type MendName, type PlaceName, type SensitiveGuest } from '../../protocol/classifier.ts'
import type { MachineRequestName, MachineRequestParams, MachineRequestResults } from '../../protocol/machine.ts'
import { explain } from '../app/connection/core-error.ts'
import { t, tn } from '../app/i18n/index.ts'
import { useAnnouncer } from '../app/stores/announcer.ts'
import { useLayout } from '../app/stores/layout.ts'
import { useMachines } from '../app/stores/machines.ts'
import { useToasts } from '../app/stores/toasts.ts'
import { useLockstep } from '../lockstep/lockstep-store.ts'
import { useMicroscope } from '../microscope/microscope-store.ts'
import { changedRows, chosenRows, countKinds, type KindFilter, type Sorting, type SortKey } from './model/table.ts'

export type ClassifierTab = 'instructions' | 'failures'
/** Rows that a reader may say something about before the first run: half of them a monitor never hears of. */
export const GUESSED = ['9d', 'fa', '0f01/0', 'f4', '0e', '01'] as const

/** Asks the core; what goes wrong becomes a toast, but not what somebody cancelled. */
async function ask<N extends MachineRequestName>(name: N, params: MachineRequestParams<N>): Promise<MachineRequestResults[N] | null> {
  try {
    return await useMachines().request(name, params)
  } catch (error) {
    const info = explain(error)
    if (info.code !== 'cancelled') useToasts().error(info)
    return null
  }
}

/** The instruction set as it was classified: as it is, and with the mends that are switched on. */
function useClassification() {
  const plain = shallowRef<Classification | null>(null)
  const result = shallowRef<Classification | null>(null)
  const mends = shallowRef<readonly MendName[]>([])
  const busy = shallowRef(false)
  const guesses = shallowRef<ReadonlySet<string>>(new Set())
  let turn = 0

  async function classify(wanted: readonly MendName[]): Promise<void> {
    const mine = ++turn
    mends.value = wanted
    busy.value = true
    const answer = await ask('classifier.classify', { mends: [...wanted] })
    if (mine !== turn) return
    busy.value = false
    if (!answer) {
      mends.value = result.value?.mends ?? []
      return
    }
    if (answer.mends.length === 0) plain.value = answer
    result.value = answer
    const status = t(`classifier.verdict.${answer.theorem1.holds ? 'holds' : 'fails'}`)
    useAnnouncer().say(tn('classifier.said.classified', countKinds(answer.rows).sensitive, { theorem: t('classifier.verdict.1'), status }))
  }

  const toggle = (mend: MendName): Promise<void> => classify(MENDS.filter((name) => mends.value.includes(name) !== (name === mend)))
  const cancel = (): Promise<unknown> => ask('classifier.cancel', {})

  function guess(encoding: string): void {
    const next = new Set(guesses.value)
    if (!next.delete(encoding)) next.add(encoding)
    guesses.value = next
  }

  return { plain, result, mends, busy, guesses, classify, toggle, cancel, guess }
}

/** Which rows are shown, in which order, and which is looked at. */
function useRows({ plain, result }: ReturnType<typeof useClassification>) {
  const filter = shallowRef<KindFilter>('all')
  const text = shallowRef('')
  const sorting = shallowRef<Sorting>({ by: 'kind', down: false })
  const chosen = shallowRef<string | null>(null)

  const counts = computed(() => countKinds(result.value?.rows ?? []))
  const changed = computed<ReadonlySet<string>>(() => (plain.value && result.value ? changedRows(plain.value, result.value) : new Set()))
  const rows = computed(() => chosenRows(result.value?.rows ?? [], filter.value, changed.value, text.value, sorting.value))
  const row = computed(() => result.value?.rows.find(({ encoding }) => encoding === chosen.value) ?? null)
  const before = computed(() => plain.value?.rows.find(({ encoding }) => encoding === chosen.value) ?? null)

  function sort(by: SortKey): void {
    sorting.value = { by, down: sorting.value.by === by && !sorting.value.down }
  }

  return { filter, text, sorting, chosen, counts, changed, rows, row, before, sort }
}

/** The guests of the seventeen, and what they found in each place. */
function useFailures() {
  const guests = shallowRef<readonly SensitiveGuest[]>([])
  const found = shallowRef<ReadonlyMap<string, FailureRow>>(new Map())
  const running = shallowRef(false)
  const cell = shallowRef<{ readonly key: string; readonly place: PlaceName } | null>(null)
  let turn = 0

  const cellAt = (key: string, place: PlaceName): FailureCell | null => found.value.get(key)?.cells.find((one) => one.place === place) ?? null

  async function loadGuests(): Promise<void> {
    if (guests.value.length === 0) guests.value = (await ask('classifier.guests', {}))?.guests ?? []
  }

  /** One guest after the other, so that it can be stopped and seen to go on. */
  async function runFailures(): Promise<void> {
    if (running.value) return
    const mine = ++turn
    running.value = true
    found.value = new Map()
    await loadGuests()
    for (const { key } of guests.value) {
      if (mine !== turn) return
      const row = await ask('classifier.failures', { key })
      if (mine !== turn) return
      if (!row) return stopFailures()
      found.value = new Map([...found.value, [key, row]])
    }
    useAnnouncer().say(t('classifier.said.failures'))
    stopFailures()
  }

  /** What is under way is not waited for. */
  function stopFailures(): void {
    turn++
    running.value = false
  }
  return { guests, found, running, cell, cellAt, loadGuests, runFailures, stopFailures }
}

/** The classifier of this window. */
export const useClassifier = defineStore('classifier', () => {
  const tab = shallowRef<ClassifierTab>('instructions')
  const theorem = shallowRef<1 | 3>(1)
  const classification = useClassification()

  /** Opens an instruction's guest in the microscope, its kernel deprivileged. */
  async function tryIt({ title, source }: SensitiveGuest): Promise<void> {
    const microscope = useMicroscope()
    microscope.technique = 'trap-and-emulate'
    useLayout().show('microscope')
    await microscope.openSource(title, source)
  }

  /** Runs it side by side on bare metal, deprivileged and translated. */
  async function compare({ key }: SensitiveGuest): Promise<void> {
    useLayout().show('lockstep')
    await useLockstep().choose({ guest: `sensitive/${key}`, techniques: ['native', 'trap-and-emulate', 'binary-translation'] })
  }

  return { tab, theorem, tryIt, compare, ...classification, ...useRows(classification), ...useFailures() }
})
