import { type BrowserWindow, dialog } from 'electron'

/** In the order of the dialog's buttons. */
const ANSWERS = ['save', 'discard', 'cancel'] as const

interface ClosingActions {
  /** The project's name while it has unsaved changes, else null. */
  readonly unsaved: () => string | null
  /** Must lead to `window.destroy()` once the project is saved; nothing closes when that fails or is cancelled. */
  readonly save: () => void
  readonly discard: () => void
}

/** Asks before a window with unsaved changes closes. */
export function askBeforeClosing(window: BrowserWindow, { unsaved, save, discard }: ClosingActions): void {
  let asking = false
  window.on('close', (event) => {
    const name = unsaved()
    if (name === null) return
    event.preventDefault()
    if (asking) return
    asking = true
    void ask(window, name).then((answer) => {
      asking = false
      if (answer === 'save') save()
      if (answer === 'discard') discard()
    })
  })
}

async function ask(window: BrowserWindow, name: string): Promise<(typeof ANSWERS)[number]> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'warning',
    message: `Save the changes to “${name}”?`,
    detail: 'What you changed since the last save is lost if you do not save it.',
    buttons: ['Save', "Don't Save", 'Cancel'],
    defaultId: 0,
    cancelId: 2,
    noLink: true,
  })
  return ANSWERS[response] ?? 'cancel'
}
