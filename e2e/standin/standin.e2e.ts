import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test as base } from '@playwright/test'
import { MENU_COMMANDS } from '../../src/protocol/host.ts'
import { temporaryFolder } from '../support/browser-host.ts'
import { untilConnected } from '../support/fixtures.ts'
import { type Standin, startStandin } from './standin.ts'

/** The built main process and preload on the test-only `electron`: their wiring, not Electron itself. */
const test = base.extend<{ desktop: Standin }>({
  desktop: async ({}, use) => {
    const desktop = await startStandin()
    await use(desktop)
    await desktop.stop()
  },
})
test.skip(process.env['GLASSHOUSE_E2E_HOST'] === 'electron', 'about the stand-in')

test('the window opens, shows the app and is connected to the core', async ({ desktop }) => {
  await untilConnected(desktop.page)
  expect(await desktop.page.evaluate(() => Object.keys(window.glasshouse ?? {}).sort())).toEqual([
    'clearRecentFiles', 'closeWindow', 'connect', 'editText', 'onEvent', 'openDialog', 'platform', 'recentFiles', 'saveDialog', 'setProject', 'version',
  ])
})

test('the page has neither Node nor Electron, and its preferences are the safe ones', async ({ desktop }) => {
  expect(await desktop.page.evaluate(() => ['require', 'process', 'module', 'electron'].filter((name) => name in window))).toEqual([])
  const preferences = await desktop.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.options.webPreferences)
  expect(preferences).toMatchObject({ contextIsolation: true, sandbox: true, nodeIntegration: false, webSecurity: true, webviewTag: false })
  expect(await desktop.evaluate(({ server }) => server.schemes)).toEqual([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
})

test('the app serves its own files with a strict policy, and nothing beside them', async ({ desktop }) => {
  const answers = await desktop.page.evaluate(async () => {
    const status = async (path: string) => (await fetch(path)).status
    const policy = (await fetch('/index.html')).headers.get('content-security-policy')
    return { policy, missing: await status('/nothing.js'), outside: await status('/..%2f..%2fpackage.json'), folder: await status('/assets') }
  })
  expect(answers.policy).toContain("script-src 'self';")
  expect(answers).toMatchObject({ missing: 404, outside: 403, folder: 404 })
})

test('the page cannot navigate away, open windows or get permissions', async ({ desktop }) => {
  const { page } = desktop
  const before = page.url()
  await page.evaluate(() => { location.href = 'http://127.0.0.1:9/elsewhere' })
  await page.evaluate(() => void window.open('http://127.0.0.1:9/popup'))
  await expect.poll(() => page.context().pages().length).toBe(1)
  expect(page.url()).toBe(before)
  const allowed = await desktop.evaluate(({ session }) => ['media', 'geolocation', 'notifications', 'openExternal', 'clipboard-read'].map((permission) => {
    let answer = true
    session.defaultSession.permissionRequestHandler(null, permission, (given) => { answer = given })
    return answer
  }))
  expect(allowed).toEqual([false, false, false, false, false])
})

test('calls from a foreign frame or page, and calls with wrong arguments, are refused before their handler', async ({ desktop }) => {
  const refusals = await desktop.evaluate(({ ipcMain, BrowserWindow }) => {
    const sender = BrowserWindow.getAllWindows()[0]?.webContents
    const tries: [string, unknown, ...unknown[]][] = []
    for (const channel of ipcMain.handlers.keys()) {
      tries.push([channel, { sender, senderFrame: { url: 'https://evil.example/' } }])
      tries.push([channel, { sender, senderFrame: { url: 'app://bundle/index.html' } }])
      tries.push([channel, { sender, senderFrame: null }])
      tries.push([channel, { sender: {}, senderFrame: sender?.mainFrame }])
      tries.push([channel, { sender, senderFrame: sender?.mainFrame }, { not: 'an argument' }, 2])
    }
    return tries.map(([channel, event, ...args]) => {
      try {
        void ipcMain.handlers.get(channel)?.(event, ...args)
        return `${channel} was carried out`
      } catch (error) {
        return /refused|wrong arguments/.test(String(error)) ? 'refused' : String(error)
      }
    })
  })
  expect(new Set(refusals)).toEqual(new Set(['refused']))
  expect(refusals.length).toBe(8 * 5)
})

test('every command of the menu is there once and reaches the window', async ({ desktop }) => {
  await untilConnected(desktop.page)
  const ids = await desktop.evaluate(({ Menu }) => Menu.items().map((item) => item.id ?? '').filter((id) => /^(file|edit|view|help)\./.test(id)))
  expect([...ids].sort()).toEqual([...MENU_COMMANDS].sort())
  await desktop.page.evaluate(() => {
    const heard: unknown[] = []
    Object.assign(window, { heard })
    window.glasshouse?.onEvent((event) => heard.push(event))
  })
  await desktop.evaluate(({ Menu }) => Menu.click('view.palette'))
  await desktop.evaluate(({ app }, [path, folder]) => app.emit('second-instance', {}, ['glasshouse', path], folder), ['second.glasshouse', '/projects'])
  await expect.poll(() => desktop.page.evaluate(() => (window as unknown as { heard: unknown[] }).heard)).toEqual([
    { type: 'menu', command: 'view.palette' },
    { type: 'open-file', path: join('/projects', 'second.glasshouse') },
  ])
  expect(await desktop.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.focusCount)).toBe(1)
})

test('dialogs answer with paths, and a saved project becomes a recent one', async ({ desktop }) => {
  await desktop.evaluate(({ dialog }) => {
    dialog.showSaveDialog = async () => ({ canceled: false, filePath: '/projects/room' })
    dialog.showOpenDialog = async () => ({ canceled: true, filePaths: [] })
  })
  const answers = await desktop.page.evaluate(async () => {
    const host = window.glasshouse
    if (!host) throw new Error('no host')
    const opened = await host.openDialog()
    const saved = await host.saveDialog('room')
    await host.setProject({ name: 'room', path: saved, dirty: true })
    await host.setProject({ name: 'room', path: '/not/chosen.glasshouse', dirty: true })
    return { opened, saved, recent: await host.recentFiles() }
  })
  expect(answers).toEqual({ opened: null, saved: '/projects/room.glasshouse', recent: [{ path: '/projects/room.glasshouse', name: 'room' }] })
  expect(await desktop.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.title)).toBe('• room – Glasshouse')
  expect(await desktop.evaluate(({ app }) => app.recentDocuments)).toEqual(['/projects/room.glasshouse'])
})

test('closing with unsaved changes asks; cancel keeps the window, discard closes it and the app ends', async ({ desktop }) => {
  await desktop.page.evaluate(() => window.glasshouse?.setProject({ name: 'room', path: null, dirty: true }))
  const close = (response: number): Promise<void> => desktop.evaluate(({ dialog, BrowserWindow }, answer) => {
    dialog.showMessageBox = async () => ({ response: answer })
    BrowserWindow.getAllWindows()[0]?.close()
  }, response)
  await close(2)
  expect(await desktop.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
  await close(1).catch(() => undefined)
  expect(await desktop.ended).toBe(0)
})

test('a file named at the start is opened, or the window says why it cannot be', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'first.glasshouse')
  writeFileSync(file, 'not a project')
  const desktop = await startStandin([file], folder)
  await untilConnected(desktop.page)
  await expect(desktop.page.getByRole('alert').or(desktop.page.getByTestId('toast')).first()).toBeVisible()
  await desktop.stop()
})
