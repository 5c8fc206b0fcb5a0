import { findChromium } from '../../scripts/lib/chromium.mjs'

/** A browser that talks to nobody but the app; as root, in a container, its sandbox cannot start. */
export const CHROMIUM_ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export function chromiumProgram(): string {
  const program = findChromium()
  if (program === null) throw new Error('The end-to-end tests need Chromium, Chrome or Edge: set CHROME to the program.')
  return program
}
