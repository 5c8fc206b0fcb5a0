/**
 * First paint and frame rate of the topology at 200, 1,000 and 10,000 objects, in a real Chromium.
 * `node scripts/bench/topology.mjs [--json FILE] [--shots DIR]`; the browser comes from CHROME or the usual places.
 */
import { mkdtempSync, existsSync, rmSync, writeFileSync, mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join, resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { chromium } from 'playwright-core'
import { build } from 'vite'

const SIZES = [200, 1000, 10_000]
const DRAG_MS = 3000
const VIEW = { width: 1280, height: 800 }
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

function findChromium() {
  const named = [process.env['CHROME'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  return named.find((path) => path && existsSync(path)) ?? chromium.executablePath()
}

/** Builds the page into a folder that is removed afterwards; nothing of it is shipped. */
export async function servePage(html = 'bench/topology.html') {
  const out = mkdtempSync(join(tmpdir(), 'topology-bench-'))
  const root = resolve('src/renderer')
  await build({
    configFile: false, root, logLevel: 'warn', plugins: [vue()], worker: { format: 'es' }, define: { __APP_VERSION__: '"bench"' },
    build: { outDir: out, emptyOutDir: true, rolldownOptions: { input: join(root, html) } },
  })
  const server = createServer((request, response) => {
    const path = join(out, new URL(request.url ?? '/', 'http://x').pathname)
    if (!path.startsWith(out) || !existsSync(path)) return response.writeHead(404).end()
    response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' }).end(readFileSync(path))
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${server.address().port}/${html}`
  const close = () => {
    server.close()
    server.closeAllConnections()
    rmSync(out, { recursive: true, force: true })
  }
  return { url, close }
}

export const launch = () => chromium.launch({ executablePath: findChromium(), args: FLAGS })

/** Frames a second while the mouse drags the view back and forth; `frames` counts those that were really drawn. */
async function dragRate(page) {
  const box = await page.getByTestId('topology').boundingBox()
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  await page.evaluate(() => {
    globalThis.frames_ = []
    const tick = (at) => { globalThis.frames_.push(at); globalThis.tick_ = requestAnimationFrame(tick) }
    requestAnimationFrame(tick)
  })
  await page.mouse.move(middle.x, middle.y)
  await page.mouse.down()
  const end = Date.now() + DRAG_MS
  for (let step = 0; Date.now() < end; step++) await page.mouse.move(middle.x + 420 * Math.sin(step / 14), middle.y + 180 * Math.cos(step / 9))
  await page.mouse.up()
  const times = await page.evaluate(() => { cancelAnimationFrame(globalThis.tick_); return globalThis.frames_ })
  const gaps = times.slice(1).map((at, index) => at - times[index]).sort((a, b) => a - b)
  return { fps: round((1000 * gaps.length) / (times.at(-1) - times[0])), worstMs: round(gaps.at(-1)), p95Ms: round(gaps[Math.floor(gaps.length * 0.95)]) }
}

const round = (value) => Math.round(value * 10) / 10

async function paints(page) {
  const all = await page.evaluate(() => performance.getEntriesByName('topology-paint').map((entry) => entry.duration))
  await page.evaluate(() => performance.clearMeasures('topology-paint'))
  const sorted = all.sort((a, b) => a - b)
  return { count: all.length, medianMs: round(sorted[Math.floor(sorted.length / 2)] ?? 0), worstMs: round(sorted.at(-1) ?? 0) }
}

async function measure(browser, url, objects) {
  const page = await browser.newPage({ viewport: VIEW })
  const errors = []
  page.on('pageerror', (error) => errors.push(error.message))
  await page.goto(`${url}?objects=${objects}`)
  await page.waitForFunction(() => performance.getEntriesByName('topology-paint').length > 0)
  const firstPaintMs = await page.evaluate(() => {
    const paint = performance.getEntriesByName('topology-paint')[0]
    return paint.startTime + paint.duration - performance.getEntriesByName('records')[0].startTime
  })
  await page.waitForTimeout(400)
  const state = () => page.getByTestId('topology').evaluate((element) => ({ level: element.dataset.level, elements: Number(element.dataset.elements) }))
  const whole = { ...(await state()), first: await paints(page), drag: await dragRate(page), paint: await paints(page) }
  // By keyboard to the first host, or through the first rack to it, and near.
  await page.getByTestId('topology').focus()
  for (const key of ['ArrowRight', 'ArrowDown', 'Enter']) await page.keyboard.press(key)
  await page.waitForTimeout(900)
  await paints(page)
  const near = { ...(await state()), drag: await dragRate(page), paint: await paints(page) }
  await page.keyboard.press('0')
  await page.waitForTimeout(600)
  await paints(page)
  const applyMs = round(await page.evaluate(() => globalThis.churn(2000)))
  await page.waitForTimeout(300)
  const churn = { applyMs, paint: await paints(page) }
  await page.close()
  if (errors.length > 0) throw new Error(errors.join('\n'))
  return { objects, firstPaintMs: round(firstPaintMs), whole, near, churn }
}

/** Results for each size; a rate below `least` frames a second fails. */
export async function benchTopology(least = 30) {
  const page = await servePage()
  const browser = await launch()
  try {
    const results = []
    for (const objects of SIZES) results.push(await measure(browser, page.url, objects))
    const slow = results.filter((result) => Math.min(result.whole.drag.fps, result.near.drag.fps) < least).map((result) => result.objects)
    return { name: 'topology', least, ok: slow.length === 0, results }
  } finally {
    await browser.close()
    page.close()
  }
}

const ROOMS = ['room=teaching&select=vm:web', 'room=growing', 'objects=40', 'objects=200', 'objects=1000', 'objects=10000']

/** Pictures of the panel at several sizes and in all themes, to be looked at. */
export async function shootTopology(folder, looks = ['light', 'dark', 'hc-light', 'hc-dark', 'light&scale=projector']) {
  mkdirSync(folder, { recursive: true })
  const served = await servePage()
  const browser = await launch()
  try {
    for (const look of looks) {
      for (const room of look === 'light' ? ROOMS : ROOMS.slice(0, 2)) {
        const page = await browser.newPage({ viewport: { width: 880, height: 612 } })
        await page.goto(`${served.url}?${room}&theme=${look}`)
        await page.waitForTimeout(700)
        await page.screenshot({ path: join(folder, `${room}-${look}`.replace(/[^a-z0-9]+/g, '-') + '.png') })
        await page.close()
      }
    }
  } finally {
    await browser.close()
    served.close()
  }
}

if (process.argv[1] && resolve(process.argv[1]) === resolve(import.meta.filename)) {
  const option = (name) => { const at = process.argv.indexOf(name); return at > 0 ? process.argv[at + 1] : undefined }
  const shots = option('--shots')
  if (shots) await shootTopology(shots)
  else {
    const result = await benchTopology()
    const text = JSON.stringify(result, null, 2)
    const file = option('--json')
    if (file) writeFileSync(file, text + '\n')
    console.log(text)
    process.exitCode = result.ok ? 0 : 1
  }
}
