import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { AnyRecord } from '../../../protocol/records.ts'
import type { IconName } from '../../ui/icon-names.ts'
import { explain } from '../connection/core-error.ts'
import { t } from '../i18n/index.ts'
import type { PanelId } from '../panels.ts'
import { useSelection } from '../stores/selection.ts'
import { useToasts } from '../stores/toasts.ts'

export type ActionGroup = 'clock' | 'machine' | 'add' | 'object' | 'edit' | 'file' | 'view' | 'help'
export type Subject = AnyRecord | null

/** Something a person can do. Menus, the palette, buttons, keys and context menus are all made from these. */
export interface UiAction {
  /** e.g. `vm.start`. */
  readonly id: string
  /** i18n key. */
  readonly title: string
  /** Values that stand in the title, e.g. the name of the edit to undo. */
  readonly values?: () => Record<string, string>
  readonly icon: IconName
  readonly group: ActionGroup
  /** e.g. `Mod+K`, `Shift+F5`, `O`. `Mod` is ⌘ on a Mac and Ctrl elsewhere. A single letter works only on the canvas and in the outline. */
  readonly keys?: readonly string[]
  /** Its keys count only while this panel is in front, and come before those of the whole window. */
  readonly panel?: PanelId
  /** Whether it is about this subject at all. Absent: it needs no subject and is always there. */
  readonly applies?: (subject: AnyRecord) => boolean
  /** Why it cannot be done now, translated; null when it can. */
  readonly blocked?: (subject: Subject) => string | null
  /** Shown as the filled button in the inspector's head when it can be done. */
  readonly primary?: boolean
  /** Left out of the palette, e.g. because it only moves the focus. */
  readonly quiet?: boolean
  readonly run: (subject: Subject) => unknown
}

/** All actions. Areas add theirs with `register`; everybody runs them by id. */
export const useActions = defineStore('actions', () => {
  const actions = shallowRef<readonly UiAction[]>([])

  /** Adds actions until the returned function is called. */
  function register(added: readonly UiAction[]): () => void {
    actions.value = [...actions.value, ...added]
    return () => { actions.value = actions.value.filter((action) => !added.includes(action)) }
  }

  const find = (id: string): UiAction | undefined => actions.value.find((action) => action.id === id)

  /** Those that are about this object, e.g. for its context menu. */
  const about = (subject: AnyRecord): readonly UiAction[] => actions.value.filter((action) => action.applies?.(subject))

  /** Runs it for a subject, by default the selection. What goes wrong is shown as a toast. */
  async function perform(action: UiAction, subject: Subject = useSelection().record ?? null): Promise<void> {
    const reason = action.blocked?.(subject) ?? null
    if (reason !== null || (action.applies && !(subject && action.applies(subject)))) {
      useToasts().error({ code: 'conflict', message: reason ?? t('app.action.needs-subject'), hint: '' })
      return
    }
    try {
      await action.run(subject)
    } catch (error) {
      useToasts().error(explain(error))
    }
  }

  async function run(id: string, subject?: Subject): Promise<void> {
    const action = find(id)
    if (action) await perform(action, subject)
  }

  return { actions, register, find, about, perform, run }
})

export const actionTitle = (action: UiAction): string => t(action.title, action.values?.() ?? {})
