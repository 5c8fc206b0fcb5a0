import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { LockstepGoal, LockstepGuest, LockstepState } from '../../protocol/comparison.ts'
import type { ErrorInfo } from '../../protocol/errors.ts'
import { type MachineId, type TechniqueName, TECHNIQUES } from '../../protocol/machine.ts'
import { explain } from '../app/connection/core-error.ts'
import { t } from '../app/i18n/index.ts'
import { useAnnouncer } from '../app/stores/announcer.ts'
import { useCore } from '../app/stores/core.ts'
import { divergenceSentence, latestDivergence } from './model/sentences.ts'

const FIRST_GUEST = 'sensitive/popf'
const FIRST_TECHNIQUES: readonly TechniqueName[] = ['native', 'trap-and-emulate', 'binary-translation']
export const MOST_TECHNIQUES = 4

/** What is chosen to be compared. */
function useChoice() {
  const guests = shallowRef<readonly LockstepGuest[]>([])
  const guest = shallowRef(FIRST_GUEST)
  const techniques = shallowRef<readonly TechniqueName[]>(FIRST_TECHNIQUES)
  const title = computed(() => guests.value.find(({ key }) => key === guest.value)?.title ?? guest.value)

  async function loadGuests(): Promise<void> {
    if (guests.value.length === 0) guests.value = (await useCore().machineRequest('lockstep.guests', {})).guests
  }

  return { guests, guest, techniques, title, loadGuests }
}

/** The comparison that is open, and how it moves. */
function useMachinesSideBySide({ guest, techniques }: ReturnType<typeof useChoice>) {
  const core = useCore()
  const state = shallowRef<LockstepState | null>(null)
  const failure = shallowRef<ErrorInfo | null>(null)
  const opening = shallowRef(false)
  /** Machines of the microscope that are compared; none: what is chosen here is. */
  const branches = shallowRef<readonly MachineId[]>([])
  /** Work goes on, piece by piece, until it is done or somebody stops it. */
  const running = shallowRef(false)
  let stopped = false
  /** Counts what was opened: an answer that comes after the next one is too late. */
  let turn = 0

  /** Begins anew with what is chosen, or with machines of the microscope. */
  async function open(machines: readonly MachineId[] = []): Promise<void> {
    const mine = ++turn
    stopped = true
    await close()
    opening.value = true
    failure.value = null
    try {
      branches.value = machines
      const opened = await (machines.length > 0 ? core.machineRequest('lockstep.machines', { machines: [...machines] }) : core.machineRequest('lockstep.open', { guest: guest.value, techniques: [...techniques.value] }))
      if (mine === turn) state.value = opened
      else await core.machineRequest('lockstep.close', { lockstep: opened.lockstep })
    } catch (error) {
      if (mine === turn) failure.value = explain(error)
    } finally {
      if (mine === turn) opening.value = false
    }
  }

  async function go(goal: LockstepGoal): Promise<void> {
    const at = state.value
    if (!at || running.value) return
    const mine = turn
    running.value = true
    stopped = false
    try {
      let next = await core.machineRequest('lockstep.go', { lockstep: at.lockstep, goal })
      while (mine === turn) {
        state.value = next
        if (!next.busy || stopped) break
        next = await core.machineRequest('lockstep.on', { lockstep: at.lockstep })
      }
      if (mine === turn && goal.kind === 'divergence' && state.value) say(state.value)
    } catch (error) {
      if (mine !== turn) return
      state.value = null
      failure.value = explain(error)
    } finally {
      running.value = false
    }
  }

  async function close(): Promise<void> {
    const at = state.value
    state.value = null
    if (at) await core.machineRequest('lockstep.close', { lockstep: at.lockstep }).catch(() => undefined)
  }

  /** The panel is gone. */
  async function leave(): Promise<void> {
    turn++
    stopped = true
    await close()
  }

  return { state, failure, opening, running, branches, open, go, leave, stop: () => { stopped = true } }
}

function say(state: LockstepState): void {
  const found = latestDivergence(state)
  useAnnouncer().say(found ? divergenceSentence(state, found) : t('lockstep.none-found'))
}

/** The comparison of this window: which guest under which techniques, and where it stands. */
export const useLockstep = defineStore('lockstep', () => {
  const choice = useChoice()
  const machines = useMachinesSideBySide(choice)
  const { guest, techniques } = choice
  const ended = computed(() => machines.state.value?.columns.every(({ end, waits }) => end !== null || waits) ?? false)

  async function choose(next: { readonly guest?: string; readonly techniques?: readonly TechniqueName[] }): Promise<void> {
    guest.value = next.guest ?? guest.value
    techniques.value = TECHNIQUES.filter((name) => (next.techniques ?? techniques.value).includes(name))
    await machines.open()
  }

  /** Adds a technique or takes it away; two are the least. */
  function toggle(name: TechniqueName): Promise<void> | undefined {
    const chosen = techniques.value.includes(name) ? techniques.value.filter((other) => other !== name) : [...techniques.value, name]
    return chosen.length < 2 || chosen.length > MOST_TECHNIQUES ? undefined : choose({ techniques: chosen })
  }

  return { ...choice, ...machines, ended, choose, toggle }
})
