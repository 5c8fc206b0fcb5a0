import type { Disposable } from '../../base/emitter.ts'
import type { RealTime } from '../ports.ts'

/** Real time in a test's hands. */
export class FakeTime implements RealTime {
  private time = 0
  private readonly pending = new Set<{ readonly at: number; readonly run: () => void }>()

  now(): number {
    return this.time
  }

  after(milliseconds: number, run: () => void): Disposable {
    const timer = { at: this.time + milliseconds, run }
    this.pending.add(timer)
    return { dispose: () => void this.pending.delete(timer) }
  }

  /** How many timers are waiting. */
  get timers(): number {
    return this.pending.size
  }

  /** Goes on by this long without any timer: the process was busy, or asleep. */
  skip(milliseconds: number): void {
    this.time += milliseconds
  }

  /** Goes on by this long, running what falls due in order. */
  pass(milliseconds: number): void {
    const end = this.time + milliseconds
    for (let timer = this.next(end); timer; timer = this.next(end)) this.fire(timer)
    this.time = end
  }

  /** Like `pass`, and lets promises go on after each timer. */
  async passSlowly(milliseconds: number): Promise<void> {
    const end = this.time + milliseconds
    for (let timer = this.next(end); timer; timer = this.next(end)) {
      this.fire(timer)
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
    }
    this.time = end
  }

  private next(end: number): { readonly at: number; readonly run: () => void } | undefined {
    return [...this.pending].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
  }

  private fire(timer: { readonly at: number; readonly run: () => void }): void {
    this.pending.delete(timer)
    this.time = Math.max(this.time, timer.at)
    timer.run()
  }
}
