import { type BrowserWindow, dialog, type FileFilter } from 'electron'
import { PROJECT_ENDING } from './file-argument.ts'

const filters: FileFilter[] = [{ name: 'Glasshouse project', extensions: [PROJECT_ENDING] }]

/** The chosen file's full path, or null. */
export async function chooseFileToOpen(window: BrowserWindow): Promise<string | null> {
  const { canceled, filePaths } = await dialog.showOpenDialog(window, { properties: ['openFile'], filters })
  return canceled ? null : (filePaths[0] ?? null)
}

/** The chosen path, with the ending of projects, or null. `name` is only a suggestion and may hold anything. */
export async function chooseFileToSave(window: BrowserWindow, name: string): Promise<string | null> {
  const defaultPath = `${name.replace(/[^\p{L}\p{N} ._-]/gu, '').replace(/^[. ]+/, '') || 'Untitled'}.${PROJECT_ENDING}`
  const { canceled, filePath } = await dialog.showSaveDialog(window, { defaultPath, filters })
  if (canceled || !filePath) return null
  return filePath.endsWith(`.${PROJECT_ENDING}`) ? filePath : `${filePath}.${PROJECT_ENDING}`
}
