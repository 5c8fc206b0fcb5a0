import { t } from '../i18n/index.ts'
import { useCore } from '../stores/core.ts'
import { useRecords } from '../stores/records.ts'
import { useTour } from '../stores/tour.ts'
import type { UiAction } from './registry.ts'

export const SPEEDS = [0.1, 1, 10, 100, 1000, 10_000, 100_000, 1_000_000] as const

function nextSpeed(step: 1 | -1): number {
  const now = useRecords().clock?.speed ?? 1
  const faster = SPEEDS.find((speed) => speed > now) ?? SPEEDS[SPEEDS.length - 1]
  const slower = [...SPEEDS].reverse().find((speed) => speed < now) ?? SPEEDS[0]
  return (step === 1 ? faster : slower) ?? 1
}

const playing = () => useRecords().clock?.playing ?? false

/** Lets time pass, for what would only wait while the clock is paused. */
export async function playClock(): Promise<void> {
  if (!playing()) await useCore().command('clock.play', {})
}

export function clockActions(): readonly UiAction[] {
  const core = useCore()
  return [
    {
      id: 'clock.play', title: 'app.do.clock-play', icon: 'play', group: 'clock', keys: ['F5'],
      blocked: () => (playing() ? t('app.reason.already-playing') : null),
      run: () => core.command('clock.play', {}),
    },
    {
      id: 'clock.pause', title: 'app.do.clock-pause', icon: 'pause', group: 'clock', keys: ['Shift+F5'],
      blocked: () => (playing() ? null : t('app.reason.already-paused')),
      run: () => core.command('clock.pause', {}),
    },
    {
      id: 'clock.step', title: 'app.do.clock-step', icon: 'step', group: 'clock', keys: ['F10'],
      run: async () => {
        if (playing()) await core.command('clock.pause', {})
        await core.command('clock.step', {})
        useTour().done('step')
      },
    },
    { id: 'clock.faster', title: 'app.do.clock-faster', icon: 'next', group: 'clock', run: () => core.command('clock.set-speed', { speed: nextSpeed(1) }) },
    { id: 'clock.slower', title: 'app.do.clock-slower', icon: 'back', group: 'clock', run: () => core.command('clock.set-speed', { speed: nextSpeed(-1) }) },
  ]
}
