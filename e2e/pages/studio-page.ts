import { expect, type Locator, type Page } from '@playwright/test'

/** The Studio: a folder with a Dockerfile, its text, its builds. */
export class StudioPage {
  readonly page: Page
  readonly panel: Locator
  readonly editor: Locator
  readonly build: Locator
  readonly cancel: Locator
  readonly run: Locator
  readonly result: Locator
  readonly failure: Locator
  readonly log: Locator
  readonly problems: Locator
  readonly folder: Locator

  constructor(page: Page) {
    this.page = page
    this.panel = page.getByTestId('studio')
    this.editor = page.getByTestId('editor')
    this.build = page.getByTestId('build')
    this.cancel = page.getByTestId('cancel-build')
    this.run = page.getByTestId('run')
    this.result = page.getByTestId('build-result')
    this.failure = page.getByTestId('build-failure')
    this.log = page.getByTestId('build-log')
    this.problems = page.getByTestId('problems')
    this.folder = this.panel.getByRole('combobox', { name: 'Folder', exact: true })
  }

  /** The text as it is drawn: the lines in view, with Monaco's own blanks. */
  line(text: string): Locator {
    return this.editor.locator('.view-line').filter({ hasText: text.replaceAll(' ', '\u00a0') })
  }

  /** From the first start to the course's Dockerfile. */
  async openCourse(): Promise<void> {
    await this.page.getByTestId('start-studio').click()
    await expect(this.line('FROM ubuntu:12.04')).toBeVisible()
  }

  /** Which day's package archives the builds see. */
  async setUniverse(name: '2014' | '2018' | 'Today'): Promise<void> {
    const button = this.page.getByTestId('universe-switch').getByRole('button', { name })
    await button.click()
    await expect(button).toHaveAttribute('aria-pressed', 'true')
  }

  async showTab(name: 'Problems' | 'Steps' | 'Log' | 'Layers'): Promise<void> {
    await this.panel.getByRole('tab', { name }).click()
  }

  /** Makes a folder from a sample of the catalogue and waits until it is open. */
  async addFolder(sample: string): Promise<void> {
    await this.panel.getByRole('button', { name: 'Add a folder', exact: true }).click()
    await this.page.getByRole('dialog').getByRole('radio', { name: new RegExp(`^${sample}`) }).click()
    await this.page.getByRole('dialog').getByRole('button', { name: 'Add folder' }).click()
    await expect(this.page.getByRole('dialog')).toHaveCount(0)
  }

  /** Makes a folder with an empty Dockerfile. */
  async addEmptyFolder(name: string): Promise<void> {
    await this.panel.getByRole('button', { name: 'Add a folder', exact: true }).click()
    const dialog = this.page.getByRole('dialog')
    await dialog.getByRole('radio', { name: /^An empty Dockerfile/ }).click()
    await dialog.getByLabel('Name', { exact: true }).fill(name)
    await dialog.getByRole('button', { name: 'Add folder' }).click()
    await expect(dialog).toHaveCount(0)
    await expect(this.folder.locator('option:checked')).toHaveText(name)
  }

  /** The files of the folder. */
  get files(): Locator {
    return this.panel.getByRole('navigation', { name: 'Files' })
  }

  file(name: string): Locator {
    return this.files.getByRole('button', { name, exact: true })
  }

  async showFiles(): Promise<void> {
    const button = this.panel.getByRole('button', { name: 'Files', exact: true })
    if (await button.getAttribute('aria-pressed') !== 'true') await button.click()
    await expect(this.files).toBeVisible()
  }

  /** Adds a file by its path; it is open then. */
  async addFile(path: string): Promise<void> {
    await this.files.getByRole('button', { name: 'Add a file' }).click()
    await this.page.getByRole('dialog').getByLabel('Path in the folder').fill(path)
    await this.page.getByRole('dialog').getByRole('button', { name: 'Add file' }).click()
    await expect(this.page.getByRole('dialog')).toHaveCount(0)
    await this.expectOpen(path)
  }

  async expectOpen(path: string): Promise<void> {
    await expect(this.panel.getByRole('heading', { name: path, exact: true })).toBeVisible()
  }

  /** Types at the end of the open text and waits until it is kept. */
  async type(text: string): Promise<void> {
    await this.editor.locator('.view-lines').click()
    await this.page.keyboard.press('Control+End')
    await this.page.keyboard.type(text)
    await this.page.keyboard.press('Escape')
    await this.kept()
  }

  async kept(): Promise<void> {
    await expect(this.panel).toContainText('Kept in the project')
  }

  /** Builds, and waits for the image. */
  async buildToTheEnd(): Promise<void> {
    await this.build.click()
    await expect(this.result).toBeVisible()
  }
}
