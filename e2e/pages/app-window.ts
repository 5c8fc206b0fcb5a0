import { expect, type Locator, type Page } from '@playwright/test'

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
const startsWith = (text: string) => new RegExp(`^${escaped(text)}(?![A-Za-z])`)

/** The app's window as a person meets it: outline, canvas, inspector, dialogs and messages. */
export class AppWindow {
  readonly page: Page
  readonly outline: Locator
  readonly topology: Locator
  readonly inspector: Locator
  readonly timeline: Locator
  readonly dialog: Locator
  /** What a form says when the simulation refuses. */
  readonly refusal: Locator
  readonly toast: Locator
  readonly tour: Locator
  readonly palette: Locator

  constructor(page: Page) {
    this.page = page
    this.outline = page.getByTestId('outline')
    this.topology = page.getByTestId('topology')
    this.inspector = page.locator('[data-region="inspector"]')
    this.timeline = page.locator('[data-region="timeline"]')
    this.dialog = page.getByRole('dialog')
    this.refusal = page.getByTestId('refusal')
    this.toast = page.getByTestId('toast')
    this.tour = page.getByTestId('tour')
    this.palette = page.getByTestId('palette')
  }

  /** From the first start into the running sample, without the tour. */
  async openSample(): Promise<void> {
    await this.page.getByTestId('start-sample').click()
    await this.page.getByTestId('tour-skip').click()
    await expect(this.drawn('charminar')).toBeAttached()
  }

  /** From the first start into the empty room. */
  async startEmpty(): Promise<void> {
    await this.page.getByTestId('start-empty').click()
    await expect(this.outline).toBeVisible()
  }

  /** An object's row; its name says what it is, what runs there and in which state it is. */
  row(name: string): Locator {
    return this.outline.getByRole('treeitem', { name: new RegExp(`^${escaped(name)}, `) })
  }

  /** What the canvas tells a screen reader about an object that is in view. */
  drawn(name: string): Locator {
    return this.topology.getByRole('listitem').filter({ hasText: new RegExp(`^${escaped(name)}, `) })
  }

  /** Chooses an object in the outline, wherever in a long list it is. */
  async select(name: string): Promise<void> {
    const filter = this.page.getByRole('searchbox', { name: 'Filter the outline' })
    await filter.fill(name)
    await this.row(name).click()
    await filter.fill('')
    await expect(this.subject).toHaveText(name)
  }

  /** The name of the object that the inspector shows. */
  get subject(): Locator {
    return this.inspector.getByTestId('subject')
  }

  /** Chooses an object and runs one of its actions from the inspector's menu. */
  async act(name: string, action: string): Promise<void> {
    await this.select(name)
    await this.inspector.getByTestId('more-actions').click()
    await this.menuItem(action).click()
  }

  menuItem(label: string): Locator {
    return this.page.getByRole('menuitem', { name: startsWith(label) })
  }

  /** Fills the open form in: text and number fields by their label, options by the start of their name. */
  async fill(values: Readonly<Record<string, string>>): Promise<void> {
    await expect(this.dialog).toBeVisible()
    for (const [label, value] of Object.entries(values)) {
      const options = this.dialog.getByRole('radiogroup', { name: label })
      if (await options.count() > 0) await options.getByRole('radio', { name: startsWith(value) }).click()
      else await this.dialog.getByLabel(label, { exact: true }).fill(value)
    }
  }

  /** Sends the open form and waits until it was accepted. */
  async submit(button: string): Promise<void> {
    await this.dialog.getByRole('button', { name: button, exact: true }).click()
    await expect(this.dialog).toHaveCount(0)
  }

  /** Sends the open form, which is refused. */
  async submitRefused(button: string, why: RegExp): Promise<void> {
    await this.dialog.getByRole('button', { name: button, exact: true }).click()
    await expect(this.refusal).toHaveText(why)
  }

  async expectState(name: string, state: string): Promise<void> {
    await expect(this.row(name)).toHaveAccessibleName(new RegExp(`, ${escaped(state)}$`))
  }

  /** How many simulated seconds pass in a real one: a label of the speed menu, such as `×1,000`. */
  async setSpeed(label: string): Promise<void> {
    await this.page.getByTestId('speed').click()
    await this.page.getByRole('menuitem', { name: label, exact: true }).click()
    await expect(this.page.getByTestId('speed')).toContainText(label)
  }

  async pauseClock(): Promise<void> {
    await this.page.getByTestId('play').click()
    await expect(this.page.getByTestId('play')).toHaveText('Run')
  }

  async runClock(): Promise<void> {
    await this.page.getByTestId('play').click()
    await expect(this.page.getByTestId('play')).toHaveText('Pause')
  }

  /** Runs a command of the palette. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press('Control+k')
    await this.palette.getByRole('combobox').fill(title)
    await this.palette.getByRole('option', { name: startsWith(title) }).first().click()
    await expect(this.palette).toHaveCount(0)
  }
}
