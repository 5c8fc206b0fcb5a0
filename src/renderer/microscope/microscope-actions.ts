import { onScopeDispose } from 'vue'
import { type UiAction, useActions } from '../app/actions/registry.ts'
import { t } from '../app/i18n/index.ts'
import { useAnnouncer } from '../app/stores/announcer.ts'
import { useDialogs } from '../app/stores/dialogs.ts'
import { useLayout } from '../app/stores/layout.ts'
import { useToasts } from '../app/stores/toasts.ts'
import { explain } from '../app/connection/core-error.ts'
import type { RunUntil } from '../../protocol/machine.ts'
import { isVmId } from '../../protocol/records.ts'
import { hexShort, parseAddress } from './model/format.ts'
import { eventSentence } from './model/sentences.ts'
import { useMicroscope } from './microscope-store.ts'

/** Why the machine cannot go on now; null when it can. */
function standsStill(): string | null {
  const { state } = useMicroscope()
  if (!state) return t('microscope.why.no-machine')
  return state.running ? t('microscope.why.running') : null
}

const canGoOn = (): string | null => standsStill() ?? (useMicroscope().state?.end ? t('microscope.why.ended') : null)
const canGoBack = (): string | null => standsStill() ?? (useMicroscope().state?.tick === 0 ? t('microscope.why.at-start') : null)

/** The small form for an address or a condition. */
function askUntil(): void {
  const microscope = useMicroscope()
  useDialogs().ask({
    title: t('microscope.until.title'), submit: t('microscope.until.submit'),
    fields: [
      {
        kind: 'choice', key: 'kind', label: t('microscope.until.kind'), value: 'address',
        options: (['address', 'predicate'] as const).map((value) => ({ value, label: t(`microscope.until.${value}`), detail: t(`microscope.until.${value}-detail`) })),
      },
      { kind: 'text', key: 'text', label: t('microscope.until.text'), value: hexShort(microscope.state?.cpu.eip ?? 0) },
    ],
    run: async (values) => {
      const text = values.text('text')
      if (values.text('kind') === 'predicate') return microscope.run({ kind: 'predicate', text })
      const address = parseAddress(text, microscope.state?.cpu ?? null)
      if (address === null) throw new Error(t('microscope.until.bad-address'))
      return microscope.run({ kind: 'address', address })
    },
  })
}

function showProgram(): void {
  useMicroscope().centre = 'program'
  useLayout().show('microscope')
}

function sayLatest(): void {
  const { state } = useMicroscope()
  const latest = state?.recent.findLast(({ tick }) => tick <= state.tick)
  useAnnouncer().say(latest ? eventSentence(latest) : t('microscope.events.none'))
}

const forwards: readonly { readonly id: string; readonly icon: UiAction['icon']; readonly keys: readonly string[]; readonly until: RunUntil }[] = [
  { id: 'step', icon: 'step', keys: ['F10', 'F11'], until: { kind: 'instruction' } },
  { id: 'over', icon: 'arrow', keys: ['Mod+F11'], until: { kind: 'over' } },
  { id: 'out', icon: 'exit', keys: ['Shift+F11'], until: { kind: 'out' } },
  { id: 'run', icon: 'play', keys: ['F5'], until: { kind: 'pause' } },
]

function microscopeActions(): readonly UiAction[] {
  const microscope = useMicroscope()
  const common = { group: 'machine', panel: 'microscope' } as const
  const kind = () => ({ kind: t(`microscope.next-kind.${microscope.nextKind ?? 'any'}`) })
  return [
    ...forwards.map(({ id, icon, keys, until }): UiAction => ({ ...common, id: `microscope.${id}`, title: `microscope.do.${id}`, icon, keys, blocked: canGoOn, run: () => microscope.run(until) })),
    {
      ...common, id: 'microscope.pause', title: 'microscope.do.pause', icon: 'pause', keys: ['Shift+F5'],
      blocked: () => (microscope.state?.running ? null : t(microscope.state ? 'microscope.why.paused' : 'microscope.why.no-machine')), run: () => microscope.pause(),
    },
    { ...common, id: 'microscope.next-event', title: 'microscope.do.next-event', values: kind, icon: 'next', keys: ['Mod+F10'], blocked: canGoOn, run: () => microscope.runToEvent() },
    { ...common, id: 'microscope.predict', title: 'monitor.do.predict', icon: 'bulb', keys: ['Mod+Alt+F5'], blocked: canGoOn, run: () => microscope.predict() },
    { ...common, id: 'microscope.ask', title: 'monitor.do.ask', icon: 'help', keys: ['Mod+Alt+F11'], blocked: canGoOn, run: () => microscope.askNext() },
    { ...common, id: 'microscope.until', title: 'microscope.do.until', icon: 'mark', keys: ['Mod+Shift+F10'], blocked: canGoOn, run: askUntil },
    { ...common, id: 'microscope.back', title: 'microscope.do.back', icon: 'back', keys: ['Alt+F10', 'Alt+F11'], blocked: canGoBack, run: () => microscope.back('instruction') },
    { ...common, id: 'microscope.back-event', title: 'microscope.do.back-event', icon: 'undo', keys: ['Mod+Alt+F10'], blocked: canGoBack, run: () => microscope.back('event') },
    { ...common, id: 'microscope.restart', title: 'microscope.do.restart', icon: 'miss', keys: ['Mod+Shift+F5'], blocked: standsStill, run: () => microscope.restart() },
    { ...common, id: 'microscope.present', title: 'microscope.do.present', icon: 'vm', blocked: () => (isVmId(microscope.machine) ? null : t(microscope.state ? 'microscope.why.no-vm' : 'microscope.why.no-machine')), run: () => microscope.present() },
    { ...common, id: 'microscope.read-event', title: 'microscope.do.read-event', icon: 'doc', keys: ['Mod+Alt+E'], blocked: () => (microscope.state ? null : t('microscope.why.no-machine')), run: sayLatest },
    { id: 'microscope.program', title: 'microscope.do.program', icon: 'file', group: 'machine', run: showProgram },
  ]
}

/** Runs what a part of the panel asked for; a refusal becomes a toast. */
export async function attempt(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    useToasts().error(explain(error))
  }
}

/** Makes the machine's actions known to keys, menus and palette while the panel is there. */
export function useMicroscopeActions(): void {
  onScopeDispose(useActions().register(microscopeActions()))
}
