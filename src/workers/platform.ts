import { createHash, randomBytes } from 'node:crypto'
import type { Sha256Factory } from '../core/base/hasher.ts'
import type { RealTime } from '../core/session/ports.ts'

/** What Node gives the core through its ports. */

export const nativeSha256: Sha256Factory = () => {
  const hash = createHash('sha256')
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') }
}

/** Resolves when every promise continuation that can run has run. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export const realTime: RealTime = {
  now: () => performance.now(),
  after: (milliseconds, run) => {
    if (milliseconds <= 0) {
      const handle = setImmediate(run)
      return { dispose: () => clearImmediate(handle) }
    }
    const handle = setTimeout(run, milliseconds)
    return { dispose: () => clearTimeout(handle) }
  },
}

/** The seed of a new project: the one place where chance comes in. */
export const newSeed = (): string => randomBytes(8).toString('hex')
