import { contextBridge, ipcRenderer } from 'electron'
import { CORE_PORT, HOST_EVENT, HOST_LISTENING, type HostApi, type HostCalls, type HostEvent } from '../protocol/host.ts'

/** The page's window, of which the bridge needs only this (the desktop's types must not leak into the renderer's). */
declare const window: { postMessage(message: string, targetOrigin: string, transfer: readonly unknown[]): void }

function call<C extends keyof HostCalls>(channel: C, ...args: Parameters<HostCalls[C]>): Promise<ReturnType<HostCalls[C]>> {
  return ipcRenderer.invoke(channel, ...args) as Promise<ReturnType<HostCalls[C]>>
}

// A port cannot cross the bridge as a value; the window's own message event can carry it.
ipcRenderer.on(CORE_PORT, (event) => window.postMessage(CORE_PORT, '*', event.ports))

let listening: ((event: HostEvent) => void) | null = null
ipcRenderer.on(HOST_EVENT, (_event, hostEvent: HostEvent) => listening?.(hostEvent))

const { platform } = process
const host: HostApi = {
  platform: platform === 'darwin' || platform === 'win32' ? platform : 'linux',
  version: __APP_VERSION__,
  connect: () => call('host:connect'),
  openDialog: () => call('host:open-dialog'),
  saveDialog: (suggestedName) => call('host:save-dialog', suggestedName),
  recentFiles: () => call('host:recent-files'),
  clearRecentFiles: () => call('host:clear-recent-files'),
  setProject: (project) => call('host:set-project', project),
  editText: (action) => call('host:edit-text', action),
  closeWindow: () => call('host:close-window'),
  onEvent(listener) {
    listening = listener
    // The desktop keeps events until now: a file double-clicked to start the app waits for the window to be ready.
    ipcRenderer.send(HOST_LISTENING)
  },
}

contextBridge.exposeInMainWorld('glasshouse', host)
