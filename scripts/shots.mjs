// npm run shots [-- FOLDER]: pictures of the built app at three sizes, light and dark.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-core'
import { findChromium } from './lib/chromium.mjs'
import { ensureBuild, ensureModules, requireNode } from './lib/setup.mjs'
import { root } from './lib/steps.mjs'

const SIZES = [[1280, 720], [1440, 900], [1920, 1080]]
const THEMES = ['light', 'dark']
const folder = resolve(process.argv[2] ?? join(root, '.cache/shots'))

requireNode()
await ensureModules()
await ensureBuild()
mkdirSync(folder, { recursive: true })
const data = mkdtempSync(join(tmpdir(), 'glasshouse-shots-'))
const server = spawn(process.execPath, ['out/main/cli.js', 'serve', '--no-open', '--json', '--exit-with-stdin', '--data', data], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] })
const url = JSON.parse(await new Promise((done) => server.stdout.once('data', (line) => done(String(line))))).url
const browser = await chromium.launch({ executablePath: findChromium() ?? undefined, args: ['--no-sandbox', '--disable-gpu'] })

for (const theme of THEMES) {
  for (const [width, height] of SIZES) await shoot(theme, width, height)
}
await browser.close()
server.stdin.end()
await new Promise((done) => server.once('exit', done))
rmSync(data, { recursive: true, force: true })

async function shoot(theme, width, height) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: theme, reducedMotion: 'reduce' })
  await page.goto(url)
  const firstStart = page.getByTestId('first-start')
  await page.locator('[data-testid="app"][data-state="ready"]').waitFor()
  await page.evaluate(() => document.fonts.ready)
  const name = (await firstStart.count()) > 0 ? 'first-start' : 'window'
  const file = join(folder, `${name}-${width}x${height}-${theme}.png`)
  await page.screenshot({ path: file })
  process.stdout.write(`${file}\n`)
  await page.close()
}
