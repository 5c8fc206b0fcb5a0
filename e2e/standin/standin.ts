import { chromium, type Page } from '@playwright/test'
import { fork } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { chromiumProgram } from '../support/chromium.ts'
import { temporaryFolder } from '../support/browser-host.ts'

/** What tests look at in the stand-in's main process. */
export interface StandinElectron {
  readonly app: { readonly recentDocuments: readonly string[]; emit(event: string, ...args: unknown[]): boolean }
  readonly BrowserWindow: { getAllWindows(): StandinWindow[] }
  readonly Menu: { items(): { readonly id?: string; readonly label?: string; readonly role?: string }[]; click(id: string): void }
  readonly dialog: Record<'showOpenDialog' | 'showSaveDialog' | 'showMessageBox', (...args: unknown[]) => Promise<unknown>>
  readonly ipcMain: { readonly handlers: Map<string, (event: unknown, ...args: unknown[]) => unknown> }
  readonly session: { readonly defaultSession: { permissionRequestHandler(contents: unknown, permission: string, done: (allowed: boolean) => void): void } }
  readonly server: { readonly schemes: readonly { readonly scheme: string; readonly privileges: Record<string, boolean> }[] }
}

interface StandinWindow {
  readonly title: string
  readonly focusCount?: number
  readonly options: { readonly webPreferences: Record<string, unknown> }
  readonly webContents: { readonly mainFrame: { readonly url: string }; readonly loaded?: boolean }
  close(): void
}

export interface Standin {
  readonly page: Page
  /** Runs a function in the main process; it can use nothing but its arguments. */
  evaluate<R, A = undefined>(run: (electron: StandinElectron, argument: A) => R | Promise<R>, argument?: A): Promise<R>
  /** Resolves with the exit code once the app has ended by itself. */
  readonly ended: Promise<number | null>
  stop(): Promise<void>
}

interface Answer<R> {
  readonly id: number
  readonly value: R
  readonly error?: string
}

const root = join(import.meta.dirname, '../..')

/** The built main process and preload, unmodified, on the stand-in. */
export async function startStandin(args: readonly string[] = [], userData: string = temporaryFolder()): Promise<Standin> {
  const debugPort = await freePort()
  const main = fork(join(root, 'out/main/index.js'), [`--user-data-dir=${userData}`, ...args], {
    cwd: root,
    execArgv: ['--import', join(import.meta.dirname, 'register.mjs')],
    env: { ...process.env, CHROME: chromiumProgram(), STANDIN_DEBUG_PORT: String(debugPort) },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const ended = new Promise<number | null>((done) => main.once('exit', (code) => done(code)))
  let nextId = 1
  const evaluate: Standin['evaluate'] = (run, argument) => new Promise((done, failed) => {
    const id = nextId++
    const hear = (answer: Answer<never>): void => {
      if (answer.id !== id) return
      main.off('message', hear as (message: unknown) => void)
      if (answer.error === undefined) done(answer.value)
      else failed(new Error(answer.error))
    }
    main.on('message', hear as (message: unknown) => void)
    main.send({ id, source: run.toString(), argument })
  })
  await evaluate(async ({ BrowserWindow }) => {
    while (!BrowserWindow.getAllWindows()[0]?.webContents.loaded) await new Promise((later) => setTimeout(later, 20))
  })
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${debugPort}`)
  const page = browser.contexts().flatMap((context) => context.pages()).find((one) => one.url().includes('bundle.app.localhost'))
  if (!page) throw new Error('the stand-in opened no window')
  return {
    page,
    evaluate,
    ended,
    async stop() {
      await browser.close()
      if (main.connected) main.disconnect()
      await ended
    },
  }
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => done(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
