import { _electron, expect, type Page, test as base } from '@playwright/test'
import { join } from 'node:path'
import { electronProgram } from '../../scripts/lib/electron.mjs'
import { type BrowserHost, startBrowserHost, temporaryFolder } from './browser-host.ts'

interface Fixtures {
  /** Further arguments of the command line, such as a project file: `test.use({ files: [path] })`. */
  readonly files: readonly string[]
  /** The app's window, connected, in a session of its own that starts fresh. The test fails if the page reports an error. */
  readonly app: Page
  /** The server behind the window; tests that need it run only behind the browser door. */
  readonly browserHost: BrowserHost
}

const inElectron = process.env['GLASSHOUSE_E2E_HOST'] === 'electron'

export const test = base.extend<Fixtures>({
  files: [[], { option: true }],
  browserHost: async ({ files }, use) => {
    test.skip(inElectron, 'about the browser door')
    const host = await startBrowserHost(files)
    await use(host)
    await host.stop()
  },
  app: async ({ page, files }, use) => (inElectron ? useElectron(files, use) : useBrowser(page, files, use)),
})

export { expect }

async function useBrowser(page: Page, files: readonly string[], use: (app: Page) => Promise<void>): Promise<void> {
  const host = await startBrowserHost(files)
  const errors = errorsOf(page)
  await page.goto(host.url)
  await untilConnected(page)
  await use(page)
  // A window whose server is gone complains, rightly: it is closed before.
  await page.close()
  await host.stop()
  expect(errors).toEqual([])
}

async function useElectron(files: readonly string[], use: (app: Page) => Promise<void>): Promise<void> {
  const executablePath = electronProgram()
  if (executablePath === null) throw new Error('There is no Electron runtime: run npm run e2e:electron.')
  const root = join(import.meta.dirname, '../..')
  const electron = await _electron.launch({ executablePath, args: [root, `--user-data-dir=${temporaryFolder()}`, ...files], cwd: root })
  const page = await electron.firstWindow()
  const errors = errorsOf(page)
  await untilConnected(page)
  await use(page)
  // Unsaved changes would ask first.
  await electron.evaluate(({ app }) => app.exit(0))
  expect(errors).toEqual([])
}

/** What the page complains about, collected while it runs. */
export function errorsOf(page: Page): string[] {
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    // The test runner's own recorder tries to run in the preview of a page, whose sandbox lets nothing run.
    if (message.text().startsWith("Blocked script execution in 'about:srcdoc'")) return
    if (message.type() === 'error') errors.push(message.text())
  })
  return errors
}

/** The window has drawn the core's first snapshot. */
export async function untilConnected(page: Page): Promise<void> {
  await page.locator('[data-testid="app"][data-state="ready"]').waitFor({ timeout: 60_000 })
}
