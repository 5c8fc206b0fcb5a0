/** From starting the browser door to a window one can use; memory and CPU of the idle app with the clock paused (Linux). */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { root } from '../lib/steps.mjs'
import { launch } from './topology.mjs'

const ROUNDS = 3
const IDLE_MS = 10_000
/** Kernel clock ticks a second, fixed on Linux. */
const TICKS_PER_SECOND = 100

export async function benchLaunch() {
  const browser = await launch()
  const rounds = []
  try {
    for (let round = 0; round < ROUNDS; round++) rounds.push(await measureOnce(browser))
  } finally {
    await browser.close()
  }
  const least = (name) => Math.min(...rounds.map((round) => round[name]))
  const results = {
    serverReadyMs: least('serverReadyMs'), interactiveMs: least('interactiveMs'), serverRssMiB: least('serverRssMiB'), windowHeapMiB: least('windowHeapMiB'),
    serverCpuPercentPaused: least('serverCpu'), windowCpuPercentPaused: least('windowCpu'),
  }
  return { name: 'launch', ok: results.serverCpuPercentPaused + results.windowCpuPercentPaused <= 1, results }
}

async function measureOnce(browser) {
  const data = mkdtempSync(join(tmpdir(), 'glasshouse-bench-'))
  const begin = performance.now()
  const server = spawn(process.execPath, ['out/main/cli.js', 'serve', '--no-open', '--json', '--exit-with-stdin', '--data', data], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] })
  const { url } = JSON.parse((await createInterface({ input: server.stdout })[Symbol.asyncIterator]().next()).value)
  const serverReadyMs = Math.round(performance.now() - begin)
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  await page.goto(url)
  await page.locator('[data-testid=app][data-state=ready]').waitFor()
  const interactiveMs = Math.round(performance.now() - begin)
  await page.getByTestId('start-sample').click()
  await page.getByTestId('topology').waitFor()
  const devtools = await context.newCDPSession(page)
  await devtools.send('Performance.enable')
  const playing = page.locator('[data-testid=play][aria-pressed=true]')
  await playing.click()
  await page.waitForTimeout(3000)
  const before = { server: cpuSeconds(server.pid), window: await busySeconds(devtools) }
  await page.waitForTimeout(IDLE_MS)
  const percent = (seconds) => Math.round((seconds / (IDLE_MS / 1000)) * 10_000) / 100
  const result = {
    serverReadyMs, interactiveMs,
    serverRssMiB: Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1]) / 1024),
    windowHeapMiB: Math.round((await metric(devtools, 'JSHeapUsedSize')) / 1024 / 1024),
    serverCpu: percent(cpuSeconds(server.pid) - before.server),
    windowCpu: percent((await busySeconds(devtools)) - before.window),
  }
  await context.close()
  server.stdin.end()
  await new Promise((done) => server.once('exit', done))
  rmSync(data, { recursive: true, force: true })
  return result
}

/** User and system time of a process and its threads. */
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

async function metric(devtools, name) {
  const { metrics } = await devtools.send('Performance.getMetrics')
  return metrics.find((each) => each.name === name).value
}

const busySeconds = (devtools) => metric(devtools, 'TaskDuration')
