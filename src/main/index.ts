import { join } from 'node:path'
import { app } from 'electron'
import { Desktop } from './desktop.ts'
import { fileArgument } from './file-argument.ts'
import { denyPermissions, lockDown } from './lock-down.ts'
import { registerScheme, serveRenderer } from './renderer-protocol.ts'

registerScheme()
app.enableSandbox()

let desktop: Desktop | null = null
let fileToOpen = fileArgument(process.argv, process.cwd())

/** One app for one person: a second start only brings the first to the front, with its file. */
if (app.requestSingleInstanceLock()) start()
else app.quit()

function start(): void {
  lockDown(app)
  app.on('second-instance', (_event, argv, folder) => desktop?.show(fileArgument(argv, folder)))
  // macOS names files this way, and may do so before the app is ready.
  app.on('open-file', (event, path) => {
    event.preventDefault()
    if (desktop) desktop.show(path)
    else fileToOpen = path
  })
  app.on('window-all-closed', () => void quit())
  void app.whenReady().then(() => {
    denyPermissions()
    serveRenderer(join(import.meta.dirname, '../renderer'))
    desktop = new Desktop()
    if (fileToOpen !== null) desktop.openFile(fileToOpen)
  })
}

async function quit(): Promise<void> {
  await desktop?.stop()
  app.quit()
}
