import type { Disposable } from '../../base/emitter.ts'
import type { Simulation } from '../../simulation/simulation.ts'
import type { SimTime } from '../../simulation/units.ts'

interface Timer {
  readonly run: () => void
  /** Of the machine's own time, while it stands still. */
  left: SimTime
  dueAt: SimTime
  event: Disposable | undefined
}

/** Timers of one machine: while it is paused they stand still, and when it is switched off nothing comes any more. */
export class MachineTime {
  private readonly simulation: Simulation
  private readonly timers = new Set<Timer>()
  private frozen = false

  constructor(simulation: Simulation) {
    this.simulation = simulation
  }

  later(delay: SimTime, run: () => void): Disposable {
    const timer: Timer = { run, left: delay, dueAt: 0, event: undefined }
    this.timers.add(timer)
    if (!this.frozen) this.wind(timer)
    return { dispose: () => this.drop(timer) }
  }

  sleep(delay: SimTime): Promise<void> {
    return new Promise((resolve) => this.later(delay, resolve))
  }

  setFrozen(frozen: boolean): void {
    if (this.frozen === frozen) return
    this.frozen = frozen
    for (const timer of this.timers) {
      if (!frozen) this.wind(timer)
      else {
        timer.event?.dispose()
        timer.left = timer.dueAt - this.simulation.now
      }
    }
  }

  stop(): void {
    for (const timer of [...this.timers]) this.drop(timer)
  }

  private wind(timer: Timer): void {
    timer.dueAt = this.simulation.now + timer.left
    timer.event = this.simulation.schedule(timer.left, () => {
      this.timers.delete(timer)
      timer.run()
    })
  }

  private drop(timer: Timer): void {
    timer.event?.dispose()
    this.timers.delete(timer)
  }
}
