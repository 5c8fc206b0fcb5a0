import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './steps.mjs'

const PACKAGE = join(root, 'node_modules/electron')
const FAILED = join(root, '.cache/electron-download-failed')
const DAY_MS = 24 * 60 * 60 * 1000

/** The path of Electron's program, or null while its runtime is not there. */
export function electronProgram() {
  const named = join(PACKAGE, 'path.txt')
  if (!existsSync(named)) return null
  const program = join(PACKAGE, 'dist', readFileSync(named, 'utf8').trim())
  return existsSync(program) ? program : null
}

/**
 * Electron's program, downloaded if need be, or why there is none. A download that failed is tried again after a day, so that
 * a machine without network does not wait at every start.
 */
export async function findElectron({ timeoutMs = 60_000 } = {}) {
  const present = electronProgram()
  if (present) return { program: present }
  if (!existsSync(join(PACKAGE, 'install.js'))) return { reason: 'its package is not installed' }
  if (existsSync(FAILED) && Date.now() - statSync(FAILED).mtimeMs < DAY_MS) return { reason: 'it could not be downloaded today' }
  process.stderr.write('Downloading the Electron runtime (once) …\n')
  const { code } = await run(process.execPath, [join(PACKAGE, 'install.js')], { timeoutMs })
  const program = electronProgram()
  if (code === 0 && program) {
    rmSync(FAILED, { force: true })
    return { program }
  }
  mkdirSync(join(root, '.cache'), { recursive: true })
  writeFileSync(FAILED, '')
  return { reason: 'it could not be downloaded' }
}
