import { AppWindow } from './pages/app-window.ts'
import { seriousFindings } from './support/accessibility.ts'
import { expect, test } from './support/fixtures.ts'

test('the instruction set is classified: why popf is sensitive, a mend, a theorem that holds; what fails where', async ({ app }) => {
  test.slow()
  const glasshouse = new AppWindow(app)
  await glasshouse.startEmpty()
  await app.keyboard.press('Control+k')
  await app.keyboard.type('classify')
  await app.keyboard.press('Enter')
  const panel = app.getByTestId('classifier')
  const theorem = app.getByTestId('classifier-theorem')
  const detail = app.getByTestId('classifier-detail')

  await test.step('a guess before the first run', async () => {
    await expect(panel).toBeVisible()
    for (const name of ['popf', 'cli']) await panel.getByRole('button', { name, exact: true }).click()
    await app.getByTestId('classify').click()
    await expect(theorem).toContainText('does not hold')
    await expect(panel.getByText('You found 1 of 3 that a monitor never hears of, and took 1 for')).toBeVisible()
    await expect(panel.getByText('41 rows of the table: 17 of Robin and Irvine’s list'.replace('’', "'"))).toBeVisible()
    expect(await seriousFindings(app, 'all rules', 'html')).toEqual([])
  })

  await test.step('popf by keyboard, and the evidence', async () => {
    await app.getByTestId('classifier-search').fill('popf')
    await app.getByTestId('classifier-rows').focus()
    await app.keyboard.press('ArrowDown')
    await expect(detail).toContainText('a monitor never hears of it')
    await expect(app.getByTestId('evidence').first()).toContainText('IF was 1 before and 0 after, in ring 0.')
    await expect(detail).toContainText('IF: 0 in ring 0, 1 in ring 3.')
    await expect(detail).toContainText('interrupts come while they should be closed')
    expect(await seriousFindings(app, 'all rules', '[data-testid="classifier"]')).toEqual([])
  })

  await test.step('a mend changes two rows; two more, and the theorem holds', async () => {
    await app.getByTestId('mend-flags').click()
    await expect(app.getByTestId('classifier-changed')).toContainText('2 rows are privileged now')
    await expect(detail).toContainText('Without the mend: sensitive')
    await expect(theorem).toContainText('does not hold')
    for (const mend of ['seventeen', 'kin']) {
      await app.getByTestId(`mend-${mend}`).focus()
      await app.keyboard.press('Space')
      await expect(app.getByTestId(`mend-${mend}`)).toBeChecked()
    }
    await expect(theorem).toContainText(/^Theorem 1holds$/)
    await expect(app.getByTestId('classifier-sets')).toHaveAttribute('aria-label', /^Two sets: 0 instructions are sensitive and not privileged/)
  })

  await test.step('what fails under which technique, from runs', async () => {
    await app.getByTestId('classifier-fails').click()
    const table = app.getByTestId('failure-table')
    await expect(table).toHaveAttribute('aria-busy', 'false', { timeout: 60_000 })
    const popf = table.getByRole('row', { name: /^POPF/ })
    expect((await popf.getByRole('button').allInnerTexts()).map((text) => text.trim())).toEqual(['as on bare metal', 'got 1', 'got 1', 'as on bare metal', 'as on bare metal', 'got 1'])
    await expect(app.getByTestId('failure-detail')).toContainText('interrupts after a popf that closes them')
    await popf.getByRole('button').nth(1).focus()
    await app.keyboard.press('ArrowRight')
    await app.keyboard.press('ArrowRight')
    await app.keyboard.press('Enter')
    await expect(app.getByTestId('failure-detail')).toContainText('Binary translation')
    expect(await seriousFindings(app, 'all rules', '[data-testid="classifier"]')).toEqual([])
    for (const theme of ['dark', 'hc-light', 'hc-dark']) {
      await app.evaluate((name) => document.documentElement.setAttribute('data-theme', name), theme)
      for (const tab of ['Instructions', 'What fails where']) {
        await panel.getByRole('tab', { name: tab }).click()
        expect(await seriousFindings(app, 'colours only', '[data-testid="classifier"]'), `${theme}, ${tab}`).toEqual([])
      }
    }
  })

  await test.step('its guest opens in the microscope', async () => {
    await app.getByTestId('failure-detail').getByRole('button', { name: 'Try it under trap and emulate' }).click()
    await expect(app.getByTestId('machine-chooser')).toContainText('Close interrupts, open them again')
  })
})
