import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../../../..', 'shared')

/**
 * The path of conformance data that is kept beside the repository, in `../shared`. Undefined where a clone has none: say so in
 * one line and skip. In CI it has to be there.
 */
export function sharedPath(...parts: readonly string[]): string | undefined {
  const path = join(root, ...parts)
  if (existsSync(path)) return path
  if (process.env['CI'] === 'true') throw new Error(`conformance data is missing: ../shared/${parts.join('/')}`)
  console.log(`skipped: no conformance data at ../shared/${parts.join('/')}`)
  return undefined
}
