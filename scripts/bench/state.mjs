/** State diffs at 1,000 hosts and 10,000 VMs and containers: in the core (Node) and in the window's store (Chromium). */
import { createServer } from 'vite'
import { launch, servePage } from './topology.mjs'

export async function benchState() {
  const core = await measureCore()
  const page = await servePage('bench/records.html')
  const browser = await launch()
  try {
    const tab = await browser.newPage()
    await tab.goto(page.url)
    await tab.waitForFunction(() => globalThis.measureApply)
    const applyMsMedian = await tab.evaluate(() => globalThis.measureApply())
    const ok = core.bytesPerTickOverSnapshot <= 1 / 20 && applyMsMedian <= 4
    return { name: 'state', ok, results: { ...core, applyMsMedianInChromium: applyMsMedian } }
  } finally {
    await browser.close()
    page.close()
  }
}

async function measureCore() {
  const vite = await createServer({ configFile: false, server: { middlewareMode: true }, appType: 'custom', logLevel: 'error' })
  try {
    const { measureState } = await vite.ssrLoadModule('/bench/state.ts')
    return measureState()
  } finally {
    await vite.close()
  }
}
