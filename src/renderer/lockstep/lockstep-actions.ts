import { onScopeDispose } from 'vue'
import type { LockstepGoal } from '../../protocol/comparison.ts'
import { type UiAction, useActions } from '../app/actions/registry.ts'
import { t } from '../app/i18n/index.ts'
import { useLockstep } from './lockstep-store.ts'

function standsStill(): string | null {
  const { state, running } = useLockstep()
  return state ? (running ? t('lockstep.why.running') : null) : t('lockstep.why.none')
}

const canGoOn = (): string | null => standsStill() ?? (useLockstep().ended ? t('lockstep.why.ended') : null)
const canGoBack = (): string | null => standsStill() ?? (useLockstep().state?.tick === 0 ? t('lockstep.why.start') : null)

const MOVES: readonly { readonly id: string; readonly icon: UiAction['icon']; readonly keys: readonly string[]; readonly goal: LockstepGoal; readonly blocked: () => string | null }[] = [
  { id: 'divergence', icon: 'branch', keys: ['F5'], goal: { kind: 'divergence' }, blocked: canGoOn },
  { id: 'step', icon: 'step', keys: ['F10', 'F11'], goal: { kind: 'step' }, blocked: canGoOn },
  { id: 'end', icon: 'next', keys: ['Mod+F10'], goal: { kind: 'end' }, blocked: canGoOn },
  { id: 'back', icon: 'back', keys: ['Alt+F10', 'Alt+F11'], goal: { kind: 'back' }, blocked: canGoBack },
]

/** Makes what can be done here known to keys, menus and palette while the panel is there. */
export function useLockstepActions(): void {
  const lockstep = useLockstep()
  const common = { group: 'machine', panel: 'lockstep' } as const
  onScopeDispose(useActions().register([
    ...MOVES.map(({ id, icon, keys, goal, blocked }): UiAction => ({ ...common, id: `lockstep.${id}`, title: `lockstep.do.${id}`, icon, keys, blocked, run: () => lockstep.go(goal) })),
    { ...common, id: 'lockstep.stop', title: 'lockstep.do.stop', icon: 'pause', keys: ['Shift+F5'], blocked: () => (lockstep.running ? null : t('lockstep.why.still')), run: () => lockstep.stop() },
    { ...common, id: 'lockstep.restart', title: 'lockstep.do.restart', icon: 'miss', keys: ['Mod+Shift+F5'], blocked: standsStill, run: () => lockstep.open(lockstep.branches) },
  ]))
}
