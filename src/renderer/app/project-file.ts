import { t } from './i18n/index.ts'
import { useCore } from './stores/core.ts'
import { useSelection } from './stores/selection.ts'
import { useToasts } from './stores/toasts.ts'

/** New, open and save: by path in the desktop window, by content in a browser. */

const ENDING = '.glasshouse'

function pickFile(accept: string): Promise<File | null> {
  return new Promise((resolve) => {
    const input = document.createElement('input')
    input.type = 'file'
    input.accept = accept
    input.onchange = () => resolve(input.files?.[0] ?? null)
    input.oncancel = () => resolve(null)
    input.click()
  })
}

function download(name: string, base64: string): void {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}

function toBase64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve((typeof reader.result === 'string' ? reader.result : '').replace(/^data:[^,]*,/, ''))
    reader.onerror = () => reject(new Error(t('app.reason.unreadable-file', { name: file.name })))
    reader.readAsDataURL(file)
  })
}

/** Leaving unsaved work is the one thing that cannot be undone, so it is the one thing that is asked. */
function mayLeave(): boolean {
  const project = useCore().project
  return !project?.dirty || project.fresh || window.confirm(t('app.confirm-leave', { name: project.name }))
}

function opened(name: string): void {
  useSelection().select(null)
  useToasts().info(t('app.toast.opened', { name }))
}

export async function newProject(template: 'sample' | 'empty'): Promise<void> {
  if (!mayLeave()) return
  const core = useCore()
  core.project = await core.projectRequest('project.new', { template })
  useSelection().select(null)
}

export async function openPath(path: string): Promise<void> {
  if (!mayLeave()) return
  const core = useCore()
  core.project = await core.projectRequest('project.open-path', { path })
  opened(core.project.name)
}

export async function openDroppedFile(file: File): Promise<void> {
  if (!mayLeave()) return
  const core = useCore()
  core.project = await core.projectRequest('project.open-bytes', { name: file.name, base64: await toBase64(file) })
  opened(core.project.name)
}

export async function openProject(): Promise<void> {
  if (window.glasshouse) {
    const path = await window.glasshouse.openDialog()
    if (path !== null) await openPath(path)
    return
  }
  const file = await pickFile(ENDING)
  if (file) await openDroppedFile(file)
}

/** Saves where the project came from, or where the person says. Returns false when they changed their mind. */
export async function saveProject(elsewhere: boolean): Promise<boolean> {
  const core = useCore()
  const name = core.project?.name ?? t('app.untitled')
  if (window.glasshouse) {
    const known = elsewhere ? null : (core.project?.path ?? null)
    const path = known ?? await window.glasshouse.saveDialog(`${name}${ENDING}`)
    if (path === null) return false
    core.project = await core.projectRequest('project.save-path', { path })
  } else {
    const { base64, status } = await core.projectRequest('project.save-bytes', {})
    download(`${name}${ENDING}`, base64)
    core.project = status
  }
  useToasts().info(t('app.toast.saved', { name }))
  return true
}
