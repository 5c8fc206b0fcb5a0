import { expect, type Locator, type Page } from '@playwright/test'
import type { TechniqueName } from '../../src/protocol/machine.ts'

/** The lockstep panel: one guest under several techniques, side by side. */
export class LockstepPage {
  readonly page: Page
  readonly panel: Locator
  readonly note: Locator
  readonly why: Locator

  constructor(page: Page) {
    this.page = page
    this.panel = page.getByTestId('lockstep')
    this.note = page.getByTestId('lockstep-note')
    this.why = page.getByTestId('lockstep-why')
  }

  async show(): Promise<void> {
    await this.page.keyboard.press('Control+k')
    await this.page.keyboard.type('in lockstep')
    await this.page.getByRole('option', { name: 'Compare techniques in lockstep' }).click()
    await expect(this.panel).toBeVisible()
  }

  /** Starts the machines of what is chosen. */
  async begin(): Promise<void> {
    await this.page.getByRole('button', { name: 'Compare', exact: true }).click()
    await expect(this.column('native')).toBeVisible()
  }

  column(technique: TechniqueName): Locator {
    return this.page.getByTestId(`column-${technique}`)
  }

  end(technique: TechniqueName): Locator {
    return this.page.getByTestId(`end-${technique}`)
  }

  /** All moves are done. */
  async settled(): Promise<void> {
    await expect(this.panel).toHaveAttribute('aria-busy', 'false', { timeout: 60_000 })
  }
}
