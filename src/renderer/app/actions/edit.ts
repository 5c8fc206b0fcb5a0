import { t } from '../i18n/index.ts'
import { useCore } from '../stores/core.ts'
import { useRecords } from '../stores/records.ts'
import { useToasts } from '../stores/toasts.ts'
import type { UiAction } from './registry.ts'

const latest = (side: 'undo' | 'redo'): string => useRecords().project?.[side].at(-1) ?? ''

export function editActions(): readonly UiAction[] {
  const core = useCore()
  const toasts = useToasts()
  return [
    {
      id: 'edit.undo', title: 'app.do.undo', values: () => ({ name: latest('undo') }), icon: 'undo', group: 'edit', keys: ['Mod+Z'],
      blocked: () => (latest('undo') ? null : t('app.reason.nothing-to-undo')),
      run: async () => {
        const { name } = await core.command('edit.undo', {})
        toasts.info(t('app.toast.undone', { name }))
      },
    },
    {
      id: 'edit.redo', title: 'app.do.redo', values: () => ({ name: latest('redo') }), icon: 'step', group: 'edit', keys: ['Mod+Y', 'Mod+Shift+Z'],
      blocked: () => (latest('redo') ? null : t('app.reason.nothing-to-redo')),
      run: async () => {
        const { name } = await core.command('edit.redo', {})
        toasts.info(t('app.toast.redone', { name }))
      },
    },
  ]
}
