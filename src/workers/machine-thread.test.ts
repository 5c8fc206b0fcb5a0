import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { MachineState, RunUntil } from '../protocol/machine.ts'
import { serveMachine, type MachineReport, type Served } from './machine-thread.ts'

/** Each slice is ten milliseconds of its own time and takes none. */
class Idler implements Served {
  running = false
  slices = 0
  get seconds(): number {
    return this.slices / 100
  }
  request(name: string): null {
    this.running = name !== 'machine.pause'
    return null
  }
  slice(): boolean {
    if (this.running) this.slices++
    return this.running
  }
  state(): MachineState {
    return { ...({} as MachineState), machine: 'vm:1', tick: this.slices, running: this.running }
  }
}

function serve() {
  const served = new Idler()
  const reports: MachineReport[] = []
  const obey = serveMachine(served, (report) => reports.push(report))
  const run = (until: RunUntil): void => obey({ type: 'request', id: 1, name: 'machine.run', params: { machine: 'vm:1', until } })
  const states = (): number[] => reports.flatMap((report) => (report.type === 'state' ? [report.state.tick] : []))
  return { served, obey, run, states }
}

beforeEach(() => { vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'] }) })
afterEach(() => { vi.useRealTimers() })

describe('a machine that runs', () => {
  test('freely goes no faster than real time, and sleeps in between', async () => {
    const { served, run } = serve()
    run({ kind: 'pause' })
    await vi.advanceTimersByTimeAsync(1000)
    expect(served.slices).toBeGreaterThanOrEqual(98)
    expect(served.slices).toBeLessThanOrEqual(102)
  })

  test('towards something goes as fast as it can', () => {
    const { served, run } = serve()
    run({ kind: 'event', event: 'interrupt' })
    for (let turn = 0; turn < 500; turn++) vi.advanceTimersToNextTimer()
    expect(served.slices).toBe(500)
  })

  test('tells its next state only when the one before was taken', async () => {
    const { obey, run, states } = serve()
    run({ kind: 'pause' })
    await vi.advanceTimersByTimeAsync(500)
    expect(states()).toHaveLength(1)
    obey({ type: 'taken' })
    await vi.advanceTimersByTimeAsync(500)
    expect(states()).toHaveLength(2)
  })

  test('stops at once when asked, tells so, and has nothing planned then', async () => {
    const { served, obey, run, states } = serve()
    run({ kind: 'pause' })
    await vi.advanceTimersByTimeAsync(200)
    const { slices } = served
    obey({ type: 'request', id: 2, name: 'machine.pause', params: { machine: 'vm:1' } })
    expect(states().at(-1)).toBe(slices)
    await vi.advanceTimersByTimeAsync(1000)
    expect(served.slices).toBe(slices)
    expect(vi.getTimerCount()).toBe(0)
  })
})
