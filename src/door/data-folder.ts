import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const MAX_SESSIONS = 64

/** Where this person's Glasshouse keeps sessions of the browser door, by the custom of each platform. */
export function defaultDataFolder(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string {
  if (platform === 'win32') return join(env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), 'Glasshouse', 'browser')
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Glasshouse', 'browser')
  return join(env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'glasshouse', 'browser')
}

export interface ClaimedFolder {
  readonly path: string
  release(): void
}

/**
 * The first session folder that no running process has. A session whose process died is thereby picked up again by the next
 * start, with its journal.
 */
export function claimSessionFolder(dataFolder: string): ClaimedFolder {
  for (let number = 1; number <= MAX_SESSIONS; number++) {
    const path = join(dataFolder, `session-${number}`)
    mkdirSync(path, { recursive: true, mode: 0o700 })
    const lock = join(path, 'owner.pid')
    if (claim(lock)) return { path, release: () => rmSync(lock, { force: true }) }
  }
  throw new Error(`All ${MAX_SESSIONS} session folders in ${dataFolder} are in use; stop some of the running servers.`)
}

function claim(lock: string): boolean {
  if (isOwned(lock)) return false
  rmSync(lock, { force: true })
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch {
    return false
  }
}

function isOwned(lock: string): boolean {
  try {
    const pid = Number(readFileSync(lock, 'utf8'))
    return Number.isSafeInteger(pid) && pid > 0 && isRunning(pid)
  } catch {
    return false
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process: running, though not ours to signal.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
