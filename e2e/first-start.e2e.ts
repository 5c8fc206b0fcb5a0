import { AppWindow } from './pages/app-window.ts'
import { expect, test, untilConnected } from './support/fixtures.ts'

test('the first start offers a role, a theme and three ways in', async ({ app }) => {
  const start = app.getByTestId('first-start')
  await expect(start.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(start.getByRole('radiogroup', { name: 'I am here as' }).getByRole('radio')).toHaveCount(3)
  await expect(start.getByRole('article')).toHaveCount(3)

  await start.getByRole('radio', { name: /^Teacher/ }).click()
  await start.getByRole('button', { name: 'Dark', exact: true }).click()
  await expect(app.locator('html')).toHaveAttribute('data-theme', 'dark')
  await app.reload()
  await untilConnected(app)
  await expect(app.locator('html')).toHaveAttribute('data-theme', 'dark')
  await expect(start.getByRole('radio', { name: /^Teacher/ })).toBeChecked()
})

test('the sample opens at work: its hosts, VMs and containers are drawn, listed and live', async ({ app }) => {
  const glasshouse = new AppWindow(app)
  await glasshouse.openSample()
  for (const host of ['charminar', 'golconda', 'asha-macbook']) {
    await expect(glasshouse.drawn(host)).toBeAttached()
    await glasshouse.expectState(host, 'running')
  }
  await glasshouse.expectState('web-1', 'running')
  await glasshouse.expectState('shop', 'running')
  await glasshouse.expectState('jobs', 'paused')
  await expect(glasshouse.drawn('shop')).toHaveText(/container in web-1, running/)
  await expect(glasshouse.drawn('Domain-0')).toBeAttached()

  // The clock runs by itself.
  const time = app.getByTestId('sim-time')
  const before = await time.textContent()
  await expect(time).not.toHaveText(before ?? '')
  await expect(glasshouse.timeline.getByText('shop starts')).toBeVisible()
})

test('the tour has six stops, and each is done by doing it', async ({ app }) => {
  const glasshouse = new AppWindow(app)
  const { tour } = glasshouse
  await app.getByTestId('start-sample').click()

  await expect(tour).toContainText('Stop 1 of 6')
  await glasshouse.row('web-1').click()
  await expect(tour).toContainText('Stop 2 of 6')
  await glasshouse.topology.click({ position: { x: 200, y: 480 } })
  await expect(tour).toContainText('Stop 3 of 6')
  await app.getByTestId('step').click()
  await expect(tour).toContainText('Stop 4 of 6')
  await glasshouse.timeline.getByText('shop starts').click()
  await expect(tour).toContainText('Stop 5 of 6')
  await expect(glasshouse.subject).toHaveText('shop')
  await app.getByRole('tab', { name: 'Studio' }).click()
  await expect(tour).toContainText('Stop 6 of 6')
  await glasshouse.command('Show the topology')
  await expect(tour).toHaveCount(0)
})

test('the tour can be skipped, and taken again from the help', async ({ app }) => {
  const glasshouse = new AppWindow(app)
  await glasshouse.openSample()
  await expect(glasshouse.tour).toHaveCount(0)
  await app.getByRole('button', { name: 'Help' }).click()
  await glasshouse.menuItem('Take the tour').click()
  await expect(glasshouse.tour).toContainText('Stop 1 of 6')
  for (let stop = 2; stop <= 6; stop++) {
    await glasshouse.tour.getByRole('button', { name: 'Next' }).click()
    await expect(glasshouse.tour).toContainText(`Stop ${stop} of 6`)
  }
  await glasshouse.tour.getByRole('button', { name: 'Next' }).click()
  await expect(glasshouse.tour).toHaveCount(0)
})

test('an empty room offers the next step, and takes it', async ({ app }) => {
  const glasshouse = new AppWindow(app)
  await glasshouse.startEmpty()
  await expect(glasshouse.outline.getByRole('treeitem', { name: /Host/ })).toHaveCount(0)
  await expect(app.getByText(/^Empty room\./).first()).toBeVisible()
  await app.getByRole('button', { name: 'Add a host' }).first().click()
  await glasshouse.submit('Add host')
  await expect(glasshouse.outline.getByRole('treeitem', { name: /, Host, empty$/ })).toBeVisible()
  await expect(app.getByText(/^Empty room\./)).toHaveCount(0)
  // An empty host offers the operating system next.
  await expect(glasshouse.inspector.getByTestId('primary-action')).toHaveText('Install an operating system')
})

test('the same room is there after a reload, and another session has its own first start', async ({ app, browserHost, browser }) => {
  const glasshouse = new AppWindow(app)
  await glasshouse.openSample()
  await app.reload()
  await untilConnected(app)
  await glasshouse.expectState('web-1', 'running')

  const other = await browser.newPage()
  await other.goto(browserHost.url)
  await untilConnected(other)
  await expect(other.getByTestId('first-start')).toBeVisible()
  await other.close()
})
