import type { Page } from '@playwright/test'
import { AppWindow } from './pages/app-window.ts'
import { StudioPage } from './pages/studio-page.ts'
import { TerminalPage } from './pages/terminal-page.ts'
import { expect, test } from './support/fixtures.ts'

/** No test in this file may touch the mouse: everything goes by keys. */

/** The region that has the focus. */
const region = (page: Page) => page.evaluate(() => document.activeElement?.closest<HTMLElement>('[data-region]')?.dataset['region'] ?? null)

/** F6 until the focus is there; each press goes one region on, and none holds it. */
async function goTo(page: Page, wanted: string): Promise<void> {
  const seen: (string | null)[] = []
  do {
    await page.keyboard.press('F6')
    seen.push(await region(page))
  } while (seen.at(-1) !== wanted && seen.length < 12)
  expect(seen, 'regions that F6 went through').toContain(wanted)
}

/** Finds something by a few letters and takes the first answer. */
async function find(glasshouse: AppWindow, text: string, first: string | RegExp): Promise<void> {
  await glasshouse.page.keyboard.press('Control+k')
  await expect(glasshouse.palette.getByRole('combobox')).toBeFocused()
  await glasshouse.page.keyboard.type(text)
  await expect(glasshouse.palette.getByRole('option', { selected: true })).toContainText(first)
  await glasshouse.page.keyboard.press('Enter')
  await expect(glasshouse.palette).toHaveCount(0)
}

/** Opens the menu of the selected object and runs one of its entries by its first letters. */
async function fromMenu(glasshouse: AppWindow, action: string): Promise<void> {
  await glasshouse.page.keyboard.press('Shift+F10')
  const item = glasshouse.menuItem(action)
  await expect(item).toBeVisible()
  // The arrow key goes from entry to entry, past those that cannot be done.
  await glasshouse.page.keyboard.press('Home')
  await expect(glasshouse.page.locator('[role=menuitem]:focus')).toHaveCount(1)
  for (let left = await glasshouse.page.getByRole('menuitem').count(); left > 0; left--) {
    if (await item.evaluate((element) => element === document.activeElement)) break
    await glasshouse.page.keyboard.press('ArrowDown')
  }
  await expect(item).toBeFocused()
  await glasshouse.page.keyboard.press('Enter')
  await expect(glasshouse.page.getByRole('menu')).toHaveCount(0)
}

test('the whole first path without a mouse', async ({ app }) => {
  const glasshouse = new AppWindow(app)
  const studio = new StudioPage(app)
  const terminal = new TerminalPage(app)

  // First start: the sample's button has the focus.
  await expect(app.getByTestId('start-sample')).toBeFocused()
  await app.keyboard.press('Enter')
  await expect(glasshouse.drawn('web-1')).toBeAttached()
  await goTo(app, 'tour')
  await app.keyboard.press('Escape')
  await expect(glasshouse.tour).toHaveCount(0)

  // Outline: a name is typed, its menu starts the VM.
  await goTo(app, 'outline')
  await expect(glasshouse.outline).toBeFocused()
  await app.keyboard.type('db-1')
  await expect(glasshouse.subject).toHaveText('db-1')
  await fromMenu(glasshouse, 'Start')
  await glasshouse.expectState('db-1', 'booting')
  for (const speed of ['×10', '×100']) {
    await find(glasshouse, 'faster', 'Run faster')
    await expect(app.getByTestId('speed')).toContainText(speed)
  }
  await glasshouse.expectState('db-1', 'running')

  // Studio: found by the folder's name, built by key.
  await find(glasshouse, 'course', 'course')
  await expect(studio.line('FROM ubuntu:12.04')).toBeVisible()
  await app.keyboard.press('Control+Shift+B')
  await expect(studio.result).toBeVisible()
  await find(glasshouse, 'Run a container', 'Run a container')
  await expect(glasshouse.dialog).toBeVisible()
  await app.keyboard.press('Escape')
  await expect(glasshouse.dialog).toHaveCount(0)
  await find(glasshouse, 'course:latest', 'course:latest')
  await expect(glasshouse.subject).toHaveText('course:latest')
  await goTo(app, 'outline')
  await fromMenu(glasshouse, 'Run a container')
  await expect(glasshouse.dialog.getByRole('radio', { name: /^course:latest/ })).toBeFocused()
  await app.keyboard.press('Tab')
  await expect(glasshouse.dialog.getByLabel('Name', { exact: true })).toBeFocused()
  await app.keyboard.type('lesson')
  await app.keyboard.press('Enter')
  await expect(glasshouse.subject).toHaveText('lesson')
  await glasshouse.expectState('lesson', 'running')

  // Terminal: opened on the new container; it takes the keys at once.
  await find(glasshouse, 'Open a terminal', 'Open a terminal')
  await terminal.ready()
  await app.keyboard.type('echo $JAVA_HOME')
  await app.keyboard.press('Enter')
  await expect(terminal.row('/usr/lib/jvm/java-7-oracle')).toBeVisible()
})

test('F6 goes around all regions and back, out of the editor and the terminal too', async ({ app }) => {
  const glasshouse = new AppWindow(app)
  await app.keyboard.press('Enter')
  await expect(glasshouse.drawn('web-1')).toBeAttached()
  await goTo(app, 'tour')
  await app.keyboard.press('Escape')

  await goTo(app, 'header')
  const around: (string | null)[] = []
  do {
    await app.keyboard.press('F6')
    around.push(await region(app))
  } while (around.at(-1) !== 'header' && around.length < 12)
  expect(around).toEqual(['outline', 'topology', 'inspector', 'timeline', 'status', 'header'])
  const back: (string | null)[] = []
  do {
    await app.keyboard.press('Shift+F6')
    back.push(await region(app))
  } while (back.at(-1) !== 'header' && back.length < 12)
  expect(back).toEqual([...around.slice(0, -1).reverse(), 'header'])

  await find(glasshouse, 'course', 'course')
  await goTo(app, 'studio')
  await expect(new StudioPage(app).line('FROM ubuntu:12.04')).toBeVisible()
  await app.keyboard.press('F6')
  expect(await region(app)).not.toBe('studio')
})

test('arrow keys walk the outline and the canvas, and both always select the same', async ({ app }) => {
  const glasshouse = new AppWindow(app)
  await app.keyboard.press('Enter')
  await expect(glasshouse.drawn('web-1')).toBeAttached()
  await goTo(app, 'outline')
  await app.keyboard.press('Home')
  await expect(glasshouse.subject).toHaveText('Server room')
  for (const name of ['rack-1', 'charminar', 'KVM', 'web-1']) {
    await app.keyboard.press('ArrowDown')
    await expect(glasshouse.subject).toHaveText(name)
  }
  await expect(glasshouse.row('web-1')).toHaveAttribute('aria-expanded', 'true')
  await app.keyboard.press('ArrowLeft')
  await expect(glasshouse.row('web-1')).toHaveAttribute('aria-expanded', 'false')
  await expect(glasshouse.row('shop')).toHaveCount(0)
  await app.keyboard.press('ArrowRight')
  await expect(glasshouse.row('shop')).toBeVisible()

  await app.keyboard.press('o')
  await expect(glasshouse.topology).toBeFocused()
  await app.keyboard.press('ArrowDown')
  await expect(glasshouse.row('shop')).toHaveAttribute('aria-selected', 'true')
  await app.keyboard.press('ArrowRight')
  await expect(glasshouse.row('jobs')).toHaveAttribute('aria-selected', 'true')
  await app.keyboard.press('ArrowUp')
  await expect(glasshouse.row('web-1')).toHaveAttribute('aria-selected', 'true')
  await app.keyboard.press('o')
  await expect(glasshouse.outline).toBeFocused()
})

test('the key sheet lists the keys, and Escape leads back to where the focus was', async ({ app }) => {
  const glasshouse = new AppWindow(app)
  await app.keyboard.press('Enter')
  await expect(glasshouse.drawn('web-1')).toBeAttached()
  await goTo(app, 'outline')
  await app.keyboard.press('?')
  await expect(glasshouse.dialog).toContainText('Next region')
  await expect(glasshouse.dialog).toContainText('F6')
  await app.keyboard.press('Escape')
  await expect(glasshouse.dialog).toHaveCount(0)
  await expect(glasshouse.outline).toBeFocused()
})

test('the clock obeys its keys', async ({ app }) => {
  const glasshouse = new AppWindow(app)
  await app.keyboard.press('Enter')
  await expect(glasshouse.drawn('web-1')).toBeAttached()
  const play = app.getByTestId('play')
  await expect(play).toHaveText('Pause')
  await app.keyboard.press('Shift+F5')
  await expect(play).toHaveText('Run')
  const time = app.getByTestId('sim-time')
  const before = await time.textContent()
  await app.keyboard.press('F10')
  await expect(time).not.toHaveText(before ?? '')
  await expect(play).toHaveText('Run')
  await app.keyboard.press('F5')
  await expect(play).toHaveText('Pause')
})
