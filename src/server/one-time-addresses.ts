import { newToken } from './access.ts'

/** Long enough for a browser to start on a slow machine. */
const LIFETIME_MS = 120_000

/**
 * Addresses that lead to a session once and soon. A browser is started with an address among its arguments, which every user of
 * the machine can read; the session's token must not stand there.
 */
export class OneTimeAddresses {
  private readonly targets = new Map<string, { readonly target: string; readonly expires: number }>()
  private readonly now: () => number

  constructor(now: () => number) {
    this.now = now
  }

  /** A path that `take` turns into `target`. */
  add(target: string): string {
    const code = newToken()
    this.targets.set(code, { target, expires: this.now() + LIFETIME_MS })
    return `/open?c=${code}`
  }

  /** Null for other paths, and for an address that was used or is too old. */
  take(path: string): string | null {
    const code = /^\/open\?c=([\w-]+)$/.exec(path)?.[1] ?? ''
    const found = this.targets.get(code)
    this.targets.delete(code)
    return found && found.expires > this.now() ? found.target : null
  }
}
