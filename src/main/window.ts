import { join } from 'node:path'
import { BrowserWindow } from 'electron'
import type { HostProject } from '../protocol/host.ts'
import { PAGE_URL } from './renderer-protocol.ts'

/** The one window, hidden until its first paint. */
export function createWindow(): BrowserWindow {
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    minWidth: 960,
    minHeight: 600,
    show: false,
    title: 'Glasshouse',
    backgroundColor: '#14171c',
    webPreferences: {
      preload: join(import.meta.dirname, '../preload/index.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  })
  window.once('ready-to-show', () => window.show())
  // The window's own title follows the project, not the page.
  window.on('page-title-updated', (event) => event.preventDefault())
  void window.loadURL(PAGE_URL)
  return window
}

export function showProject(window: BrowserWindow, project: HostProject): void {
  window.setTitle(`${project.dirty ? '• ' : ''}${project.name} – Glasshouse`)
  window.setDocumentEdited(project.dirty)
  window.setRepresentedFilename(project.path ?? '')
}

export function focusWindow(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}
