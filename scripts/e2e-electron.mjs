// npm run e2e:electron: the end-to-end suite in a real Electron, where its runtime exists.
import { findElectron } from './lib/electron.mjs'
import { ensureBuild, ensureModules, requireNode } from './lib/setup.mjs'
import { runTool } from './lib/steps.mjs'

requireNode()
await ensureModules()
await ensureBuild()
const electron = await findElectron()
if (electron.program) {
  const { code } = await runTool('@playwright/test/cli.js', ['test', '-c', 'e2e/playwright.config.ts', ...process.argv.slice(2)], { show: true, env: { GLASSHOUSE_E2E_HOST: 'electron' } })
  process.exitCode = code
} else {
  process.stdout.write(`Skipped: there is no Electron runtime on this machine, because ${electron.reason}. The same suite runs through the browser door: npm run e2e.\n`)
}
