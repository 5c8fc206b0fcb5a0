// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { TooltipProvider } from 'reka-ui'
import { type App, type Component, createApp, h, nextTick } from 'vue'
import { i18n } from '../app/i18n/index.ts'
import { useAnnouncer } from '../app/stores/announcer.ts'
import { useCore } from '../app/stores/core.ts'
import { useMachines } from '../app/stores/machines.ts'
import { FixtureCore } from '../testing/fixture-door.ts'
import { sampleRecords } from '../testing/sample-records.ts'
import { useMicroscope } from './microscope-store.ts'
import { useMicroscopeActions } from './microscope-actions.ts'
import CodePane from './parts/CodePane.vue'
import EventPane from './parts/EventPane.vue'
import PresentNote from './parts/PresentNote.vue'
import RegisterPane from './parts/RegisterPane.vue'
import RingDiagram from './parts/RingDiagram.vue'
import ScrubBar from './parts/ScrubBar.vue'
import WalkPane from './parts/WalkPane.vue'

let core: FixtureCore
let app: App | null = null

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  await nextTick()
}

async function mounted(component: Component): Promise<HTMLElement> {
  const host = document.createElement('div')
  document.body.append(host)
  app = createApp({ render: () => h(TooltipProvider, () => h(component)) })
  app.use(createPinia()).use(i18n)
  useCore().start(core.door)
  await settled()
  await useMicroscope().openVm('vm:web-1', 'web-1')
  app.mount(host)
  await settled()
  await settled()
  return host
}

beforeEach(() => {
  core = new FixtureCore(sampleRecords())
  setActivePinia(createPinia())
})
afterEach(() => {
  app?.unmount()
  app = null
  document.body.innerHTML = ''
})

const press = (element: Element | null, key: string): boolean | undefined => element?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))

test('a machine whose state came before the panel was there is under it at once', async () => {
  useCore().start(core.door)
  await settled()
  const { machine } = await useMachines().request('machine.open', { machine: 'vm:web-1' })
  expect(useMicroscope().machine).toBe(machine)
})

test('the program\'s text stands beside its instructions, whoever opened the machine; without it, the numbers of its lines', async () => {
  const lines = async (): Promise<readonly (string | null)[]> => [...(await mounted(CodePane)).querySelectorAll('.code-row .source')].map(({ textContent }) => textContent).slice(0, 2)
  expect(await lines()).toEqual(['line 1', 'line 2'])
  app?.unmount()
  document.body.innerHTML = ''
  core.machine.source = 'lock: push ebp ; first\n  mov ebp, esp ; second\n'
  setActivePinia(createPinia())
  expect(await lines()).toEqual([expect.stringMatching(/lock: push ebp ; first$/), expect.stringMatching(/mov ebp, esp ; second$/)])
})

describe('registers', () => {
  test('what changed since the stop before is lit and says what it was, also after the first step', async () => {
    const host = await mounted(RegisterPane)
    expect(host.querySelectorAll('.reg.chg')).toHaveLength(0)
    await useMicroscope().run({ kind: 'instruction' })
    await settled()
    const eax = host.querySelector('[data-testid="register-EAX"]')
    expect(eax?.classList.contains('chg')).toBe(true)
    expect(eax?.textContent).toContain('was 0000002F')
    expect(host.querySelector('[data-testid="register-EBX"]')?.classList.contains('chg')).toBe(false)
  })

  test('a stop is said aloud', async () => {
    await mounted(RegisterPane)
    await useMicroscope().run({ kind: 'instruction' })
    expect(useAnnouncer().text).toBe('At 0x00101a3d: inc eax. EAX is 00000030. ESP is 0010FFD4.')
  })
})

test('a VM that has moved on says so, and its machine follows when asked', async () => {
  core.machine.vm = { state: 'off', bootedAt: null, memoryMiB: 8192, hasDisk: true, hasNic: true }
  const host = await mounted({ setup: () => useMicroscopeActions(), render: () => h(PresentNote) })
  expect(host.textContent).toContain('The VM has booted since this machine was opened.')
  core.machine.vm = { ...core.machine.vm, state: 'running', bootedAt: 0 }
  host.querySelector<HTMLElement>('[data-testid="machine-present"]')?.click()
  await settled()
  expect(core.machine.asked.at(-1)).toEqual({ name: 'machine.present', params: { machine: 'vm:web-1' } })
  expect(useAnnouncer().text).toMatch(/^At 0x00101a3[a-f0-9]: /)
  expect(useMicroscope().before).toBeNull()
  expect(host.querySelector('[data-testid="machine-moved"]')).toBeNull()
})

test('the ring diagram says what it shows', async () => {
  const host = await mounted(RingDiagram)
  expect(host.querySelector('svg')?.getAttribute('aria-label')).toBe('The processor runs in ring 0, kernel. Ports and the interrupt flag are open to ring 0 only.')
})

describe('scrub bar', () => {
  test('keys seek; while one seek is under way only the latest wish waits', async () => {
    const host = await mounted(ScrubBar)
    const bar = host.querySelector('[role="slider"]')
    expect(bar?.getAttribute('aria-valuenow')).toBe('482915')
    for (const key of ['ArrowLeft', 'ArrowLeft', 'Home', 'ArrowLeft']) press(bar, key)
    await settled()
    await settled()
    expect(core.machine.asked.filter(({ name }) => name === 'machine.seek').map(({ params }) => (params as { tick: number }).tick)).toEqual([482_914, 482_914])
    expect(bar?.getAttribute('aria-valuetext')).toContain('100 % of the run')
  })

  test('marks of the whole run are drawn; Page keys go from one to the next', async () => {
    const host = await mounted(ScrubBar)
    const marks = [...host.querySelectorAll<HTMLElement>('.scrub-mark')]
    expect(marks).toHaveLength(40)
    expect(Number.parseFloat(marks[0]!.style.left)).toBeLessThan(3)
    const bar = host.querySelector('[role="slider"]')
    press(bar, 'PageDown')
    await settled()
    press(bar, 'PageUp')
    await settled()
    expect(core.machine.asked.filter(({ name }) => name === 'machine.seek').map(({ params }) => (params as { tick: number }).tick)).toEqual([481_280])
    // The machine stands as it stood: nothing new is asked about its events.
    expect(core.machine.asked.filter(({ name }) => name === 'machine.marks')).toHaveLength(1)
  })
})

describe('events', () => {
  test('newest first, each a sentence; one opens to its error code, bit by bit', async () => {
    const host = await mounted(EventPane)
    const rows = host.querySelectorAll('.ev-row')
    expect(rows[0]?.textContent).toContain('Interrupt of the timer (IRQ 0), vector 32')
    const list = host.querySelector('[role="grid"]')
    for (let down = 0; down < 5; down++) press(list, 'ArrowDown')
    await settled()
    const detail = host.querySelector('[data-testid="event-detail"]')
    expect(detail?.textContent).toContain('Page fault at 0x00104000: user read of a page that is not present.')
    expect(detail?.textContent).toContain('U/S = 1by user code (ring 3)')
    expect(detail?.textContent).toContain('640 cycles')
    press(list, 'Escape')
    await settled()
    expect(host.querySelector('[data-testid="event-detail"]')).toBeNull()
  })

  test('one kind alone', async () => {
    const host = await mounted(EventPane)
    const chip = [...host.querySelectorAll<HTMLButtonElement>('.chip')].find(({ textContent }) => textContent === 'Gates')
    chip?.click()
    await settled()
    await settled()
    expect(host.querySelectorAll('.ev-row').length).toBeGreaterThan(0)
    for (const row of host.querySelectorAll('.ev-row')) expect(row.textContent).toContain('goes through a gate')
  })
})

test('a walk shows each entry and where it leads', async () => {
  const host = await mounted(WalkPane)
  useMicroscope().showWalk(0x104000)
  await settled()
  await settled()
  expect([...host.querySelectorAll('li')].map(({ textContent }) => textContent.replaceAll(/\s+/g, ' '))).toEqual([
    'Linear address00104000', expect.stringContaining('CR3'), expect.stringMatching(/Page directory entry.*00119027.*names the page table/), expect.stringMatching(/Page table entry.*00104063.*names the page/),
    expect.stringMatching(/Physical address.*00104000.*page of 4 KiB/),
  ])
})
