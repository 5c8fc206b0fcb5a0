import { computed } from 'vue'
import type { MenuEntry } from '../../ui/menu-entry.ts'
import { actionTitle, type UiAction, useActions } from '../actions/registry.ts'
import { t } from '../i18n/index.ts'
import { chordText } from '../keys.ts'
import { PANELS } from '../panels.ts'
import { useLayout } from '../stores/layout.ts'
import { useSelection } from '../stores/selection.ts'
import { THEMES, useSettings } from '../stores/settings.ts'

const SEPARATOR: MenuEntry = { kind: 'separator' }

/** The menus of the header, made from the action table. */
export function useMenus() {
  const actions = useActions()
  const layout = useLayout()
  const { settings } = useSettings()

  const entry = (id: string): MenuEntry[] => {
    const action = actions.find(id)
    return action ? [entryOf(action)] : []
  }

  const view = computed<MenuEntry[]>(() => [
    { kind: 'label', label: t('app.menu.panels') },
    ...PANELS.map((panel): MenuEntry => ({
      kind: 'item', label: t(panel.title), icon: panel.icon, checked: layout.open.includes(panel.id), run: () => layout.toggle(panel.id),
    })),
    SEPARATOR, ...entry('view.reset-layout'), SEPARATOR,
    { kind: 'label', label: t('app.menu.theme') },
    ...THEMES.map((theme): MenuEntry => ({ kind: 'item', label: t(`app.theme.${theme}`), checked: settings.theme === theme, run: () => { settings.theme = theme } })),
  ])

  const help = computed<MenuEntry[]>(() => [
    ...entry('help.tour'), ...entry('help.keys'), SEPARATOR,
    { kind: 'item', label: t('app.do.single-keys'), checked: settings.singleKeys, run: () => { settings.singleKeys = !settings.singleKeys } },
  ])

  const undo = computed(() => actions.find('edit.undo'))
  const undoName = computed(() => (undo.value ? actionTitle(undo.value).trim() : ''))
  const undoReason = computed(() => undo.value?.blocked?.(null) ?? null)

  return { view, help, undoName, undoReason, entry }
}

/** One action as a line of a menu, for the selection or the given subject. */
export function entryOf(action: UiAction, subject = useSelection().record ?? null): MenuEntry {
  return {
    kind: 'item', label: actionTitle(action), icon: action.icon, keys: action.keys?.[0] ? chordText(action.keys[0]) : '',
    reason: action.blocked?.(subject) ?? null, run: () => void useActions().perform(action, subject),
  }
}
