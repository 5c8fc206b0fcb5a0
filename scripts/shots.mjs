// npm run shots [-- FOLDER] [--only NAME]: pictures of every panel of the built app, at three sizes, light and dark, to be looked at.
// npm run shots -- --readme: the one picture of the README.
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { findChromium } from './lib/chromium.mjs'
import { ensureBuild, ensureModules, requireNode } from './lib/setup.mjs'
import { root } from './lib/steps.mjs'

const SIZES = [[1280, 720], [1440, 900], [1920, 1080]]
const CONTRAST_SIZES = [[1440, 900]]
const { values: { readme, only }, positionals } = parseArgs({ allowPositionals: true, options: { readme: { type: 'boolean' }, only: { type: 'string' } } })
const folder = resolve(positionals[0] ?? join(root, '.cache/shots'))

/** What is pictured, in the order in which it is reached; each step starts where the one before ended. */
const STOPS = [
  ['first-start', async () => undefined],
  ['tour', async (page) => page.getByTestId('start-sample').click().then(() => page.getByTestId('tour').waitFor())],
  ['topology', openSample],
  ['vm', async (page) => choose(page, 'web-1')],
  ['host', async (page) => choose(page, 'charminar')],
  ['network', async (page) => page.getByTestId('overlay-network').click()],
  ['dialog', async (page) => addDialog(page)],
  ['palette', async (page) => page.keyboard.press('Escape').then(() => page.keyboard.press('Control+k'))],
  ['studio', studio],
  ['studio-result', build],
  ['layers', async (page) => page.getByTestId('build-result').getByRole('button').first().click().then(() => page.getByRole('tab', { name: 'Layers' }).first().click())],
  ['terminal', terminal],
  ['microscope', microscope],
  ['microscope-event', async (page) => page.getByTestId('machine-events').getByRole('row').first().click()],
  ['microscope-memory', async (page) => page.getByRole('tab', { name: 'Memory', exact: true }).click().then(() => page.getByRole('tab', { name: 'Serial line', exact: true }).click())],
  ['microscope-program', async (page) => page.getByRole('tab', { name: 'Program', exact: true }).click().then(() => page.getByTestId('program-editor').locator('.view-line').first().waitFor())],
  ['menu', menu],
]

requireNode()
await ensureModules()
await ensureBuild()
const browser = await chromium.launch({ executablePath: findChromium() ?? undefined, args: ['--no-sandbox', '--disable-gpu'] })
if (readme) {
  await tour('light', [1440, 900], 'normal', { until: 'vm', file: (name) => (name === 'vm' ? join(root, 'docs/images/window.png') : null) })
} else {
  mkdirSync(folder, { recursive: true })
  for (const theme of ['light', 'dark']) for (const size of SIZES) await tour(theme, size, 'normal', {})
  for (const theme of ['hc-light', 'hc-dark']) for (const size of CONTRAST_SIZES) await tour(theme, size, 'normal', {})
  await tour('light', [1440, 900], 'projector', {})
}
await browser.close()

/** One person's way through the app, in a session of its own, a picture at each stop. */
async function tour(theme, [width, height], scale, { until = STOPS.at(-1)[0], file }) {
  const fileOf = file ?? ((name) => join(folder, `${name}-${scale === 'projector' ? 'projector-' : ''}${width}x${height}-${theme}.png`))
  const data = mkdtempSync(join(tmpdir(), 'glasshouse-shots-'))
  const server = spawn(process.execPath, ['out/main/cli.js', 'serve', '--no-open', '--json', '--exit-with-stdin', '--data', data], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] })
  const { url } = JSON.parse(await new Promise((done) => server.stdout.once('data', (line) => done(String(line)))))
  const page = await browser.newPage({ viewport: { width, height }, reducedMotion: 'reduce' })
  await page.addInitScript((settings) => localStorage.setItem('glasshouse.settings', JSON.stringify(settings)), { theme, projector: scale === 'projector' })
  await page.goto(url)
  await page.locator('[data-testid="app"][data-state="ready"]').waitFor()
  for (const [name, go] of STOPS) {
    await go(page)
    const path = fileOf(name)
    if (path !== null && (only === undefined || only === name)) {
      await drawn(page)
      await page.screenshot({ path })
      process.stdout.write(`${path}\n`)
    }
    if (name === until || name === only) break
  }
  await page.close()
  server.stdin.end()
  await new Promise((done) => server.once('exit', done))
  rmSync(data, { recursive: true, force: true })
}

/** Fonts are there and the frames of what was done last are drawn. */
async function drawn(page) {
  await page.evaluate(() => document.fonts.ready)
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
}

async function openSample(page) {
  await page.getByTestId('tour-skip').click()
  await page.getByTestId('topology').getByRole('listitem').first().waitFor({ state: 'attached' })
}

/** By the palette, which is there in every size. */
async function choose(page, name) {
  await command(page, name)
  await page.getByTestId('subject').filter({ hasText: name }).waitFor()
}

async function command(page, text) {
  await page.keyboard.press('Control+k')
  await page.getByTestId('palette').getByRole('combobox').fill(text)
  await page.getByTestId('palette').getByRole('option', { name: text }).first().click()
  await page.getByTestId('palette').waitFor({ state: 'detached' })
}

async function addDialog(page) {
  await page.getByTestId('overlay-compute').click()
  await command(page, 'Create a VM')
  await page.getByRole('dialog').waitFor()
}

async function studio(page) {
  await page.keyboard.press('Escape')
  await command(page, 'Show the Studio')
  await page.getByTestId('editor').locator('.view-line').first().waitFor()
}

async function build(page) {
  await page.getByTestId('speed').click()
  await page.getByRole('menuitem', { name: '×100', exact: true }).click()
  await page.getByTestId('build').click()
  await page.getByTestId('build-result').waitFor()
}

async function terminal(page) {
  await choose(page, 'shop')
  await command(page, 'Open a terminal')
  const rows = page.locator('.xterm-rows:visible')
  await rows.filter({ hasText: /#\s*$/ }).waitFor()
  await page.locator('.xterm-helper-textarea').last().focus()
  await page.keyboard.type('ls -l /; id; cat /etc/os-release\n')
  await rows.filter({ hasText: 'PRETTY_NAME' }).waitFor()
}

/** Into the machine of a VM, as far as its thirtieth event, and one instruction on. */
async function microscope(page) {
  await choose(page, 'web-1')
  await command(page, 'Look inside')
  await page.getByTestId('code').locator('[data-next]').waitFor()
  for (let event = 0; event < 30; event++) await arrived(page, 'machine-next-event')
  await arrived(page, 'machine-step')
}

/** Presses a button of the machine and waits until its time has moved. */
async function arrived(page, button) {
  const scrub = page.getByTestId('scrub')
  const before = await scrub.getAttribute('aria-valuenow')
  await page.getByTestId(button).click()
  await page.waitForFunction((tick) => document.querySelector('[data-testid="scrub"]')?.getAttribute('aria-valuenow') !== tick, before)
}

async function menu(page) {
  await command(page, 'Show the topology')
  await page.getByTestId('topology').focus()
  await page.keyboard.press('Shift+F10')
  await page.getByRole('menu').waitFor()
}
