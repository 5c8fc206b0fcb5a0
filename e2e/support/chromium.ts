import { findChromium } from '../../scripts/lib/chromium.mjs'

/** Of Playwright's own list, what matters here (the last such argument holds); and pages of the address bar, which nobody sees here and which take a fifteenth of the time. */
const NOT_WANTED = [
  'AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose', 'HttpsUpgrades', 'MediaRouter', 'PaintHolding', 'ThirdPartyStoragePartitioning', 'OptimizationHints',
  'WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'WebUIOmniboxFullPopup', 'AiModeOmniboxEntryPoint',
]

/** A browser that talks to nobody but the app; as root, in a container, its sandbox cannot start. */
export const CHROMIUM_ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--disable-features=${NOT_WANTED.join(',')}`,
]

export function chromiumProgram(): string {
  const program = findChromium()
  if (program === null) throw new Error('The end-to-end tests need Chromium, Chrome or Edge: set CHROME to the program.')
  return program
}
