import { expect, type Locator, type Page } from '@playwright/test'

/** The layers of an image and the files in them. */
export class LayersPage {
  readonly panel: Locator
  readonly files: Locator

  constructor(page: Page) {
    this.panel = page.getByTestId('layers')
    this.files = this.panel.getByRole('treegrid')
  }

  /** A layer by its place in the stack, from 0 at the bottom. */
  layer(index: number): Locator {
    return this.panel.getByTestId(`layer-${index}`)
  }

  file(name: string): Locator {
    return this.files.getByRole('row').filter({ has: this.files.page().getByText(name, { exact: true }) })
  }

  /** Opens folders, each inside the one before; those that are open already stay so. */
  async open(...folders: readonly string[]): Promise<void> {
    for (const folder of folders) {
      const row = this.file(folder)
      if (await row.getAttribute('aria-expanded') !== 'true') await row.click()
      await expect(row).toHaveAttribute('aria-expanded', 'true')
    }
  }
}
