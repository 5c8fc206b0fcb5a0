import { existsSync } from 'node:fs'
import { join } from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge', 'microsoft-edge-stable']
const MACOS = ['Chromium', 'Google Chrome', 'Microsoft Edge'].map((app) => `/Applications/${app}.app/Contents/MacOS/${app}`)
const WINDOWS = ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe']

/** The browser that the end-to-end tests drive: `CHROME`, or an installed one; null if there is none. */
export function findChromium() {
  const { CHROME, PATH = '', PROGRAMFILES = '', 'PROGRAMFILES(X86)': programFiles32 = '' } = process.env
  if (CHROME) return CHROME
  if (process.platform === 'darwin') return MACOS.find(existsSync) ?? null
  if (process.platform === 'win32') return [PROGRAMFILES, programFiles32].flatMap((folder) => WINDOWS.map((path) => join(folder, path))).find(existsSync) ?? null
  return NAMES.flatMap((name) => PATH.split(':').map((folder) => join(folder, name))).find(existsSync) ?? null
}
