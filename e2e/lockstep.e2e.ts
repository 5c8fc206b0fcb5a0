import { LockstepPage } from './pages/lockstep-page.ts'
import { MicroscopePage } from './pages/microscope-page.ts'
import { seriousFindings } from './support/accessibility.ts'
import { expect, test } from './support/fixtures.ts'
import { AppWindow } from './pages/app-window.ts'

test('popf goes wrong under trap and emulate and right under translation, side by side', async ({ app }) => {
  test.setTimeout(180_000)
  await new AppWindow(app).openSample()
  const lockstep = new LockstepPage(app)
  await lockstep.show()
  await lockstep.begin()
  await expect(lockstep.panel.getByTestId('lockstep-guest')).toContainText('POPF')

  await test.step('the first divergence is named, by keys alone', async () => {
    await app.keyboard.press('F5')
    await expect(lockstep.note).toContainText('Trap and emulate parts from Bare metal at popf')
    await lockstep.settled()
    await expect(lockstep.why).toHaveText('IF was not changed: outside ring 0 popf drops it without a trap.')
    await expect(lockstep.note).toContainText('00000202 (IF 1)')
    for (const technique of ['trap-and-emulate', 'binary-translation'] as const) await expect(lockstep.column(technique)).toContainText('same')
    for (const technique of ['native', 'trap-and-emulate', 'binary-translation'] as const) await expect(lockstep.column(technique).locator('[aria-current="step"]')).toContainText('popf')
  })

  await test.step('one step on, IF differs there and nowhere else', async () => {
    await app.keyboard.press('F10')
    await expect(lockstep.column('trap-and-emulate')).toContainText('different')
    await expect(lockstep.column('trap-and-emulate').locator('.differs')).toHaveText([/EFLAGS00000202/, /IF1/])
    await expect(lockstep.column('binary-translation')).toContainText('same')
  })

  await test.step('and back', async () => {
    await app.keyboard.press('Alt+F10')
    await expect(lockstep.column('trap-and-emulate')).toContainText('same')
    expect(await seriousFindings(app)).toEqual([])
  })

  await test.step('to the end: equal under translation, different by trapping alone', async () => {
    await lockstep.panel.getByTestId('lockstep-do-end').click()
    await lockstep.settled()
    await expect(lockstep.end('native')).toContainText('Ended with code 0')
    await expect(lockstep.end('binary-translation')).toContainText('end state equal')
    await expect(lockstep.end('trap-and-emulate')).toContainText('end state different')
    await expect(lockstep.column('trap-and-emulate')).toContainText('WRONG')
  })

  await test.step('a fourth technique, and no fifth', async () => {
    await lockstep.panel.getByTestId('lockstep-hardware-assist').click()
    await expect(lockstep.column('hardware-assist')).toBeVisible()
    await expect(lockstep.panel.getByTestId('lockstep-paravirtual')).toHaveAttribute('aria-disabled', 'true')
  })
})

test('the scoreboard: guessed, run, compared; another cost, run again', async ({ app }) => {
  test.setTimeout(240_000)
  await new AppWindow(app).openSample()
  await app.keyboard.press('Control+k')
  await app.keyboard.type('scoreboard')
  await app.getByRole('option', { name: 'Show the scoreboard of techniques' }).click()
  const board = app.getByTestId('scoreboard')
  const score = (workload: string, technique: string) => app.getByTestId(`score-${workload}-${technique}`)

  await board.getByLabel('Place of Hardware assist in System calls').selectOption('1')
  await board.getByLabel('Place of Binary translation in System calls').selectOption('2')
  expect(await seriousFindings(app)).toEqual([])
  await board.getByTestId('score-run').click()
  await expect(board).toHaveAttribute('aria-busy', 'false', { timeout: 150_000 })
  await expect(score('calls', 'hardware-assist')).toContainText('predicted 1')
  await expect(score('calls', 'binary-translation')).toContainText('same end')
  await expect(score('calls', 'trap-and-emulate')).toContainText('another end')
  await expect(score('pages', 'paravirtual')).toContainText('same output')
  await expect(app.getByTestId('verdict-calls')).toContainText('the order is another one than for Computing. The fastest is Hardware assist.')
  await expect(app.getByTestId('score-hits')).toContainText('1 of 2 places')
  expect(await seriousFindings(app)).toEqual([])

  await board.getByTestId('score-cost').fill('100000')
  await board.getByRole('button', { name: 'Change', exact: true }).click()
  await expect(board).toContainText('Costs were changed since: run again.')
})

test('a branch: a value changed in the past, and two futures side by side', async ({ app }) => {
  test.setTimeout(90_000)
  await new AppWindow(app).openSample()
  const microscope = new MicroscopePage(app)
  await microscope.show()
  await app.getByRole('button', { name: 'Try Hello' }).click()
  await expect(microscope.code).toBeFocused()
  const moveBranch = async (name: string | RegExp): Promise<void> => {
    await app.getByTestId('branch-menu').click()
    await app.getByRole('menuitem', { name }).click()
  }

  await test.step('six instructions on, another future begins', async () => {
    for (let tick = 1; tick <= 6; tick++) {
      await app.keyboard.press('F10')
      await microscope.expectAt(tick)
    }
    await moveBranch('Branch here')
    await expect(app.getByTestId('machine-chooser')).toContainText('Hello, branch 1')
    await microscope.expectAt(6)
  })

  await test.step('in which a register is another one', async () => {
    await moveBranch('Change a register or memory…')
    const form = app.getByRole('dialog')
    await form.getByLabel('Register, or address of a doubleword').fill('ebp')
    await form.getByLabel('New value (hexadecimal)').fill('1234abcd')
    await form.getByRole('button', { name: 'Change', exact: true }).click()
    await expect(microscope.register('EBP')).toContainText('1234ABCD')
  })

  await test.step('side by side: where they part, and at the end', async () => {
    await moveBranch('Compare with Hello')
    const lockstep = new LockstepPage(app)
    await expect(app.getByTestId('column-1')).toContainText('Hello, branch 1')
    await lockstep.panel.getByTestId('lockstep-do-divergence').click()
    await expect(lockstep.note).toContainText('Hello, branch 1 parts from Hello at moment 5: something else came in, or a value was changed.')
    await lockstep.settled()
    await lockstep.panel.getByTestId('lockstep-do-end').click()
    await lockstep.settled()
    await expect(app.getByTestId('end-1')).toContainText('end state different')
    await expect(app.getByTestId('column-1').locator('.differs')).toHaveText([/EBP1234ABCD/])
    expect(await seriousFindings(app)).toEqual([])
  })
})
