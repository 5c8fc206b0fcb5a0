import { cycleRegion } from '../keyboard.ts'
import { PANELS } from '../panels.ts'
import { useDialogs } from '../stores/dialogs.ts'
import { useLayout } from '../stores/layout.ts'
import { type ThemeChoice, THEMES, useSettings } from '../stores/settings.ts'
import type { UiAction } from './registry.ts'

function otherOfOutlineAndCanvas(): void {
  const inOutline = document.activeElement?.closest('[data-region="outline"]')
  useLayout().show(inOutline ? 'topology' : 'outline')
  const region = document.querySelector<HTMLElement>(`[data-region="${inOutline ? 'topology' : 'outline'}"]`)
  ;(region?.querySelector<HTMLElement>('[data-region-focus]') ?? region)?.focus()
}

export function viewActions(): readonly UiAction[] {
  const layout = useLayout()
  const { settings } = useSettings()
  const dialogs = useDialogs()
  const theme = (choice: ThemeChoice): UiAction => ({
    id: `view.theme-${choice}`, title: `app.theme.${choice}`, icon: 'sun', group: 'view', run: () => { settings.theme = choice },
  })
  return [
    { id: 'view.palette', title: 'app.do.palette', icon: 'search', group: 'view', keys: ['Mod+K'], quiet: true, run: () => { dialogs.palette = true } },
    { id: 'view.next-region', title: 'app.do.next-region', icon: 'next', group: 'view', keys: ['F6'], quiet: true, run: () => cycleRegion(1) },
    { id: 'view.previous-region', title: 'app.do.previous-region', icon: 'back', group: 'view', keys: ['Shift+F6'], quiet: true, run: () => cycleRegion(-1) },
    { id: 'view.outline-canvas', title: 'app.do.outline-canvas', icon: 'tree', group: 'view', keys: ['O'], quiet: true, run: otherOfOutlineAndCanvas },
    {
      id: 'view.projector', title: 'app.do.projector', icon: 'board', group: 'view', keys: ['Mod+Shift+P'],
      run: () => { settings.projector = !settings.projector },
    },
    { id: 'view.reset-layout', title: 'app.do.reset-layout', icon: 'fit', group: 'view', run: () => layout.reset() },
    ...PANELS.map((panel): UiAction => ({
      id: `view.panel-${panel.id}`, title: `app.do.show-${panel.id}`, icon: panel.icon, group: 'view', run: () => layout.show(panel.id),
    })),
    ...THEMES.map(theme),
  ]
}
