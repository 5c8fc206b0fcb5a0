import type { Page } from '@playwright/test'
import { AppWindow } from './pages/app-window.ts'
import { StudioPage } from './pages/studio-page.ts'
import { LOOKED_AT, seriousFindings } from './support/accessibility.ts'
import { expect, test, untilConnected } from './support/fixtures.ts'

const THEMES = ['light', 'dark', 'hc-light', 'hc-dark'] as const
const THEME_NAMES: Readonly<Record<(typeof THEMES)[number], string>> = { light: 'Light', dark: 'Dark', 'hc-light': 'High contrast', 'hc-dark': 'High contrast dark' }

const INSPECTOR = '[data-region="inspector"]'
const DIALOG = '[role="dialog"]'

/** Names what was looked at in the failure. `part`: only what has changed since the window was looked at as a whole. */
async function expectClean(app: Page, what: string, theme: string = 'light', part: string = 'html'): Promise<void> {
  expect(await seriousFindings(app, theme === 'light' ? 'all rules' : 'colours only', part), what).toEqual([])
}

async function chooseTheme(app: Page, theme: (typeof THEMES)[number]): Promise<void> {
  await app.getByRole('button', { name: 'Theme', exact: true }).click()
  await app.getByRole('menuitem', { name: THEME_NAMES[theme], exact: true }).click()
  await expect(app.locator('html')).toHaveAttribute('data-theme', theme)
}

test('axe finds nothing serious on the first start, in any theme', async ({ app }) => {
  for (const theme of THEMES) {
    await app.getByRole('button', { name: THEME_NAMES[theme], exact: true }).click()
    await expect(app.locator('html')).toHaveAttribute('data-theme', theme)
    await expectClean(app, theme, theme)
  }
})

for (const theme of LOOKED_AT) {
  // Only the colours differ between themes; all rules are tried in the first.
  test(`axe finds nothing serious in any panel, menu or dialog: ${theme}`, async ({ app }) => {
    test.slow()
    const glasshouse = new AppWindow(app)
    await app.getByTestId('start-sample').click()
    await expect(glasshouse.tour).toBeVisible()
    await chooseTheme(app, theme)
    await expectClean(app, 'tour', theme)
    await app.getByTestId('tour-skip').click()
    await glasshouse.setSpeed('×100')

    for (const name of ['Server room', 'charminar', 'KVM', 'web-1', 'shop', 'alpine:latest', 'Lab LAN']) {
      await glasshouse.select(name)
      for (const tab of await glasshouse.inspector.getByRole('tab').all()) {
        await tab.click()
        await expectClean(app, `${name}, ${await tab.textContent()}`, theme, INSPECTOR)
      }
    }
    await app.getByTestId('overlay-network').click()
    await app.getByRole('tab', { name: 'Tasks' }).click()
    await expectClean(app, 'network overlay and tasks', theme)

    await app.getByRole('tab', { name: 'Layers' }).click()
    await expect(app.locator('[data-region="layers"]')).toBeVisible()
    await expectClean(app, 'layers', theme)
    await app.getByRole('tab', { name: 'Terminal' }).click()
    await expect(app.locator('[data-region="terminal"]')).toBeVisible()
    await expectClean(app, 'terminal', theme)
    await app.getByRole('tab', { name: 'Studio' }).click()
    const studio = new StudioPage(app)
    await expect(studio.line('FROM ubuntu:12.04')).toBeVisible()
    await expectClean(app, 'studio', theme)
    await studio.buildToTheEnd()
    await expectClean(app, 'studio with a result', theme)

    for (const action of ['Take a snapshot', 'Change the hardware', 'Rename']) {
      await glasshouse.act('db-1', action)
      await expect(glasshouse.dialog).toBeVisible()
      await expectClean(app, action, theme, DIALOG)
      await app.keyboard.press('Escape')
      await expect(glasshouse.dialog).toHaveCount(0)
    }
    for (const name of ['Host', 'VM', 'Container', 'Image']) {
      await app.getByRole('group', { name: 'Add' }).getByRole('button', { name, exact: true }).click()
      await expect(glasshouse.dialog).toBeVisible()
      await expectClean(app, `add ${name}`, theme, DIALOG)
      await app.keyboard.press('Escape')
      await expect(glasshouse.dialog).toHaveCount(0)
    }
    await app.keyboard.press('Control+k')
    await expect(glasshouse.palette).toBeVisible()
    await expectClean(app, 'palette', theme, DIALOG)
    await app.keyboard.press('Escape')
    await expect(glasshouse.palette).toHaveCount(0)
    await glasshouse.outline.focus()
    await app.keyboard.press('?')
    await expect(glasshouse.dialog).toBeVisible()
    await expectClean(app, 'key sheet', theme, DIALOG)
    await app.keyboard.press('Escape')
    await glasshouse.select('db-1')
    await glasshouse.inspector.getByTestId('more-actions').click()
    await expect(app.getByRole('menu')).toBeVisible()
    await expectClean(app, 'menu', theme)
  })
}

test.describe('a narrow window, as at 200 % zoom', () => {
  for (const { width, height } of [{ width: 1024, height: 600 }, { width: 720, height: 450 }]) {
    test(`${width} by ${height}: outline and inspector are drawers, nothing is cut off`, async ({ app }) => {
      await app.setViewportSize({ width, height })
      const glasshouse = new AppWindow(app)
      await glasshouse.openSample()
      await expect(glasshouse.outline).toHaveCount(0)
      await app.getByRole('button', { name: 'Outline', exact: true }).click()
      await expect(glasshouse.outline).toBeVisible()
      await glasshouse.row('web-1').click()
      await expectClean(app, 'outline as a drawer')
      await app.keyboard.press('Escape')
      await expect(glasshouse.outline).toHaveCount(0)
      await app.getByRole('button', { name: 'Inspector', exact: true }).click()
      await expect(glasshouse.subject).toHaveText('web-1')
      await expectClean(app, 'inspector as a drawer')
      await app.keyboard.press('Escape')

      // Every control of the header can be reached without scrolling.
      for (const control of await app.locator('header.header button:visible').all()) {
        const box = await control.boundingBox()
        expect(box && box.x >= 0 && box.x + box.width <= width, await control.getAttribute('aria-label') ?? await control.textContent() ?? '').toBe(true)
      }
      expect(await app.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    })
  }
})

test.describe('with reduced motion', () => {
  test.use({ contextOptions: { reducedMotion: 'reduce' } })

  test('nothing takes time to move', async ({ app }) => {
    const glasshouse = new AppWindow(app)
    await glasshouse.openSample()
    expect(await app.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--t-slow').trim())).toMatch(/^0(ms|s)$/)
    await app.keyboard.press('Control+k')
    await expect(glasshouse.palette).toBeVisible()
    expect(await app.evaluate(() => document.getAnimations().filter((animation) => Number(animation.effect?.getComputedTiming().duration) > 1).length)).toBe(0)
  })
})

test('a change of theme, projector mode and language takes effect at once and survives a reload', async ({ app }) => {
  const glasshouse = new AppWindow(app)
  await glasshouse.openSample()
  await chooseTheme(app, 'hc-dark')
  await app.keyboard.press('Control+Shift+P')
  await expect(app.locator('html')).toHaveAttribute('data-scale', 'projector')
  expect(await app.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize))).toBeGreaterThanOrEqual(18)
  await expectClean(app, 'projector')
  await app.reload()
  await untilConnected(app)
  await expect(app.locator('html')).toHaveAttribute('data-theme', 'hc-dark')
  await expect(app.locator('html')).toHaveAttribute('data-scale', 'projector')
})

test('what happens is said to a screen reader', async ({ app }) => {
  const glasshouse = new AppWindow(app)
  await glasshouse.openSample()
  const live = app.getByRole('status')
  await glasshouse.act('db-1', 'Clone')
  await expect(live.filter({ hasText: 'db-1 is cloned.' })).toBeAttached()
})
