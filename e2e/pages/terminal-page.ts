import { expect, type Locator, type Page } from '@playwright/test'

/** The terminal in front, read from its screen as a person reads it. */
export class TerminalPage {
  readonly page: Page
  readonly view: Locator
  readonly tabs: Locator
  readonly rows: Locator
  /** The serial console of a VM, when it is watched. */
  readonly console: Locator

  constructor(page: Page) {
    this.page = page
    this.view = page.locator('[data-testid^="terminal-"]:visible')
    this.tabs = page.getByRole('tablist', { name: 'Open terminals' }).getByRole('tab')
    this.rows = this.view.locator('.xterm-rows > div')
    this.console = page.getByTestId('vm-console')
  }

  /** Rows whose text, without the blanks at its end, is or matches this. */
  row(text: RegExp | string): Locator {
    const pattern = typeof text === 'string' ? text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : text.source
    return this.rows.filter({ hasText: new RegExp(`^${pattern}\\s*$`) })
  }

  /** The shell waits for a command: its last row with text ends with a prompt. */
  async ready(): Promise<void> {
    await expect(this.rows.filter({ hasText: /\S/ }).last()).toHaveText(/[#$]\s*$/)
  }

  /** Types a command at the prompt and sends it. */
  async type(command: string): Promise<void> {
    await this.ready()
    await this.view.locator('.xterm-helper-textarea').focus()
    await this.page.keyboard.type(command)
    await this.page.keyboard.press('Enter')
  }

  /** Types a command and waits until the shell has answered and waits again. */
  async run(command: string): Promise<void> {
    await this.type(command)
    await this.ready()
  }

  /** Opens a further shell from the menu of places. */
  async openOn(place: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Open', exact: true }).click()
    await this.page.getByRole('menuitem', { name: place, exact: true }).click()
  }

  /** With no shell open yet: watches the serial console of a VM. */
  async watch(vm: string): Promise<void> {
    await this.page.getByRole('tab', { name: 'Terminal', exact: true }).click()
    await this.page.getByRole('button', { name: 'Somewhere else' }).click()
    await this.page.getByRole('menuitem', { name: vm, exact: true }).click()
    await expect(this.console).toBeVisible()
  }
}
