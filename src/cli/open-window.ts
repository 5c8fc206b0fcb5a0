import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { defaultBrowserCommand } from './browsers.ts'

/** Its own window without tabs, in a profile of its own. Resolves when the person closed it; rejects if it cannot start. */
export function showWindow(browser: string, url: string, dataFolder: string): Promise<void> {
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0
  const child = spawn(browser, [
    `--app=${url}`,
    `--user-data-dir=${join(dataFolder, 'window')}`,
    '--window-size=1440,900',
    '--no-first-run',
    '--no-default-browser-check',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--password-store=basic',
    // Chromium refuses to start as root with its sandbox, as in a teaching container.
    ...(asRoot ? ['--no-sandbox'] : []),
  ], { stdio: 'ignore' })
  return new Promise((closed, failed) => {
    child.once('error', failed)
    child.once('exit', () => closed())
  })
}

/** Shows the address in the person's own browser; if there is none, nothing happens, since the address is printed too. */
export function openInBrowser(url: string): void {
  const [command, args] = defaultBrowserCommand(process.platform, url)
  const child = spawn(command, args, { stdio: 'ignore', detached: true })
  child.on('error', () => undefined)
  child.unref()
}
