/**
 * What the window asks of the machine it runs on, beside the core: dialogs, recent files, the native menu. The desktop door
 * puts this object on `window.glasshouse`; in a browser it is absent and the renderer has its own version of it
 * (a file picker, a download, keys of its own).
 */
export interface HostApi {
  readonly platform: 'darwin' | 'win32' | 'linux'
  /** The app's version, e.g. `0.1.0`. */
  readonly version: string
  /**
   * Asks for a channel to the core. It comes as a `message` event on `window` whose `data` is `CORE_PORT` and whose `ports[0]`
   * is the MessagePort, so listen first. A second call (after a reload) closes the channel of the first.
   */
  connect(): Promise<void>
  /** Shows the open dialog; null when it was cancelled. The answer may be given to `project.open-path`. */
  openDialog(): Promise<string | null>
  /** Shows the save dialog; null when it was cancelled. The answer may be given to `project.save-path`. */
  saveDialog(suggestedName: string): Promise<string | null>
  /** Newest first; each may be given to `project.open-path`. */
  recentFiles(): Promise<readonly RecentFile[]>
  clearRecentFiles(): Promise<void>
  /** Call whenever the project's status changed: it sets the title, the mark for unsaved changes and the recent files. */
  setProject(project: HostProject): Promise<void>
  /** Undo or redo inside the focused text field; for the menu's command when the focus is in one. */
  editText(action: 'undo' | 'redo'): Promise<void>
  /** Closes the window without asking: the answer to `save-and-close` once the project is saved. */
  closeWindow(): Promise<void>
  /** Only one listener; events that came before it is set are kept for it. */
  onEvent(listener: (event: HostEvent) => void): void
}

/** `data` of the window message that brings the channel to the core. */
export const CORE_PORT = 'glasshouse:core-port'

export interface HostProject {
  readonly name: string
  readonly path: string | null
  readonly dirty: boolean
}

export interface RecentFile {
  readonly path: string
  /** File name without folder and ending. */
  readonly name: string
}

/** A choice in the native menu that only the window can carry out. */
export const MENU_COMMANDS = [
  'file.new', 'file.open', 'file.save', 'file.save-as',
  'edit.undo', 'edit.redo',
  'view.palette', 'view.theme-light', 'view.theme-dark', 'view.theme-contrast',
  'help.tour', 'help.keys', 'help.about',
] as const
export type MenuCommand = (typeof MENU_COMMANDS)[number]

export type HostEvent =
  | { readonly type: 'menu'; readonly command: MenuCommand }
  /** A file was double-clicked, chosen from the recent ones or named on the command line: ask about unsaved changes, then open it. */
  | { readonly type: 'open-file'; readonly path: string }
  /** The person wants to save before closing: save, then call `closeWindow`. */
  | { readonly type: 'save-and-close' }

/**
 * The whole contract between preload and main: every channel and the function behind it. Both sides are typed by it.
 */
export interface HostCalls {
  'host:connect': () => void
  'host:open-dialog': () => string | null
  'host:save-dialog': (suggestedName: string) => string | null
  'host:recent-files': () => readonly RecentFile[]
  'host:clear-recent-files': () => void
  'host:set-project': (project: HostProject) => void
  'host:edit-text': (action: 'undo' | 'redo') => void
  'host:close-window': () => void
}

/** Channel of `HostEvent`s, main to preload; sent once the preload has said `HOST_LISTENING`. */
export const HOST_EVENT = 'host:event'
export const HOST_LISTENING = 'host:listening'
