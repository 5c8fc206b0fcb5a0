/**
 * A test-only `electron`: enough of it that the built main process and preload run unmodified, with a page of a real Chromium as
 * the window. For wiring only. Not faithful: separate worlds, the sandbox, permissions, focus, accelerators, packaged paths.
 *
 * Started with an IPC channel by `standin.ts`, which sends functions to evaluate with this module, the shape of Playwright's
 * `electronApp.evaluate`.
 */
import { EventEmitter } from 'node:events'
import { mkdirSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { openAppServer } from './app-server.mjs'
import { WebContents } from './web-contents.mjs'

const userData = process.argv.find((argument) => argument.startsWith('--user-data-dir='))?.slice('--user-data-dir='.length)
if (!userData || !process.send) throw new Error('the stand-in is started by its fixture only')
mkdirSync(userData, { recursive: true })

const server = await openAppServer()
const browser = await chromium.launch({
  executablePath: process.env.CHROME,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', `--remote-debugging-port=${process.env.STANDIN_DEBUG_PORT}`],
})

class App extends EventEmitter {
  name = 'Glasshouse'
  isPackaged = false
  recentDocuments = []
  getPath = (name) => (name === 'userData' ? userData : `${userData}/${name}`)
  getVersion = () => '0.0.0'
  enableSandbox() {}
  requestSingleInstanceLock = () => process.env.STANDIN_SECOND !== '1'
  async whenReady() {}
  addRecentDocument(path) { this.recentDocuments.push(path) }
  clearRecentDocuments() { this.recentDocuments = [] }
  quit() { void end() }
  exit() { void end() }
}
export const app = new App()

export const protocol = {
  registerSchemesAsPrivileged(schemes) { server.schemes = schemes },
  handle: (scheme, handler) => server.handlers.set(scheme, handler),
}

export const session = {
  defaultSession: {
    setPermissionRequestHandler(handler) { this.permissionRequestHandler = handler },
    setPermissionCheckHandler(handler) { this.permissionCheckHandler = handler },
  },
}

class IpcMain extends EventEmitter {
  handlers = new Map()
  handle(channel, handler) { this.handlers.set(channel, handler) }
}
export const ipcMain = new IpcMain()

export class MessageChannelMain {
  constructor() {
    this.port1 = new MessagePortMain()
    this.port2 = new MessagePortMain()
    this.port1.peer = this.port2
    this.port2.peer = this.port1
  }
}

class MessagePortMain extends EventEmitter {
  waiting = []
  started = false
  postMessage(data) { this.peer.receive(structuredClone(data)) }
  start() {
    this.started = true
    for (const data of this.waiting.splice(0)) this.emit('message', { data })
  }
  close() {
    if (this.closed) return
    this.closed = true
    this.emit('close')
    this.peer.close()
  }
  receive(data) {
    if (this.started) this.emit('message', { data })
    else this.waiting.push(data)
  }
}

const windows = []
export class BrowserWindow extends EventEmitter {
  static getAllWindows = () => windows
  title = ''
  constructor(options) {
    super()
    this.options = options
    this.webContents = new WebContents({ browser, server, ipcMain, preferences: options.webPreferences })
    windows.push(this)
    app.emit('web-contents-created', {}, this.webContents)
    this.webContents.once('did-finish-load', () => this.emit('ready-to-show'))
  }
  loadURL = (url) => this.webContents.load(url)
  show() { this.visible = true }
  focus() { this.focusCount = (this.focusCount ?? 0) + 1 }
  isMinimized = () => false
  restore() {}
  setTitle(title) { this.title = title }
  setDocumentEdited(edited) { this.edited = edited }
  setRepresentedFilename(name) { this.represented = name }
  /** As a click on the window's cross. */
  close() {
    const event = cancellable()
    this.emit('close', event)
    if (!event.defaultPrevented) this.destroy()
  }
  destroy() {
    windows.splice(windows.indexOf(this), 1)
    this.destroyed = true
    this.emit('closed')
    if (windows.length === 0) app.emit('window-all-closed')
  }
}

export const Menu = {
  buildFromTemplate: (template) => ({ template }),
  setApplicationMenu(menu) { this.current = menu },
  /** For tests: every item with an id, below its path of labels. */
  items(template = this.current.template) {
    return template.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? this.items(item.submenu) : [])])
  },
  click(id) {
    const item = this.items().find((one) => one.id === id)
    if (!item) throw new Error(`no menu item ${id}`)
    item.click()
  },
}

const unanswered = (name) => async () => { throw new Error(`${name}: a test must answer it first`) }
export const dialog = {
  showOpenDialog: unanswered('showOpenDialog'),
  showSaveDialog: unanswered('showSaveDialog'),
  showMessageBox: unanswered('showMessageBox'),
}

const cancellable = () => ({ defaultPrevented: false, preventDefault() { this.defaultPrevented = true } })

async function end() {
  await browser.close()
  process.exit(0)
}

const electron = { app, BrowserWindow, dialog, ipcMain, Menu, MessageChannelMain, protocol, session, server }
process.on('message', async ({ id, source, argument }) => {
  try {
    const value = await (0, eval)(`(${source})`)(electron, argument)
    process.send({ id, value: value ?? null })
  } catch (error) {
    process.send({ id, error: error.message })
  }
})
// Without this Chromium would be left behind when the test runner dies.
process.on('disconnect', () => void end())
