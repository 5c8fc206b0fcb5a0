import type { Page } from '@playwright/test'
import { AppWindow } from './pages/app-window.ts'
import { MicroscopePage } from './pages/microscope-page.ts'
import { LOOKED_AT, seriousFindings } from './support/accessibility.ts'
import { expect, test } from './support/fixtures.ts'

async function total(app: Page): Promise<number> {
  return Number((await app.getByTestId('cost-total').textContent())?.replace(/[^\d]/g, ''))
}

const rowOf = (app: Page, id: string) => app.getByTestId(`cost-row-${id}`)
const inputOf = (app: Page, id: string) => rowOf(app, id).getByRole('spinbutton')

test('what a run cost: who spent the cycles, another figure, the preset’s again, another processor', async ({ app }) => {
  test.slow()
  await app.setViewportSize({ width: 1440, height: 900 })
  const microscope = new MicroscopePage(app)
  await new AppWindow(app).startEmpty()
  await microscope.show()
  await app.getByRole('button', { name: /^Try Rings/ }).click()
  await expect(microscope.next).toBeVisible()

  await test.step('the hardware helps: exits cost, and the bar says whom', async () => {
    await microscope.openUnder('Hardware assist', 'A kernel')
    await expect(app.getByTestId('cost-total')).toHaveText('0 cycles')
    await microscope.runToEvent('port access')
    await expect(app.getByTestId('cost-monitor')).toContainText(/Monitor.*[1-9][\d.]* %/)
    await expect(app.getByTestId('cost-hardware')).toContainText(/Hardware.*[1-9][\d.]* %/)
    await expect(app.getByTestId('cost-user')).toContainText('0 %')
  })

  const before = await total(app)
  await test.step('every figure has its source', async () => {
    await app.getByTestId('change-costs').click()
    await expect(rowOf(app, 'vmEntry')).toContainText('Adams & Agesen, ASPLOS 2006, table 1')
    await expect(inputOf(app, 'vmEntry')).toHaveValue('2409')
    await expect(rowOf(app, 'otherExit')).toContainText('unconfirmed')
    await app.getByTestId('cost-only-counted').check()
    await expect(rowOf(app, 'hypercall')).toBeHidden()
  })

  await test.step('another figure, by keys alone', async () => {
    const entries = Number((await rowOf(app, 'vmEntry').getByRole('cell').nth(1).textContent())?.replace(/[^\d]/g, ''))
    expect(entries).toBeGreaterThan(0)
    await inputOf(app, 'vmEntry').focus()
    await app.keyboard.press('Control+a')
    await app.keyboard.type('3409')
    await app.keyboard.press('Enter')
    await expect(rowOf(app, 'vmEntry')).toContainText('the preset says 2,409')
    await expect(app.getByTestId('change-costs')).toHaveText('Costs of a Pentium 4 (2005), 1 changed')
    expect(await total(app)).toBe(before + entries * 1000)
  })

  for (const theme of LOOKED_AT) {
    await app.evaluate((name) => { document.documentElement.dataset['theme'] = name }, theme)
    expect(await seriousFindings(app, theme === LOOKED_AT[0] ? 'all rules' : 'colours only'), theme).toEqual([])
  }

  await test.step('the preset’s again', async () => {
    await rowOf(app, 'vmEntry').getByRole('button', { name: /^Reset VM entry/ }).click()
    await expect(inputOf(app, 'vmEntry')).toHaveValue('2409')
    expect(await total(app)).toBe(before)
    await inputOf(app, 'vmExit').fill('1')
    await inputOf(app, 'vmExit').blur()
    await expect.poll(() => total(app)).toBeLessThan(before)
    await app.getByTestId('cost-reset-all').click()
    await expect.poll(() => total(app)).toBe(before)
  })

  await test.step('another processor has its own figures, and lacks some', async () => {
    await app.getByTestId('cost-preset').selectOption('core2-2006')
    await expect(inputOf(app, 'vmEntry')).toHaveValue('937')
    await expect(rowOf(app, 'portExit')).toContainText('no figure')
    await expect(app.getByTestId('cost-bar')).toContainText(/kinds? of events? without a figure/)
  })

  await test.step('a step back takes its cost back', async () => {
    const now = await total(app)
    await microscope.code.focus()
    await app.keyboard.press('F10')
    await expect.poll(() => total(app)).toBeGreaterThan(now)
    await app.keyboard.press('Alt+F10')
    await expect.poll(() => total(app)).toBe(now)
  })
})
