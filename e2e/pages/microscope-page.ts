import { expect, type Locator, type Page } from '@playwright/test'
import type { MachineEventKind } from '../../src/protocol/machine.ts'

/** The microscope: one machine, its registers, its instructions, its events, and a program of one's own. */
export class MicroscopePage {
  readonly page: Page
  readonly panel: Locator
  readonly code: Locator
  readonly events: Locator
  readonly scrub: Locator
  readonly status: Locator
  readonly serial: Locator
  readonly end: Locator
  readonly editor: Locator
  readonly problems: Locator

  constructor(page: Page) {
    this.page = page
    this.panel = page.getByTestId('microscope')
    this.code = page.getByTestId('code')
    this.events = page.getByTestId('machine-events')
    this.scrub = page.getByTestId('scrub')
    this.status = page.getByTestId('machine-status')
    this.serial = page.getByTestId('serial').locator('.xterm-rows')
    this.end = page.getByTestId('machine-end')
    this.editor = page.getByTestId('program-editor')
    this.problems = page.getByTestId('program-problems')
  }

  /** Brings the panel to the front. */
  async show(): Promise<void> {
    await this.page.getByRole('tab', { name: 'Microscope', exact: true }).click()
    await expect(this.panel).toBeVisible()
  }

  async expectAt(tick: number): Promise<void> {
    await expect(this.scrub).toHaveAttribute('aria-valuenow', String(tick))
  }

  async tick(): Promise<number> {
    return Number(await this.scrub.getAttribute('aria-valuenow'))
  }

  register(name: string): Locator {
    return this.page.getByTestId(`register-${name}`)
  }

  /** The instruction that comes next. */
  get next(): Locator {
    return this.code.locator('[data-next]')
  }

  async tab(name: string): Promise<void> {
    await this.panel.getByRole('tab', { name, exact: true }).click()
  }

  /** Opens a guest of the catalogue under a technique, both by the menu of machines. */
  async openUnder(technique: string, guest: string): Promise<void> {
    const chooser = this.page.getByTestId('machine-chooser')
    await chooser.click()
    await this.page.getByRole('menuitem', { name: technique, exact: true }).click()
    await chooser.click()
    await this.page.getByRole('menuitem', { name: guest, exact: true }).click()
    await expect(chooser).toContainText(guest)
    await expect(this.code).toBeFocused()
  }

  /** Runs to the next event of a kind, by the menu beside the button. */
  async runToEvent(kind: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Which event' }).click()
    await this.page.getByRole('menuitem', { name: kind, exact: true }).click()
  }

  /** Picks a file in the chooser that opens when `open` is done. */
  async choose(name: string, buffer: Buffer, open: () => Promise<void>): Promise<void> {
    const [chooser] = await Promise.all([this.page.waitForEvent('filechooser'), open()])
    await chooser.setFiles({ name, mimeType: 'application/octet-stream', buffer })
  }

  async filterEvents(name: string): Promise<void> {
    const chip = this.panel.getByRole('button', { name, exact: true })
    await chip.click()
    await expect(chip).toHaveAttribute('aria-pressed', 'true')
  }

  eventRow(kind: MachineEventKind | RegExp): Locator {
    return this.events.getByRole('row').filter({ hasText: kind })
  }

  /** Replaces the program's text. */
  async write(text: string): Promise<void> {
    await this.editor.locator('.view-lines').click()
    await this.page.keyboard.press('Control+a')
    await this.page.keyboard.insertText(text)
  }

  line(text: string): Locator {
    return this.editor.locator('.view-line').filter({ hasText: text.replaceAll(' ', '\u00a0') })
  }
}
