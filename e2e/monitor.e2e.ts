import type { Page } from '@playwright/test'
import { AppWindow } from './pages/app-window.ts'
import { MicroscopePage } from './pages/microscope-page.ts'
import { LOOKED_AT, seriousFindings } from './support/accessibility.ts'
import { expect, test } from './support/fixtures.ts'

/** The microscope with no machine yet, in a window that has room for all of it. */
async function empty(app: Page): Promise<MicroscopePage> {
  await app.setViewportSize({ width: 1440, height: 900 })
  const microscope = new MicroscopePage(app)
  await new AppWindow(app).startEmpty()
  await microscope.show()
  await app.getByRole('button', { name: /^Try Rings/ }).click()
  await expect(microscope.next).toBeVisible()
  return microscope
}

test('a monitor seen: its first trap and why, a translated block, what an exit changed, hypercalls, and what happens next', async ({ app }) => {
  test.slow()
  const microscope = await empty(app)

  await test.step('to the first trap that is not about pages, and why it came', async () => {
    await microscope.openUnder('Trap and emulate', 'A kernel')
    await microscope.runToEvent('port access')
    await microscope.filterEvents('Traps')
    const row = microscope.events.getByRole('row').first()
    await expect(row).toContainText('The guest executed out dx,al in ring 1; ports belong to the monitor, so the processor raised #GP and the monitor did it on the virtual processor.')
    await row.click()
    await expect(app.getByTestId('event-detail')).toContainText('ring 1 to ring 0')
    await microscope.panel.getByRole('button', { name: 'All', exact: true }).click()
  })

  await test.step('what the guest believes, and what is true', async () => {
    await microscope.tab('Monitor')
    await expect(app.getByTestId('view-ring')).toContainText('The kernel runs deprivileged, in ring 1.')
    await expect(app.getByTestId('view-cs')).toContainText('RPL')
    await expect(app.getByTestId('view-cr3')).toContainText('shadow page tables')
    await expect(app.getByTestId('view-esp')).not.toHaveClass(/differs/)
  })

  await test.step('what happens next: one says it, and then sees', async () => {
    await app.keyboard.press('Control+Alt+F5')
    const card = app.getByTestId('ahead')
    await expect(card).toContainText('What happens next?')
    await expect(microscope.status).toHaveText('before the next event')
    const before = await microscope.tick()
    // What comes is not in the list, and not on the bar.
    expect(await microscope.scrub.getAttribute('aria-valuemax')).toBe(String(before))
    await card.getByRole('radio', { name: 'trap into the monitor' }).check()
    await app.getByTestId('ahead-reveal').click()
    await expect(app.getByTestId('ahead-result')).toContainText(/Right\. You said: trap into the monitor\./)
    await microscope.expectAt(before + 1)
    await app.getByTestId('ahead-result').getByRole('button', { name: 'Next question' }).click()
    await card.getByRole('radio', { name: 'halt' }).check()
    await app.getByTestId('ahead-reveal').click()
    await expect(app.getByTestId('ahead-result')).toContainText('Not so.')
    await expect(app.getByTestId('ahead-tally')).toHaveText('1 of 2 right')
  })

  await test.step('a translated block, the original beside its translation', async () => {
    await microscope.openUnder('Binary translation', 'A kernel')
    await microscope.runToEvent('port access')
    await microscope.tab('Translations')
    const block = app.getByTestId('translations').locator('section.current')
    await expect(block).toContainText('the guest is here')
    await expect(block.getByRole('row').filter({ hasText: 'out dx,al' }).first()).toContainText(/non-IDENT.*call-out.*int3/)
    await expect(block.getByRole('row').filter({ hasText: 'IDENTcopied' }).first()).toBeVisible()
    await block.getByRole('button', { name: /^0010/ }).nth(1).click()
    await expect(microscope.code).toBeVisible()
  })

  await test.step('the fields of the VMCS that an exit changed', async () => {
    await microscope.openUnder('Hardware assist', 'A kernel')
    await microscope.runToEvent('VM exit')
    await microscope.filterEvents('VM exits')
    await expect(microscope.events.getByRole('row').first()).toContainText('VM exit 30, I/O instruction (AMD: VMEXIT_IOIO), at out dx,al. Every port is set in the I/O bitmaps')
    await microscope.tab('VMCS')
    const reason = app.getByTestId('vmcs-4402')
    await expect(reason).toContainText('Exit reason')
    await expect(reason).toHaveAttribute('data-changed', '')
    await expect(reason).toContainText('0000001E')
    await microscope.panel.getByRole('button', { name: 'Host state' }).click()
    await expect(app.getByTestId('vmcs-6c16')).toContainText('Host RIP')
  })

  await test.step('hypercalls, with arguments and results', async () => {
    await microscope.openUnder('Paravirtualization', 'A kernel, ported')
    await microscope.runToEvent('hypercall')
    await microscope.tab('Hypercalls')
    await expect(app.getByTestId('hypercalls').getByRole('row').nth(1)).toContainText('console_io')
  })
})

for (const theme of LOOKED_AT) {
  test(`axe finds nothing serious in what is seen of a monitor: ${theme}`, async ({ app }) => {
    test.slow()
    const microscope = await empty(app)
    await app.setViewportSize({ width: 1280, height: 720 })
    await app.evaluate((name) => { document.documentElement.dataset['theme'] = name }, theme)
    for (const { technique, guest, tabs } of [
      { technique: 'Trap and emulate', guest: 'A kernel', tabs: ['Monitor'] },
      { technique: 'Binary translation', guest: 'A kernel', tabs: ['Translations'] },
      { technique: 'Hardware assist', guest: 'A kernel', tabs: ['VMCS'] },
      { technique: 'Paravirtualization', guest: 'A kernel, ported', tabs: ['Hypercalls'] },
    ]) {
      await microscope.openUnder(technique, guest)
      await microscope.runToEvent('event of any kind')
      await expect(microscope.events.getByRole('row').first()).toBeVisible()
      for (const tab of tabs) {
        await microscope.tab(tab)
        expect(await seriousFindings(app, tab === 'Monitor' ? 'all rules' : 'colours only', '[data-testid="microscope"]'), tab).toEqual([])
      }
    }
    await app.keyboard.press('Control+Alt+F5')
    await expect(app.getByTestId('ahead')).toBeVisible()
    expect(await seriousFindings(app, 'all rules', '[data-testid="microscope"]')).toEqual([])
    await app.getByTestId('ahead').getByRole('radio').first().check()
    await app.getByTestId('ahead-reveal').click()
    await expect(app.getByTestId('ahead-result')).toBeVisible()
    expect(await seriousFindings(app, 'colours only', '[data-testid="microscope"]')).toEqual([])
  })
}
