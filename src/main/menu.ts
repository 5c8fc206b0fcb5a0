import { Menu, type MenuItemConstructorOptions } from 'electron'
import type { HostEvent, MenuCommand, RecentFile } from '../protocol/host.ts'

export interface MenuContent {
  readonly macos: boolean
  readonly appName: string
  readonly recent: readonly RecentFile[]
  readonly send: (event: HostEvent) => void
  readonly clearRecent: () => void
}

/** Replaces the native menu; called again when the recent files change. */
export function showMenu(content: MenuContent): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(content)))
}

/** Items that carry a command have it as their id. */
export function menuTemplate(content: MenuContent): MenuItemConstructorOptions[] {
  const item = (label: string, command: MenuCommand, accelerator?: string): MenuItemConstructorOptions => ({
    id: command,
    label,
    ...(accelerator === undefined ? {} : { accelerator }),
    // Elsewhere the window has the keys itself and knows whether a text field has the focus.
    registerAccelerator: content.macos,
    click: () => content.send({ type: 'menu', command }),
  })
  const appMenu: MenuItemConstructorOptions[] = content.macos ? [{ label: content.appName, role: 'appMenu' }] : []
  return [...appMenu, fileMenu(content, item), editMenu(item), viewMenu(item), { role: 'windowMenu' }, helpMenu(item)]
}

type MakeItem = (label: string, command: MenuCommand, accelerator?: string) => MenuItemConstructorOptions
const separator: MenuItemConstructorOptions = { type: 'separator' }

function fileMenu(content: MenuContent, item: MakeItem): MenuItemConstructorOptions {
  const recent = content.recent.map((file, index): MenuItemConstructorOptions => ({
    id: `recent.${index}`,
    label: file.name,
    toolTip: file.path,
    click: () => content.send({ type: 'open-file', path: file.path }),
  }))
  const clear: MenuItemConstructorOptions = { id: 'recent.clear', label: 'Clear List', enabled: recent.length > 0, click: content.clearRecent }
  return {
    label: '&File',
    submenu: [
      item('&New', 'file.new', 'CmdOrCtrl+N'),
      item('&Open…', 'file.open', 'CmdOrCtrl+O'),
      { id: 'recent', label: 'Open &Recent', submenu: [...recent, separator, clear] },
      separator,
      item('&Save', 'file.save', 'CmdOrCtrl+S'),
      item('Save &As…', 'file.save-as', 'CmdOrCtrl+Shift+S'),
      separator,
      content.macos ? { role: 'close' } : { role: 'quit' },
    ],
  }
}

function editMenu(item: MakeItem): MenuItemConstructorOptions {
  const clipboard: MenuItemConstructorOptions[] = [{ role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }]
  return { label: '&Edit', submenu: [item('&Undo', 'edit.undo', 'CmdOrCtrl+Z'), item('&Redo', 'edit.redo', 'CmdOrCtrl+Shift+Z'), separator, ...clipboard] }
}

function viewMenu(item: MakeItem): MenuItemConstructorOptions {
  return {
    label: '&View',
    submenu: [
      item('&Command Palette…', 'view.palette', 'CmdOrCtrl+K'),
      separator,
      {
        label: '&Theme',
        submenu: [item('&Light', 'view.theme-light'), item('&Dark', 'view.theme-dark'), item('&High Contrast', 'view.theme-contrast')],
      },
      separator,
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      separator,
      { role: 'togglefullscreen' },
    ],
  }
}

function helpMenu(item: MakeItem): MenuItemConstructorOptions {
  return { label: '&Help', role: 'help', submenu: [item('&Tour', 'help.tour'), item('&Keyboard Shortcuts', 'help.keys'), separator, item('&About Glasshouse', 'help.about')] }
}
