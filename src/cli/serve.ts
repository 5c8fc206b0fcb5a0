import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { claimSessionFolder, defaultDataFolder } from '../door/data-folder.ts'
import { openBrowserDoor } from '../server/browser-door.ts'
import { startCore } from '../workers/core-client.ts'
import { findWindowBrowser, hasDisplay } from './browsers.ts'
import { type CliCommand, onlyPositional, parseCommandLine, UsageError } from './command.ts'
import { openInBrowser, showWindow } from './open-window.ts'
import { openProject } from './open-project.ts'

const OPTIONS = {
  port: { type: 'string' },
  data: { type: 'string' },
  window: { type: 'boolean' },
  'no-open': { type: 'boolean' },
  json: { type: 'boolean' },
  'exit-with-stdin': { type: 'boolean' },
} as const

const HELP = `glasshouse serve [FILE] [options]

Serves the app to a browser on this machine (127.0.0.1 only) until it is stopped with Ctrl+C or SIGTERM.
When it is ready it prints one line of JSON: {"url": "http://127.0.0.1:…/#t=…"}. The address holds the key to the session.

  FILE               open this project (.glasshouse)
  --port N           listen on this port; without it, on any free one
  --data DIR         keep the session's journal in this folder
  --window           show a window of its own, and end when that is closed
  --no-open          do not open a browser
  --json             print nothing but the line of JSON
  --exit-with-stdin  end when standard input is closed, so that no server outlives the program that started it

Exit codes: 0 stopped in good order; 1 could not start, e.g. the port is taken or FILE cannot be opened; 2 wrong usage.
`

async function execute(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommandLine(args, OPTIONS)
  const named = onlyPositional(positionals, 'file')
  const file = named === undefined ? null : existingFile(named)
  const port = portNumber(values.port)
  const say = (text: string): void => void (values.json || process.stderr.write(`${text}\n`))
  const folder = claimSessionFolder(values.data === undefined ? defaultDataFolder(process.platform, process.env) : resolve(values.data))
  try {
    const door = await openBrowserDoor({ rendererFolder: join(import.meta.dirname, '../renderer'), port })
    const stopped = untilStopped(values['exit-with-stdin'] === true)
    const core = startCore({ dataDir: folder.path })
    const session = door.addSession(core, file)
    try {
      if (file !== null) await openProject(core, file)
      process.stdout.write(`${JSON.stringify({ url: session.url })}\n`)
      const windowClosed = values['no-open'] ? null : show(values.window === true, session.once, folder.path, say)
      await Promise.race(windowClosed ? [stopped, windowClosed] : [stopped])
    } finally {
      await door.stop()
    }
  } finally {
    folder.release()
  }
  return 0
}

/** Null when there is no window to wait for. */
function show(ownWindow: boolean, address: () => string, folder: string, say: (text: string) => void): Promise<void> | null {
  if (!hasDisplay(process)) {
    say('There is no display here: open the address above in a browser on this machine. Ctrl+C stops the server.')
    return null
  }
  const browser = ownWindow ? findWindowBrowser() : null
  if (browser !== null) return showWindow(browser, address(), folder)
  say(ownWindow ? 'No Chromium, Chrome or Edge was found for a window of its own: the address above opens in your browser.' : 'The address above opens in your browser.')
  openInBrowser(address())
  return null
}

/** Resolves at Ctrl+C or SIGTERM and, if asked, when standard input ends. */
function untilStopped(withStdin: boolean): Promise<void> {
  return new Promise((stop) => {
    process.once('SIGINT', () => stop())
    process.once('SIGTERM', () => stop())
    if (!withStdin) return
    process.stdin.once('end', () => stop())
    process.stdin.once('error', () => stop())
    process.stdin.resume()
  })
}

function portNumber(text: string | undefined): number {
  if (text === undefined) return 0
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65535) throw new UsageError(`"${text}" is not a port: give a number from 0 to 65535.`)
  return port
}

function existingFile(file: string): string {
  const path = resolve(file)
  if (!existsSync(path)) throw new Error(`There is no file ${path}.`)
  return path
}

export const serve: CliCommand = { summary: 'serve the app to a browser on this machine', help: HELP, execute }
