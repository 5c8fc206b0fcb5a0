import { type App, session } from 'electron'
import { isOwnPage } from './renderer-protocol.ts'

/** Denies, for every page there will ever be: leaving the app, new windows, embedded pages and all permissions. */
export function lockDown(app: App): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => {
      if (!isOwnPage(event.url)) event.preventDefault()
    })
    contents.on('will-redirect', (event) => {
      if (!isOwnPage(event.url)) event.preventDefault()
    })
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  })
}

/** Clipboard writing is what a click on "Copy" needs; no page gets anything else. */
export function denyPermissions(): void {
  const allowed = 'clipboard-sanitized-write'
  session.defaultSession.setPermissionRequestHandler((_contents, permission, done) => done(permission === allowed))
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => permission === allowed)
}
