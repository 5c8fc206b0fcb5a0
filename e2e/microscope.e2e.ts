import type { Page } from '@playwright/test'
import { AppWindow } from './pages/app-window.ts'
import { MicroscopePage } from './pages/microscope-page.ts'
import { LOOKED_AT, seriousFindings } from './support/accessibility.ts'
import { expect, test, untilConnected } from './support/fixtures.ts'
import { bootSector, elfImage } from './support/images.ts'

const PROGRAM = `; Greets once
%include 'multiboot.inc'
%include 'console.inc'

section .text
start:
        movv esp, stack_top
        call console_init
        say 'Hello from the editor', 10
        mov al, 0
        jmp exit

section .data
file_end:
section .bss
        resb 4096
stack_top:
memory_end:
`

/** Opens the machine of a VM that runs: it is found where the VM is now, and taken back to power-on. */
async function lookInside(app: Page, vm: string): Promise<MicroscopePage> {
  const glasshouse = new AppWindow(app)
  await glasshouse.openSample()
  await glasshouse.act(vm, 'Look inside')
  const microscope = new MicroscopePage(app)
  await expect(microscope.next).toBeVisible()
  await expect(microscope.status).toHaveText('where the VM is now')
  // Its keys are its own as soon as it has the focus.
  await expect(microscope.code).toBeFocused()
  expect(await microscope.tick()).toBeGreaterThan(1_000_000)
  await app.keyboard.press('Control+Shift+F5')
  await expect(microscope.status).toHaveText('at its start')
  await microscope.expectAt(0)
  return microscope
}

test('the machine of a VM: to its first interrupt, back by one, along the whole run', async ({ app }) => {
  const microscope = await lookInside(app, 'web-1')
  await expect(microscope.page.getByTestId('machine-chooser')).toContainText('web-1')

  await test.step('one instruction, and back', async () => {
    const first = await microscope.next.getAttribute('data-address')
    await app.keyboard.press('F10')
    await microscope.expectAt(1)
    await expect(microscope.next).not.toHaveAttribute('data-address', first ?? '')
    await expect(microscope.register('EIP')).toContainText('was')
    await app.keyboard.press('Alt+F10')
    await microscope.expectAt(0)
    await expect(microscope.next).toHaveAttribute('data-address', first ?? '')
  })

  await microscope.runToEvent('interrupt')
  await expect(microscope.status).toHaveText('stopped at the event')
  const interrupt = await microscope.tick()
  expect(interrupt).toBeGreaterThan(1)
  await microscope.filterEvents('Interrupts')
  const row = microscope.eventRow('interrupt').first()
  await expect(row).toContainText(/^.*Interrupt of the .*, vector \d+.*Handler at 0x[0-9a-f]{8} runs in ring 0\./)

  await test.step('the event opens to where it came from', async () => {
    await row.click()
    const detail = app.getByTestId('event-detail')
    await expect(detail).toContainText('Vector')
    await expect(detail).toContainText(/Instruction[0-9a-f]{8}/)
  })

  await app.getByTestId('machine-back').click()
  await microscope.expectAt(interrupt - 1)
  await expect(app.getByText('Looking back: what follows is kept until you run on.')).toBeVisible()

  await test.step('the scrub bar reaches every moment by key', async () => {
    await microscope.scrub.focus()
    await app.keyboard.press('Home')
    await microscope.expectAt(0)
    await app.keyboard.press('ArrowRight')
    await microscope.expectAt(1)
    await app.keyboard.press('End')
    await microscope.expectAt(interrupt)
  })

  await test.step('and so does the event', async () => {
    await app.keyboard.press('Home')
    await microscope.expectAt(0)
    await row.click()
    await app.getByTestId('event-detail').getByRole('button', { name: 'Go there' }).click()
    await microscope.expectAt(interrupt)
  })

  await app.reload()
  await untilConnected(app)
  await microscope.show()
  await microscope.expectAt(interrupt)
})

test('a program of one\'s own: an error, its suggestion, and what the program prints', async ({ app }) => {
  const glasshouse = new AppWindow(app)
  const microscope = new MicroscopePage(app)
  await glasshouse.startEmpty()
  await microscope.show()
  await microscope.panel.getByRole('button', { name: 'Write a program' }).click()
  await expect(app.getByTestId('program-status')).toContainText('no errors')

  await microscope.write(PROGRAM)
  await expect(microscope.problems.getByRole('listitem')).toHaveCount(1)
  await expect(app.getByTestId('assemble-run')).toHaveAttribute('aria-disabled', 'true')
  await microscope.problems.getByRole('button', { name: 'Replace with “mov”' }).click()
  await expect(microscope.line('mov esp, stack_top')).toBeVisible()
  await expect(microscope.problems).toHaveCount(0)

  await app.getByTestId('assemble-run').click()
  await expect(microscope.end).toContainText('The program said that it is done (exit code 0).')
  await microscope.tab('Serial line')
  await expect(microscope.serial).toContainText('Hello from the editor')

  await test.step('to a line, by Enter', async () => {
    await app.getByTestId('machine-restart').click()
    await microscope.expectAt(0)
    await microscope.tab('Disassembly')
    await microscope.code.focus()
    await app.keyboard.press('ArrowDown')
    await app.keyboard.press('Enter')
    await expect(microscope.status).toHaveText('stopped at the address')
  })

  await test.step('its text stands beside its instructions, also after a reload', async () => {
    await expect(microscope.code).toContainText("say 'Hello from the editor', 10")
    await app.reload()
    await untilConnected(app)
    await microscope.show()
    await expect(microscope.code).toContainText("say 'Hello from the editor', 10")
  })
})

test('a guest of the catalogue: rings, pages, memory, screen', async ({ app }) => {
  const glasshouse = new AppWindow(app)
  const microscope = new MicroscopePage(app)
  await glasshouse.startEmpty()
  await microscope.show()
  await app.getByTestId('microscope').getByRole('button', { name: /^Try Rings/ }).click()
  await microscope.runToEvent('fault')
  await expect(microscope.status).toHaveText('stopped at the event')
  await expect(microscope.eventRow('fault').first()).toContainText('Handler at')
  await microscope.tab('Memory')
  await expect(app.getByTestId('memory')).toContainText(/[0-9A-F]{8}/)
  await microscope.tab('Page walk')
  const walk = microscope.panel.locator('form').filter({ has: app.getByRole('button', { name: 'Walk' }) })
  await walk.getByRole('textbox').fill('100000')
  await walk.getByRole('textbox').press('Enter')
  await expect(app.getByTestId('walk')).toContainText('Physical address')
})

test('image files through the real file chooser: a kernel, a disk that boots, and files that are neither', async ({ app }) => {
  const glasshouse = new AppWindow(app)
  const microscope = new MicroscopePage(app)
  await glasshouse.startEmpty()
  await microscope.show()

  await test.step('a multiboot kernel in an ELF file', async () => {
    await microscope.choose('kernel.elf', elfImage('An ELF kernel speaks.'), () => microscope.panel.getByRole('button', { name: 'Open an image file' }).click())
    await expect(microscope.page.getByTestId('machine-chooser')).toContainText('kernel.elf')
    await app.getByTestId('machine-run').click()
    await expect(microscope.end).toContainText('The program said that it is done (exit code 0).')
    await microscope.tab('Serial line')
    await expect(microscope.serial).toContainText('An ELF kernel speaks.')
  })

  const another = async (): Promise<void> => {
    await app.getByTestId('machine-chooser').click()
    await app.getByRole('menuitem', { name: 'Image file' }).click()
  }

  await test.step('a raw disk, started by the firmware', async () => {
    await microscope.choose('disk.img', bootSector('A boot sector speaks.'), another)
    await expect(microscope.page.getByTestId('machine-chooser')).toContainText('disk.img')
    await microscope.expectAt(0)
    await app.getByTestId('machine-run').click()
    await expect(microscope.end).toContainText('The program said that it is done (exit code 0).')
    await expect(microscope.serial).toContainText('A boot sector speaks.')
    await expect(microscope.serial).not.toContainText('An ELF kernel')
  })

  await test.step('what is wrong with another file is said, and the machine stays', async () => {
    await microscope.choose('notes.txt', Buffer.from('Buy milk.'), another)
    await expect(glasshouse.toast.filter({ hasText: 'notes.txt is neither a multiboot kernel nor a disk that boots.' })).toBeVisible()
    await microscope.choose('program.elf', elfImage('Never heard.', false), another)
    await expect(glasshouse.toast.filter({ hasText: 'program.elf is an ELF file, but has no multiboot header within its first 8 KiB.' })).toBeVisible()
    await expect(microscope.page.getByTestId('machine-chooser')).toContainText('disk.img')
    await expect(microscope.serial).toContainText('A boot sector speaks.')
  })
})

for (const theme of LOOKED_AT) {
  test(`axe finds nothing serious in the microscope: ${theme}`, async ({ app }) => {
    await app.setViewportSize({ width: 1280, height: 720 })
    const microscope = await lookInside(app, 'web-1')
    await app.evaluate((name) => { document.documentElement.dataset['theme'] = name }, theme)
    await microscope.runToEvent('event of any kind')
    await expect(microscope.events.getByRole('row').first()).toBeVisible()
    await microscope.events.getByRole('row').first().click()
    expect(await seriousFindings(app, 'all rules', '[data-testid="microscope"]')).toEqual([])
    for (const tab of ['Memory', 'Page walk', 'Devices', 'Serial line', 'Screen', 'Program']) {
      await microscope.tab(tab)
      expect(await seriousFindings(app, 'colours only', '[data-testid="microscope"]'), tab).toEqual([])
    }
    // Nothing is cut off at the right of the panel's own bars.
    for (const control of await app.getByTestId('machine-transport').locator('button:visible').all()) {
      const box = await control.boundingBox()
      expect(box && box.x >= 0 && box.x + box.width <= 1280).toBe(true)
    }
  })
}

test('a guest that is run deprivileged notices, and under hardware assist does not', async ({ app }) => {
  const microscope = await lookInside(app, 'web-1')
  for (const { technique, said } of [
    { technique: 'Trap and emulate', said: 'Casement was stopped to protect your computer.' },
    { technique: 'Hardware assist', said: 'Casement is ready.' },
  ]) {
    await microscope.openUnder(technique, 'Casement 3.1')
    await expect(app.getByTestId('machine-technique')).toHaveText(technique)
    await app.keyboard.press('F5')
    await expect(microscope.end).toBeVisible()
    await microscope.tab('Serial line')
    await expect(microscope.serial).toContainText(said)
  }
})
