import { AppWindow } from './pages/app-window.ts'
import { TerminalPage } from './pages/terminal-page.ts'
import { expect, test, untilConnected } from './support/fixtures.ts'

test('several shells: each keeps its own screen, over a reload too; closed ones are gone', async ({ app }) => {
  const glasshouse = new AppWindow(app)
  const terminal = new TerminalPage(app)
  await glasshouse.openSample()
  await glasshouse.act('web-1', 'Open a terminal')
  await terminal.run('cd /tmp && echo first > one; hostname')
  await expect(terminal.row('web-1')).toBeVisible()

  await glasshouse.act('shop', 'Open a terminal')
  await expect(terminal.tabs).toHaveCount(2)
  await terminal.run('cat /etc/os-release | head -1; ls /tmp')
  await expect(terminal.row(/PRETTY_NAME="Debian.*/)).toBeVisible()
  await terminal.tabs.first().click()
  await terminal.run('pwd; cat one')
  await expect(terminal.row('/tmp')).toBeVisible()
  await expect(terminal.row('first')).toHaveCount(1)

  await app.reload()
  await untilConnected(app)
  await app.getByRole('tab', { name: 'Terminal', exact: true }).click()
  await expect(terminal.tabs).toHaveCount(2)
  await terminal.tabs.first().click()
  await expect(terminal.row('first')).toHaveCount(1)
  await terminal.run('echo still $((6 * 7))')
  await expect(terminal.row('still 42')).toBeVisible()

  await app.getByRole('button', { name: /^Close / }).click()
  await expect(terminal.tabs).toHaveCount(1)
  await terminal.type('exit')
  await expect(app.getByText('This shell has ended.')).toBeVisible()
  await app.getByRole('button', { name: 'Open another' }).click()
  await terminal.run('hostname')
  await expect(terminal.row(/[0-9a-f]{12}/)).toBeVisible()
})

test('the shell follows the window\'s size and theme, waits while the clock is paused, and F6 leaves it', async ({ app }) => {
  const glasshouse = new AppWindow(app)
  const terminal = new TerminalPage(app)
  await glasshouse.openSample()
  await glasshouse.act('web-1', 'Open a terminal')
  await terminal.run('echo before')
  const rows = await terminal.rows.count()
  await app.setViewportSize({ width: 1280, height: 720 })
  await expect.poll(() => terminal.rows.count()).toBeLessThan(rows)
  await terminal.run('echo after')
  await expect(terminal.row('after')).toBeVisible()

  const background = () => terminal.view.evaluate((view) => getComputedStyle(view).backgroundColor)
  const light = await background()
  await glasshouse.command('Dark')
  await expect(app.locator('html')).toHaveAttribute('data-theme', 'dark')
  expect(await background()).not.toBe(light)

  await glasshouse.pauseClock()
  await expect(app.getByText('The clock is paused: the shell waits.')).toBeVisible()
  await terminal.view.locator('.xterm-helper-textarea').focus()
  await app.keyboard.type('echo later\n')
  await app.getByRole('button', { name: 'Play' }).click()
  await expect(terminal.row('later')).toBeVisible()

  await terminal.view.locator('.xterm-helper-textarea').focus()
  await app.keyboard.press('F6')
  await expect(terminal.view.locator('.xterm-helper-textarea')).not.toBeFocused()
})

test('the serial console of a VM shows what its guest says, phase by phase', async ({ app }) => {
  const glasshouse = new AppWindow(app)
  const terminal = new TerminalPage(app)
  await glasshouse.startEmpty()
  await app.getByRole('button', { name: 'Add a host' }).first().click()
  await glasshouse.fill({ Hardware: 'Rack server, 2009', Name: 'asha' })
  await glasshouse.submit('Add host')
  await glasshouse.act('asha', 'Install an operating system')
  await glasshouse.fill({ 'Operating system': 'Debian 12' })
  await glasshouse.submit('Install')
  await glasshouse.act('asha', 'Install a hypervisor')
  await glasshouse.fill({ Product: 'KVM' })
  await glasshouse.submit('Install')
  await glasshouse.act('KVM', 'Create a VM')
  await glasshouse.fill({ Guest: 'Debian 12', Name: 'first' })
  await glasshouse.submit('Create VM')
  await glasshouse.inspector.getByTestId('primary-action').click()
  await glasshouse.expectState('first', 'booting')

  await terminal.watch('first')
  await expect(terminal.console).toHaveText('Nothing has been said yet.')
  // The clock stands: each step is the end of a phase.
  const said = ['Glass firmware', 'Loading ...', 'Kernel: the timer ticks', 'login:']
  for (const [phase, line] of said.entries()) {
    await app.getByTestId('step').click()
    await expect(terminal.console).toContainText(line)
    for (const later of said.slice(phase + 1)) await expect(terminal.console).not.toContainText(later)
  }
  await expect(terminal.console).toContainText(/Memory: \d+ MiB/)
  await glasshouse.expectState('first', 'running')
})
