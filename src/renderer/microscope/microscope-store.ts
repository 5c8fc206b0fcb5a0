import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { GuestInfo, MachineEventKind, MachineId, MachineRequestName, MachineRequestParams, MachineRequestResults, MachineState, RunUntil, TechniqueName } from '../../protocol/machine.ts'
import type { Guess } from '../../protocol/monitor.ts'
import { isVmId, type RecordId } from '../../protocol/records.ts'
import { explain } from '../app/connection/core-error.ts'
import { useAnnouncer } from '../app/stores/announcer.ts'
import { useMachines } from '../app/stores/machines.ts'
import { useToasts } from '../app/stores/toasts.ts'
import { stopSentence } from './model/sentences.ts'

export type MonitorTab = 'monitor' | 'vmcs' | 'translations' | 'hypercalls'
export type CentreTab = 'code' | 'program' | MonitorTab
export type HoldingTab = 'stack' | 'memory' | 'walk' | 'devices' | 'rings'
export type BelowTab = 'events' | 'console' | 'screen' | 'costs' | HoldingTab

/** Which machine lies under the microscope, how it stands, and how it stood at the stop before. */
function useSubject() {
  const link = useMachines()
  const machine = shallowRef<MachineId | null>(null)
  const state = computed<MachineState | null>(() => link.get(machine.value) ?? null)
  /** The latest state in which the machine stood still, and the one before that at another moment. */
  const stop = shallowRef<MachineState | null>(null)
  const before = shallowRef<MachineState | null>(null)
  /** Lines of the program's text; none while they are on their way, or where there is no text. */
  const source = shallowRef<readonly string[]>([])

  function show(id: MachineId): void {
    if (machine.value === id) return
    stop.value = null
    before.value = null
    machine.value = id
  }

  function forget(): void {
    machine.value = null
    stop.value = null
    before.value = null
  }

  watch(state, (now) => {
    if (!now || now.running || now === stop.value) return
    const last = stop.value
    if (last && last.machine === now.machine && last.tick !== now.tick) before.value = last
    stop.value = now
    if (last) useAnnouncer().say(stopSentence(now, before.value))
  }, { flush: 'sync' })

  // The machine keeps its text, also while this window is reloaded. Without an answer, numbers of lines are shown.
  watch(() => (state.value ? machine.value : null), async (id) => {
    source.value = []
    const answer = id ? await link.request('machine.source', { machine: id }).catch(() => null) : null
    if (machine.value === id) source.value = answer?.source?.split('\n') ?? []
  }, { flush: 'sync' })

  // Machines outlive a window that is reloaded: it finds them again.
  watch(() => link.open, (open) => { if (machine.value === null && open[0]) show(open[0]) }, { immediate: true })

  /** Why the machine is not there any more; null while it is, or when there was none. */
  const failure = computed(() => (machine.value && !state.value ? link.failure(machine.value) : null))
  return { link, machine, state, stop, before, failure, source, show, forget }
}

/** Opens machines, one at a time; what goes wrong becomes a toast. */
function useOpening({ link, machine, show, forget }: ReturnType<typeof useSubject>, { centre, below }: ReturnType<typeof useViews>) {
  const opening = shallowRef<string | null>(null)
  const guests = shallowRef<readonly GuestInfo[]>([])
  /** How the guests and programs that are opened next are virtualized. */
  const technique = shallowRef<TechniqueName>('native')

  async function open(title: string, ask: () => Promise<MachineState>, own = false): Promise<boolean> {
    if (opening.value !== null) return false
    opening.value = title
    try {
      const state = await ask()
      show(state.machine)
      // Of one's own program one wants to see what it prints; of others, what they are about to do.
      if (own) below.value = 'console'
      else centre.value = 'code'
      return true
    } catch (error) {
      useToasts().error(explain(error))
      return false
    } finally {
      opening.value = null
    }
  }

  const openVm = (vm: RecordId<'vm'>, name: string) => open(name, () => link.request('machine.open', { machine: vm }))
  const openGuest = (guest: GuestInfo) => open(guest.title, () => link.request('machine.open-guest', { guest: guest.key, technique: technique.value }))
  const openSource = (title: string, source: string) => open(title, () => link.request('machine.open-source', { source, title, technique: technique.value }), true)
  const openImage = (name: string, base64: string) => open(name, () => link.request('machine.open-image', { name, base64, technique: technique.value }))

  async function loadGuests(): Promise<void> {
    if (guests.value.length > 0) return
    guests.value = (await link.request('machine.guests', {})).guests
  }

  async function close(): Promise<void> {
    const id = machine.value
    if (id && link.get(id)) await link.request('machine.close', { machine: id })
    forget()
  }

  return { opening, guests, technique, openVm, openGuest, openSource, openImage, loadGuests, close }
}

/** Runs the machine and moves through its time. One request at a time: a key that repeats does not queue up. */
function useTransport({ link, machine, state, stop, before }: ReturnType<typeof useSubject>) {
  const busy = shallowRef(false)
  const nextKind = shallowRef<MachineEventKind | null>(null)
  /** The moment at which it was told what somebody had predicted. */
  const revealed = shallowRef<number | null>(null)
  let wanted: number | null = null

  async function ask<N extends MachineRequestName>(name: N, params: MachineRequestParams<N>): Promise<MachineRequestResults[N] | null> {
    if (busy.value) return null
    busy.value = true
    try {
      return await link.request(name, params)
    } finally {
      busy.value = false
    }
  }

  async function run(until: RunUntil): Promise<void> {
    if (machine.value && state.value?.running === false) await ask('machine.run', { machine: machine.value, until })
  }

  async function pause(): Promise<void> {
    if (machine.value) await link.request('machine.pause', { machine: machine.value })
  }

  async function back(kind: 'instruction' | 'event'): Promise<void> {
    if (machine.value) await ask('machine.back', { machine: machine.value, by: { kind } })
  }

  /** Goes to a moment; while one seek is under way, only the latest wish waits. */
  async function seek(tick: number): Promise<void> {
    wanted = tick
    while (!busy.value && wanted !== null && machine.value) {
      const to = wanted
      wanted = null
      await ask('machine.seek', { machine: machine.value, tick: to })
    }
  }

  async function restart(): Promise<void> {
    if (machine.value) await ask('machine.restart', { machine: machine.value })
  }

  /** Puts the machine of a VM where the VM is now. */
  async function present(): Promise<void> {
    if (!isVmId(machine.value)) return
    // It is another run: nothing in it has changed since a stop of the one before.
    stop.value = null
    before.value = null
    const now = await ask('machine.present', { machine: machine.value })
    if (now) useAnnouncer().say(stopSentence(now, null))
  }

  /** Runs to before the next event, and asks what it will be. */
  const predict = () => run(nextKind.value ? { kind: 'before-event', event: nextKind.value } : { kind: 'before-event' })

  /** Asks what the next step will bring. */
  async function askNext(): Promise<void> {
    if (machine.value) await ask('machine.ask', { machine: machine.value })
  }

  async function reveal(guess: Guess): Promise<void> {
    const now = machine.value ? await ask('machine.reveal', { machine: machine.value, guess }) : null
    if (now) revealed.value = now.tick
  }

  const runToEvent = () => run(nextKind.value ? { kind: 'event', event: nextKind.value } : { kind: 'event' })
  return { busy, nextKind, revealed, run, pause, back, seek, restart, present, runToEvent, predict, askNext, reveal }
}

/** What the panel's parts show: tabs in front, addresses that other parts ask for. */
function useViews() {
  const centre = shallowRef<CentreTab>('code')
  const holding = shallowRef<HoldingTab>('stack')
  const below = shallowRef<BelowTab>('events')
  /** No room for a column of its own: what the machine holds has its tabs below. */
  const narrow = shallowRef(false)
  /** An address that the disassembly should show; a new object each time, so that the same place can be asked for twice. */
  const codeTarget = shallowRef<{ readonly address: number } | null>(null)
  /** Kinds of events that list and bar show; none: all. */
  const kinds = shallowRef<readonly MachineEventKind[]>([])
  const walkTarget = shallowRef<{ readonly address: number } | null>(null)

  function showHolding(tab: HoldingTab): void {
    holding.value = tab
    if (narrow.value) below.value = tab
  }

  function showCode(address: number): void {
    centre.value = 'code'
    codeTarget.value = { address }
  }

  function showWalk(address: number): void {
    showHolding('walk')
    walkTarget.value = { address }
  }

  return { centre, holding, below, narrow, codeTarget, walkTarget, kinds, showHolding, showCode, showWalk }
}

/** The microscope of this window. */
export const useMicroscope = defineStore('microscope', () => {
  const subject = useSubject()
  const views = useViews()
  const { machine, state, stop, before, failure, source, show } = subject
  // Another machine may have no such events.
  watch(machine, () => { views.kinds.value = [] })
  return { machine, state, stop, before, failure, source, show, ...useOpening(subject, views), ...useTransport(subject), ...views }
})
