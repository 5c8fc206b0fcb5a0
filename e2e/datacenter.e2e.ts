import type { Locator } from '@playwright/test'
import { AppWindow } from './pages/app-window.ts'
import { expect, test } from './support/fixtures.ts'

test.describe('from an empty room to a running VM', () => {
  test('KVM is refused on a laptop with VT-x switched off, and works once the firmware is changed', async ({ app }) => {
    const glasshouse = new AppWindow(app)
    await glasshouse.startEmpty()
    await app.getByRole('button', { name: 'Add a host' }).first().click()
    await glasshouse.fill({ Hardware: 'Student laptop, 2016', Name: 'asha' })
    await glasshouse.submit('Add host')
    await glasshouse.act('asha', 'Install an operating system')
    await glasshouse.fill({ 'Operating system': 'Debian 12' })
    await glasshouse.submit('Install')

    await glasshouse.act('asha', 'Install a hypervisor')
    await glasshouse.fill({ Product: 'KVM' })
    await glasshouse.submitRefused('Install', /modprobe: ERROR: could not insert 'kvm_intel'.*kvm: disabled by bios.*processor has VT-x switched off\. Turn it on in the host's firmware/)
    await app.keyboard.press('Escape')
    await expect(glasshouse.row('KVM')).toHaveCount(0)

    await glasshouse.act('asha', 'Change the hardware')
    await expect(glasshouse.dialog.getByRole('radio', { name: /^Off/ })).toBeChecked()
    await glasshouse.fill({ 'Hardware virtualization in the firmware': 'On' })
    await glasshouse.submit('Apply')
    await glasshouse.act('asha', 'Install a hypervisor')
    await glasshouse.fill({ Product: 'KVM' })
    await glasshouse.submit('Install')
    await expect(glasshouse.row('KVM')).toBeVisible()

    await glasshouse.act('KVM', 'Create a VM')
    await glasshouse.fill({ Guest: 'Debian 12', Name: 'first' })
    await glasshouse.submit('Create VM')
    await glasshouse.expectState('first', 'off')
    await expect(glasshouse.drawn('first')).toHaveText('first, VM on asha, off')

    await glasshouse.inspector.getByTestId('primary-action').click()
    await glasshouse.expectState('first', 'booting')
    const phases = glasshouse.inspector.getByRole('listitem')
    for (const phase of ['firmware', 'boot loader', 'kernel', 'services']) await expect(phases.filter({ hasText: phase })).toBeVisible()
    await expect(glasshouse.drawn('first')).toHaveText('first, VM on asha, booting')

    // The clock of an empty room stands until it is told to go.
    await glasshouse.setSpeed('×1k')
    await glasshouse.runClock()
    await glasshouse.expectState('first', 'running')
    await expect(glasshouse.drawn('first')).toHaveText('first, VM on asha, running')
  })

  test('a hosted product is refused on an empty host, and a bare-metal one beside a system', async ({ app }) => {
    const glasshouse = new AppWindow(app)
    await glasshouse.startEmpty()
    await app.getByRole('button', { name: 'Add a host' }).first().click()
    await glasshouse.fill({ Hardware: 'Workstation, 2012', Name: 'desk' })
    await glasshouse.submit('Add host')

    await glasshouse.act('desk', 'Install a hypervisor')
    await glasshouse.fill({ Product: 'VirtualBox 7' })
    await glasshouse.submitRefused('Install', /VirtualBox 7 needs a host operating system, and desk is empty\./)
    // The form stays open: another choice is one click away.
    await glasshouse.fill({ Product: 'Xen 4.17' })
    await expect(glasshouse.refusal).toHaveCount(0)
    await glasshouse.submit('Install')
    await expect(glasshouse.row('Domain-0')).toBeVisible()

    await glasshouse.act('desk', 'Wipe')
    await glasshouse.act('desk', 'Install an operating system')
    await glasshouse.fill({ 'Operating system': 'Ubuntu 22.04' })
    await glasshouse.submit('Install')
    await glasshouse.act('desk', 'Install a hypervisor')
    await glasshouse.fill({ Product: 'VMware ESXi 8' })
    await glasshouse.submitRefused('Install', /VMware ESXi 8 is installed on the bare machine, and desk already runs Ubuntu 22\.04\./)
  })

  test('Docker on macOS brings its hidden VM, which is drawn and listed', async ({ app }) => {
    const glasshouse = new AppWindow(app)
    await glasshouse.startEmpty()
    await app.getByRole('button', { name: 'Add a host' }).first().click()
    await glasshouse.fill({ Hardware: 'MacBook-like laptop', Name: 'asha' })
    await glasshouse.submit('Add host')
    await glasshouse.act('asha', 'Install an operating system')
    await glasshouse.fill({ 'Operating system': 'macOS 13' })
    await glasshouse.submit('Install')
    await glasshouse.act('asha', 'Install a container engine')
    const hidden = glasshouse.row('linuxkit')
    await expect(hidden).toHaveAccessibleName(/^linuxkit, hidden VM, VM, /)
    await expect(glasshouse.drawn('linuxkit')).toBeAttached()
    await expect(glasshouse.outline.getByRole('treeitem', { name: /^Docker, .*, Container engine, / })).toBeVisible()
    await glasshouse.select('linuxkit')
    await glasshouse.inspector.getByTestId('more-actions').click()
    await expect(glasshouse.menuItem('Delete')).toContainText('linuxkit belongs to its host’s hypervisor or engine.')
  })
})

test.describe('the life of a VM', () => {
  test('start, pause, resume, reset, shut down, power off', async ({ app }) => {
    const glasshouse = new AppWindow(app)
    await glasshouse.openSample()
    await glasshouse.setSpeed('×1k')
    const primary = glasshouse.inspector.getByTestId('primary-action')

    await glasshouse.act('db-1', 'Start')
    await glasshouse.expectState('db-1', 'running')
    await glasshouse.act('db-1', 'Pause')
    await glasshouse.expectState('db-1', 'paused')
    await expect(primary).toHaveText('Resume')
    await primary.click()
    await glasshouse.expectState('db-1', 'running')
    await glasshouse.act('db-1', 'Reset')
    await expect(glasshouse.timeline.getByText(/db-1.*reset/i).first()).toBeVisible()
    await glasshouse.expectState('db-1', 'running')
    await glasshouse.act('db-1', 'Shut down')
    await glasshouse.expectState('db-1', 'off')
    await glasshouse.act('db-1', 'Start')
    await glasshouse.act('db-1', 'Power off')
    await glasshouse.expectState('db-1', 'off')
    await expect(glasshouse.drawn('db-1')).toHaveText('db-1, VM on charminar, off')
  })

  test('what cannot be done now stays in the menu, with the reason', async ({ app }) => {
    const glasshouse = new AppWindow(app)
    await glasshouse.openSample()
    await glasshouse.select('db-1')
    await glasshouse.inspector.getByTestId('more-actions').click()
    await expect(glasshouse.menuItem('Pause')).toHaveAttribute('aria-disabled', 'true')
    await expect(glasshouse.menuItem('Pause')).toContainText('db-1 is off.')
    await app.keyboard.press('Escape')
  })

  test('a snapshot is taken, gone back to and deleted', async ({ app }) => {
    const glasshouse = new AppWindow(app)
    await glasshouse.openSample()
    await glasshouse.setSpeed('×1k')
    await glasshouse.act('mail', 'Take a snapshot')
    await glasshouse.fill({ Name: 'before the storm' })
    await glasshouse.submit('Take snapshot')
    const goBack = glasshouse.inspector.getByRole('button', { name: 'Go back to before the storm' })
    await expect(goBack).toBeVisible()
    await glasshouse.act('mail', 'Power off')
    await glasshouse.expectState('mail', 'off')
    await goBack.click()
    await glasshouse.expectState('mail', 'running')
    await expect(glasshouse.toast.filter({ hasText: 'Back at before the storm.' })).toBeVisible()
    await glasshouse.inspector.getByRole('button', { name: 'Delete before the storm' }).click()
    await expect(goBack).toHaveCount(0)
  })

  test('a VM goes back to a snapshot with the containers on its disk, as after a power cut', async ({ app }) => {
    const glasshouse = new AppWindow(app)
    await glasshouse.openSample()
    await glasshouse.setSpeed('×1k')
    await glasshouse.act('web-1', 'Take a snapshot')
    await glasshouse.fill({ Name: 'good' })
    await glasshouse.submit('Take snapshot')
    await glasshouse.act('shop', 'Kill')
    await glasshouse.expectState('shop', 'exited')
    await glasshouse.act('shop', 'Remove')
    await expect(glasshouse.row('shop')).toHaveCount(0)
    await glasshouse.select('web-1')
    await glasshouse.inspector.getByRole('button', { name: 'Go back to good' }).click()
    await glasshouse.expectState('web-1', 'off')
    await expect(glasshouse.row('shop')).toBeVisible()
    await glasshouse.act('web-1', 'Start')
    await glasshouse.expectState('web-1', 'running')
    await glasshouse.act('shop', 'Start')
    await glasshouse.expectState('shop', 'running')
  })

  test('a clone stands beside its original, and a deleted VM comes back from the message', async ({ app }) => {
    const glasshouse = new AppWindow(app)
    await glasshouse.openSample()
    await glasshouse.act('db-1', 'Clone')
    const copy = glasshouse.outline.getByRole('treeitem', { name: /^db-1.+, Debian 12, VM, off$/ })
    await expect(copy).toHaveCount(1)
    await expect(copy).toHaveAttribute('aria-selected', 'true')

    await glasshouse.act('db-1', 'Delete')
    await expect(glasshouse.row('db-1')).toHaveCount(0)
    await expect(glasshouse.drawn('db-1')).toHaveCount(0)
    await glasshouse.toast.filter({ hasText: 'db-1 is removed.' }).getByRole('button', { name: 'Undo' }).click()
    await expect(glasshouse.row('db-1')).toBeVisible()
    await expect(glasshouse.drawn('db-1')).toBeAttached()
  })

  test('a VM that asks for more memory than there is gets the refusal in words', async ({ app }) => {
    const glasshouse = new AppWindow(app)
    await glasshouse.openSample()
    await glasshouse.act('VirtualBox 7', 'Create a VM')
    await glasshouse.fill({ Guest: 'Debian 12', Name: 'greedy', Memory: '32768' })
    await glasshouse.submitRefused('Create VM', /asha-macbook .*greedy asks for 32 GiB\. *Lower its memory, or use a larger host\./)
    await expect(glasshouse.row('greedy')).toHaveCount(0)
    await glasshouse.fill({ Memory: '2048' })
    await glasshouse.submit('Create VM')
    await glasshouse.expectState('greedy', 'off')
  })
})

test.describe('undo and redo', () => {
  test('by key and by button, each with the name of the edit', async ({ app }) => {
    const glasshouse = new AppWindow(app)
    await glasshouse.openSample()
    await glasshouse.act('db-1', 'Rename')
    await glasshouse.fill({ Name: 'ledger' })
    await glasshouse.submit('Rename')
    await expect(glasshouse.row('ledger')).toBeVisible()

    await glasshouse.outline.focus()
    await app.keyboard.press('Control+z')
    await expect(glasshouse.row('db-1')).toBeVisible()
    await expect(glasshouse.toast.filter({ hasText: 'Undone: Rename to ledger' })).toBeVisible()
    await app.keyboard.press('Control+y')
    await expect(glasshouse.row('ledger')).toBeVisible()
    await expect(glasshouse.toast.filter({ hasText: 'Done again: Rename to ledger' })).toBeVisible()

    await app.getByRole('button', { name: 'Undo Rename to ledger' }).click()
    await expect(glasshouse.row('db-1')).toBeVisible()
    await app.getByTestId('project-menu').click()
    await glasshouse.menuItem('Redo Rename to ledger').click()
    await expect(glasshouse.row('ledger')).toBeVisible()
  })

  test('many edits are taken back one by one, latest first', async ({ app }) => {
    const glasshouse = new AppWindow(app)
    await glasshouse.startEmpty()
    for (const name of ['one', 'two', 'three']) {
      await app.getByRole('button', { name: 'Host', exact: true }).click()
      await glasshouse.fill({ Name: name })
      await glasshouse.submit('Add host')
      await expect(glasshouse.row(name)).toBeVisible()
    }
    for (const name of ['three', 'two', 'one']) {
      await glasshouse.outline.focus()
      await app.keyboard.press('Control+z')
      await expect(glasshouse.row(name)).toHaveCount(0)
    }
    for (const name of ['one', 'two', 'three']) {
      await app.keyboard.press('Control+Shift+Z')
      await expect(glasshouse.row(name)).toBeVisible()
    }
  })
})

test.describe('canvas and outline', () => {
  test('have the same objects with the same actions', async ({ app }) => {
    const glasshouse = new AppWindow(app)
    await glasshouse.openSample()
    const drawn = (await glasshouse.topology.getByRole('listitem').allTextContents()).map((text) => text.split(',')[0] ?? '')
    expect(drawn.length).toBeGreaterThan(10)
    for (const name of drawn) {
      await glasshouse.select(name)
      const inOutline = await actionsAt(glasshouse.outline)
      expect(await actionsAt(glasshouse.topology), name).toEqual(inOutline)
    }

    async function actionsAt(place: Locator): Promise<string[]> {
      await place.focus()
      await app.keyboard.press('Shift+F10')
      const items = app.getByRole('menu').getByRole('menuitem')
      await expect(items.first()).toBeVisible()
      const texts = (await items.allTextContents()).sort()
      await app.keyboard.press('Escape')
      await expect(app.getByRole('menu')).toHaveCount(0)
      await expect(place).toBeFocused()
      return texts
    }
  })

  test('a click on the canvas selects in the outline, and zoom changes what is drawn', async ({ app }) => {
    const glasshouse = new AppWindow(app)
    await glasshouse.openSample()
    await glasshouse.topology.click({ position: { x: 200, y: 60 } })
    await expect(glasshouse.outline.getByRole('treeitem', { selected: true })).toHaveAccessibleName(new RegExp(`^${await glasshouse.subject.textContent()}, `))
    await expect(glasshouse.subject).not.toHaveText('Server room')

    await expect(glasshouse.topology).toHaveAttribute('data-level', 'vm')
    for (let times = 0; times < 8; times++) await app.keyboard.press('-')
    await expect(glasshouse.topology).toHaveAttribute('data-level', /^(rack|overview)$/)
    await app.keyboard.press('0')
    await expect(glasshouse.topology).toHaveAttribute('data-level', 'vm')
  })
})
