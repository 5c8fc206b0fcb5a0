import { t } from '../i18n/index.ts'
import { useCore } from '../stores/core.ts'
import { useToasts } from '../stores/toasts.ts'

/** Says what was done and offers to take it back: the app asks no "are you sure". */
export function doneWithUndo(text: string): void {
  const core = useCore()
  useToasts().info(text, { label: t('app.undo'), run: () => void core.command('edit.undo', {}) })
}
