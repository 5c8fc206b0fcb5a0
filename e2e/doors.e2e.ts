import { seriousFindings } from './support/accessibility.ts'
import { expect, test, untilConnected } from './support/fixtures.ts'

test('the session survives a reload of the tab, and its key leaves the address', async ({ app }) => {
  expect(new URL(app.url()).hash).toBe('')
  await app.reload()
  await untilConnected(app)
})

test('a tab without the key gets the app but no session', async ({ browserHost, page }) => {
  await page.goto(browserHost.url.replace(/#.*/, ''))
  await expect(page.locator('[data-testid="app"][data-state="waiting"]')).toBeVisible()
})

test('the first start has no serious accessibility finding', async ({ app }) => {
  await expect(app.getByTestId('first-start')).toBeVisible()
  expect(await seriousFindings(app)).toEqual([])
})
