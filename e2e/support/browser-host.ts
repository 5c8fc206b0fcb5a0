import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface BrowserHost {
  readonly url: string
  /** The server's own process, for tests that end it the hard way. */
  readonly process: ChildProcess
  readonly dataFolder: string
  stop(): Promise<void>
}

const folders = new Set<string>()
process.once('exit', () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

/** A folder that goes away with the test process. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'glasshouse-e2e-'))
  folders.add(folder)
  return folder
}

/** The built app behind its browser door; the server ends with its input, even when the test runner dies. `loaded`: a module that comes before it. */
export async function startBrowserHost(args: readonly string[] = [], dataFolder: string = temporaryFolder(), loaded?: string): Promise<BrowserHost> {
  const server = spawn(process.execPath, [...(loaded ? ['--import', loaded] : []), 'out/main/cli.js', 'serve', '--no-open', '--json', '--exit-with-stdin', '--data', dataFolder, ...args], {
    cwd: join(import.meta.dirname, '../..'),
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = new Promise<number | null>((done) => server.once('exit', (code) => done(code)))
  const line = await Promise.race([firstLine(server), ended.then((code) => Promise.reject(new Error(`the server ended with ${code}`)))])
  const { url } = JSON.parse(line) as { url: string }
  return {
    url,
    process: server,
    dataFolder,
    async stop() {
      server.stdin.end()
      await ended
    },
  }
}

async function firstLine(server: ChildProcess): Promise<string> {
  if (!server.stdout) throw new Error('the server has no output')
  for await (const line of createInterface({ input: server.stdout })) return line
  throw new Error('the server said nothing')
}
