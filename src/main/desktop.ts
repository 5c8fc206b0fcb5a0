import { join } from 'node:path'
import { app, type BrowserWindow, MessageChannelMain } from 'electron'
import { guarded } from '../door/guarded.ts'
import { type Connection, pipe } from '../protocol/connection.ts'
import { CORE_PORT, HOST_EVENT, type HostEvent, type HostProject } from '../protocol/host.ts'
import type { CoreMessage } from '../protocol/messages.ts'
import { type CoreHost, startCore } from '../workers/core-client.ts'
import { answerCalls } from './calls.ts'
import { chooseFileToOpen, chooseFileToSave } from './file-dialogs.ts'
import { showMenu } from './menu.ts'
import { fromPortMain } from './port-connection.ts'
import { RecentFiles } from './recent-files.ts'
import { askBeforeClosing } from './unsaved-changes.ts'
import { createWindow, focusWindow, showProject } from './window.ts'

/** The window with the core behind it and the native parts around it. */
export class Desktop {
  private readonly core: CoreHost
  private readonly window: BrowserWindow
  private readonly recent: RecentFiles
  /** Files the person chose; a page may name no others. */
  private readonly chosen = new Set<string>()
  /** The person does not want what was not saved: the next start shall not bring it back. */
  private discarded = false
  private project: HostProject = { name: 'Glasshouse', path: null, dirty: false }
  private channel: Connection<CoreMessage, unknown> | null = null
  /** Events for a page that does not listen yet; null once it does. */
  private waiting: HostEvent[] | null = []

  constructor() {
    this.core = startCore({ dataDir: join(app.getPath('userData'), 'session') })
    this.recent = new RecentFiles(join(app.getPath('userData'), 'recent-files.json'))
    this.window = createWindow()
    this.window.webContents.on('did-start-loading', () => (this.waiting ??= []))
    this.answer()
    this.showMenu()
    askBeforeClosing(this.window, {
      unsaved: () => (this.project.dirty ? this.project.name : null),
      save: () => this.send({ type: 'save-and-close' }),
      discard: () => {
        this.discarded = true
        this.window.destroy()
      },
    })
  }

  /** Brings the window to the front and, with a file, asks it to open that. */
  show(file: string | null): void {
    focusWindow(this.window)
    if (file !== null) this.openFile(file)
  }

  openFile(path: string): void {
    this.chosen.add(path)
    this.send({ type: 'open-file', path })
  }

  /** Lets the core write what it still has to. */
  stop(): Promise<void> {
    return this.core.stop(this.discarded)
  }

  private answer(): void {
    const choose = (path: string | null): string | null => {
      if (path !== null) this.chosen.add(path)
      return path
    }
    answerCalls(this.window.webContents, {
      'host:connect': () => this.connect(),
      'host:open-dialog': async () => choose(await chooseFileToOpen(this.window)),
      'host:save-dialog': async (name) => choose(await chooseFileToSave(this.window, name)),
      'host:recent-files': () => this.recent.list,
      'host:clear-recent-files': () => this.clearRecent(),
      'host:set-project': (project) => this.setProject(project),
      'host:edit-text': (action) => this.window.webContents[action](),
      'host:close-window': () => this.window.destroy(),
    }, () => this.listening())
  }

  private connect(): void {
    this.channel?.close()
    const { port1, port2 } = new MessageChannelMain()
    this.channel = fromPortMain<CoreMessage>(port1)
    pipe(guarded(this.core.connect(), (path) => this.chosen.has(path) || this.recent.has(path)), this.channel)
    this.window.webContents.postMessage(CORE_PORT, null, [port2])
  }

  private setProject(project: HostProject): void {
    this.project = project
    showProject(this.window, project)
    // Only what was chosen can have become the project's file.
    if (project.path !== null && this.chosen.has(project.path) && this.recent.add(project.path)) {
      app.addRecentDocument(project.path)
      this.showMenu()
    }
  }

  private clearRecent(): void {
    this.recent.clear()
    app.clearRecentDocuments()
    this.showMenu()
  }

  private showMenu(): void {
    showMenu({
      macos: process.platform === 'darwin',
      appName: app.name,
      recent: this.recent.list,
      send: (event) => this.send(event),
      clearRecent: () => this.clearRecent(),
    })
  }

  private send(event: HostEvent): void {
    if (this.waiting) this.waiting.push(event)
    else this.window.webContents.send(HOST_EVENT, event)
  }

  private listening(): void {
    const events = this.waiting ?? []
    this.waiting = null
    for (const event of events) this.send(event)
  }
}
