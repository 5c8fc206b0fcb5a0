import { strToU8, unzipSync, zipSync } from 'fflate'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { AppWindow } from './pages/app-window.ts'
import { openByKey, saveByKey, stateHash } from './pages/project-files.ts'
import { startBrowserHost, temporaryFolder } from './support/browser-host.ts'
import { errorsOf, expect, test, untilConnected } from './support/fixtures.ts'

test.skip(process.env['GLASSHOUSE_E2E_HOST'] === 'electron', 'about the browser door: files come and go by content')

/** The sample with an edit of one's own, its clock standing still, so that its hash says one thing. */
async function standingRoom(glasshouse: AppWindow): Promise<void> {
  await glasshouse.openSample()
  await glasshouse.pauseClock()
  await glasshouse.act('db-1', 'Rename')
  await glasshouse.fill({ Name: 'ledger' })
  await glasshouse.submit('Rename')
  await expect(glasshouse.row('ledger')).toBeVisible()
}

test('a saved project has the same state after a reload, and in a session that opens the file', async ({ app, browser }) => {
  const glasshouse = new AppWindow(app)
  await standingRoom(glasshouse)
  const before = await stateHash(app)
  const unsaved = app.getByRole('img', { name: 'Unsaved changes' })
  await expect(unsaved).toBeVisible()
  const file = await saveByKey(app)
  expect(file.name).toMatch(/\.glasshouse$/)
  await expect(unsaved).toHaveCount(0)
  await expect(glasshouse.toast.filter({ hasText: 'is saved.' })).toBeVisible()

  await app.reload()
  await untilConnected(app)
  await expect(glasshouse.row('ledger')).toBeVisible()
  expect(await stateHash(app)).toBe(before)

  const other = await startBrowserHost()
  const page = await browser.newPage()
  const errors = errorsOf(page)
  await page.goto(other.url)
  await untilConnected(page)
  expect(await stateHash(page)).not.toBe(before)
  await openByKey(page, file.name, file.bytes)
  const opened = new AppWindow(page)
  await expect(opened.row('ledger')).toBeVisible()
  await expect(opened.drawn('shop')).toBeAttached()
  expect(await stateHash(page)).toBe(before)
  // What could be undone before it was saved still can.
  await page.keyboard.press('Control+z')
  await expect(opened.row('db-1')).toBeVisible()
  await page.close()
  await other.stop()
  expect(errors).toEqual([])
})

test('a project opened from the first start goes on where it was saved', async ({ app, browser }) => {
  const glasshouse = new AppWindow(app)
  await standingRoom(glasshouse)
  const file = await saveByKey(app)
  const other = await startBrowserHost()
  const page = await browser.newPage()
  await page.goto(other.url)
  await untilConnected(page)
  const coming = page.waitForEvent('filechooser')
  await page.getByTestId('first-start').getByRole('button', { name: 'Open a file' }).click()
  await (await coming).setFiles({ name: file.name, mimeType: 'application/octet-stream', buffer: file.bytes })
  await expect(new AppWindow(page).row('ledger')).toBeVisible()
  await page.close()
  await other.stop()
})

test.describe('a file that cannot be opened gets a clear error and changes nothing', () => {
  const broken: readonly { readonly what: string; readonly make: (good: Buffer) => Uint8Array; readonly says: RegExp }[] = [
    { what: 'cut off', make: (good) => good.subarray(0, good.length / 2), says: /not a usable Glasshouse project: it is not a zip archive, or its end is missing/ },
    { what: 'something else', make: () => Buffer.from('<html>not a project</html>'), says: /not a usable Glasshouse project: it is not a zip archive/ },
    { what: 'changed by one bit', make: (good) => changedBit(good), says: /not a usable Glasshouse project: / },
    { what: 'of a newer version', make: (good) => withManifest(good, { format: 99 }), says: /newer version of Glasshouse \(format 99.*Update Glasshouse/ },
    { what: 'a zip with a path out of it', make: (good) => zipSync({ ...unzipSync(good), '../../evil.sh': strToU8('rm -rf /') }), says: /a file with a forbidden name/ },
    { what: 'a zip bomb', make: (good) => zipSync({ ...unzipSync(good), 'blobs/bomb': new Uint8Array(128 * 1024 * 1024) }, { level: 9 }), says: /This file is refused: it claims to hold .*more than any project needs/ },
  ]

  test('whatever is wrong with it', async ({ app }) => {
    const glasshouse = new AppWindow(app)
    await standingRoom(glasshouse)
    const good = await saveByKey(app)
    const before = await stateHash(app)
    for (const { what, make, says } of broken) {
      await test.step(what, async () => {
        await openByKey(app, `${what}.glasshouse`, Buffer.from(make(good.bytes)))
        const message = glasshouse.toast.filter({ hasText: says })
        await expect(message, what).toBeVisible()
        await message.getByRole('button', { name: 'Close' }).click()
        await expect(glasshouse.row('ledger')).toBeVisible()
        expect(await stateHash(app)).toBe(before)
      })
    }
  })
})

test('when the app behind the window dies the window says so, and the next start has the work', async ({ browserHost, page }) => {
  await page.goto(browserHost.url)
  await untilConnected(page)
  const glasshouse = new AppWindow(page)
  await standingRoom(glasshouse)
  const before = await stateHash(page)
  browserHost.process.kill('SIGKILL')
  await expect(page.getByRole('alert').filter({ hasText: 'lost its connection' })).toBeVisible()

  const next = await startBrowserHost([], browserHost.dataFolder)
  await page.goto(next.url)
  await untilConnected(page)
  await expect(glasshouse.row('ledger')).toBeVisible()
  expect(await stateHash(page)).toBe(before)
  await next.stop()
})

test('when only the simulation dies it is started again from its journal, and the window says so', async ({ page }) => {
  const host = await startBrowserHost([], temporaryFolder(), pathToFileURL(join(import.meta.dirname, 'support/mortal-workers.mjs')).href)
  await page.goto(host.url)
  await untilConnected(page)
  const glasshouse = new AppWindow(page)
  await standingRoom(glasshouse)
  const before = await stateHash(page)
  host.process.kill('SIGUSR2')
  const banner = page.getByRole('alert').filter({ hasText: 'was started again from its journal' })
  await expect(banner).toBeVisible()
  await expect(glasshouse.row('ledger')).toBeVisible()
  expect(await stateHash(page)).toBe(before)
  await banner.getByRole('button', { name: 'Close' }).click()
  await expect(banner).toHaveCount(0)
  await glasshouse.act('ledger', 'Rename')
  await glasshouse.fill({ Name: 'after' })
  await glasshouse.submit('Rename')
  await expect(glasshouse.row('after')).toBeVisible()
  await page.close()
  await host.stop()
})

test('leaving unsaved work is asked about, and may be refused', async ({ app }) => {
  const glasshouse = new AppWindow(app)
  await standingRoom(glasshouse)
  const asked: string[] = []
  app.once('dialog', (dialog) => {
    asked.push(dialog.message())
    void dialog.dismiss()
  })
  await app.getByTestId('project-menu').click()
  await glasshouse.menuItem('New, empty room').click()
  await expect.poll(() => asked).toEqual([expect.stringContaining('changes that are not in a file')])
  await expect(glasshouse.row('ledger')).toBeVisible()

  app.once('dialog', (dialog) => void dialog.accept())
  await app.getByTestId('project-menu').click()
  await glasshouse.menuItem('New, empty room').click()
  await expect(glasshouse.row('ledger')).toHaveCount(0)
  await expect(glasshouse.row('rack-1')).toBeVisible()
})

function changedBit(good: Buffer): Buffer {
  const changed = Buffer.from(good)
  const at = Math.floor(good.length / 3)
  changed[at] = (changed[at] ?? 0) ^ 1
  return changed
}

function withManifest(good: Buffer, change: object): Uint8Array {
  const files = unzipSync(good)
  const manifest = JSON.parse(new TextDecoder().decode(files['manifest.json'])) as object
  return zipSync({ ...files, 'manifest.json': strToU8(JSON.stringify({ ...manifest, ...change })) })
}
