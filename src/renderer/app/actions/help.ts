import { useDialogs } from '../stores/dialogs.ts'
import { useTour } from '../stores/tour.ts'
import type { UiAction } from './registry.ts'

export function helpActions(): readonly UiAction[] {
  const dialogs = useDialogs()
  return [
    { id: 'help.keys', title: 'app.do.keys', icon: 'help', group: 'help', keys: ['?'], run: () => { dialogs.keys = true } },
    { id: 'help.tour', title: 'app.do.tour', icon: 'cap', group: 'help', run: () => useTour().start() },
  ]
}
