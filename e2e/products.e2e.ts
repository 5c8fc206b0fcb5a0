import { AppWindow } from './pages/app-window.ts'
import { seriousFindings } from './support/accessibility.ts'
import { expect, test } from './support/fixtures.ts'

const INSPECTOR = '[data-region="inspector"]'

/** A host with a product and one running VM, put there by hand. */
async function stand(glasshouse: AppWindow, { host, model, product, vm }: { host: string; model: string; product: string; vm: string }): Promise<void> {
  await glasshouse.command('Add a host')
  await glasshouse.fill({ Hardware: model, Name: host })
  await glasshouse.submit('Add host')
  await glasshouse.act(host, 'Install a hypervisor')
  await glasshouse.fill({ Product: product })
  await glasshouse.submit('Install')
  await glasshouse.act(product, 'Create a VM')
  await glasshouse.fill({ Guest: 'Linux 2.4, 32-bit', Name: vm })
  await glasshouse.submit('Create VM')
  await glasshouse.inspector.getByTestId('primary-action').click()
  await glasshouse.expectState(vm, 'running')
}

/** Chooses a part in the picture of the host that the inspector shows. */
async function choosePart(glasshouse: AppWindow, name: string): Promise<void> {
  await glasshouse.inspector.getByTestId('structure').getByRole('button', { name, exact: true }).click()
  await expect(glasshouse.inspector.getByTestId('crash-card')).toContainText(name)
}

test.describe('what a product is put together from', () => {
  test('a crashing driver takes everything along in ESX, and lets the VMs wait in Xen; a request walks both', async ({ app }) => {
    test.slow()
    const glasshouse = new AppWindow(app)
    const { inspector } = glasshouse
    await glasshouse.startEmpty()
    await glasshouse.setSpeed('×100')
    await glasshouse.runClock()
    await stand(glasshouse, { host: 'mono', model: 'Rack server, 2006', product: 'VMware ESX 3.5', vm: 'on-esx' })
    await stand(glasshouse, { host: 'micro', model: 'Rack server, 2009', product: 'Xen 4.17', vm: 'on-xen' })

    await glasshouse.select('on-xen')
    await inspector.getByRole('tab', { name: 'Structure' }).click()
    await expect(inspector.getByTestId('hops')).toHaveText('6 hops, 3 crossings')
    await expect(inspector.getByTestId('stations').getByRole('listitem')).toHaveText([/blkfront/, /shared memory\s*Ring/, /shared memory\s*Grant table/, /hypercall\s*Event channel/, /virtual interrupt\s*blkback/, /call\s*ahci driver/, /device access\s*sda/])
    for (let step = 0; step < 5; step++) await inspector.getByTestId('walk').click()
    await expect(inspector.getByTestId('walk-said')).toHaveText('4 of 12: virtual interrupt, to blkback')
    expect(await seriousFindings(app, 'all rules', INSPECTOR)).toEqual([])

    await inspector.getByTestId('compare').click()
    await glasshouse.menuItem('on-esx on mono').click()
    const columns = glasshouse.dialog.getByTestId('compare-column')
    await expect(columns.getByTestId('hops')).toHaveText(['6 hops, 3 crossings', '4 hops, 3 crossings'])
    for (let step = 0; step < 6; step++) await glasshouse.dialog.getByTestId('walk-both').click()
    await expect(columns.getByTestId('walk-said')).toHaveText(['5 of 12: call, to ahci driver', '5 of 8, the answer: interrupt, to ahci driver'])
    expect(await seriousFindings(app, 'all rules', '[role="dialog"]')).toEqual([])
    await app.keyboard.press('Escape')

    // Predicted, then real: Domain-0 alone is lost, and comes up again.
    await glasshouse.pauseClock()
    await glasshouse.select('micro')
    await inspector.getByRole('tab', { name: 'Structure' }).click()
    await choosePart(glasshouse, 'bnx2 driver')
    await expect(inspector.getByTestId('would-lose')).toHaveText('Domain-0: Debian 12')
    await expect(inspector.getByTestId('would-wait')).toHaveText('on-xen: Linux 2.4, 32-bit')
    await inspector.getByTestId('crash').click()
    await expect(inspector.getByTestId('crash-card')).toContainText('down')
    await glasshouse.expectState('on-xen', 'running')
    await glasshouse.expectState('Domain-0', 'fault')
    expect(await seriousFindings(app, 'all rules', INSPECTOR)).toEqual([])
    await glasshouse.select('on-xen')
    await inspector.getByRole('tab', { name: 'Summary' }).click()
    await expect(inspector).toContainText('goes on, without answers from: Disk, Network')
    await glasshouse.runClock()
    await glasshouse.expectState('Domain-0', 'running')
    await expect(inspector).not.toContainText('goes on, without answers')

    // The same driver in the VMkernel: the host stays down until it is switched off and on.
    await glasshouse.select('mono')
    await inspector.getByRole('tab', { name: 'Structure' }).click()
    await choosePart(glasshouse, 'bnx2 driver')
    await expect(inspector.getByTestId('would-lose')).toHaveText('VMkernel, Service console: Red Hat Enterprise Linux 3, on-esx: Linux 2.4, 32-bit')
    await expect(inspector.getByTestId('would-wait')).toHaveText('nobody')
    await inspector.getByTestId('crash').click()
    await glasshouse.expectState('on-esx', 'fault')
    await glasshouse.expectState('mono', 'crashed')
    await inspector.getByRole('button', { name: 'Switch off and on' }).click()
    await glasshouse.expectState('mono', 'running')
    await glasshouse.act('on-esx', 'Start')
    await glasshouse.expectState('on-esx', 'running')
  })

  test('KVM finds no hardware support; ESX on the same host translates, and its VM does so under the microscope', async ({ app }) => {
    const glasshouse = new AppWindow(app)
    await glasshouse.startEmpty()
    await glasshouse.command('Add a host')
    await glasshouse.fill({ Hardware: 'Rack server, 2004', Name: 'old' })
    await glasshouse.submit('Add host')
    await glasshouse.act('old', 'Install an operating system')
    await glasshouse.fill({ 'Operating system': 'Debian 12' })
    await glasshouse.submit('Install')
    await glasshouse.act('old', 'Install a hypervisor')
    await glasshouse.fill({ Product: 'KVM' })
    await glasshouse.submitRefused('Install', /could not insert 'kvm_intel'.*kvm: no hardware support.*was made without VT-x; no setting adds it/)
    await app.keyboard.press('Escape')

    await glasshouse.setSpeed('×100')
    await glasshouse.runClock()
    await stand(glasshouse, { host: 'esx', model: 'Rack server, 2006', product: 'VMware ESX 3.5', vm: 'guest' })
    await glasshouse.inspector.getByTestId('more-actions').click()
    await glasshouse.menuItem('Look inside').click()
    await expect(app.getByTestId('machine-technique')).toHaveText('Binary translation')
  })
})
