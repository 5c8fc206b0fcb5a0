import type { Clock, Timer } from '../devices/device.ts'

class PlannedTimer implements Timer {
  due: number | null = null
  readonly #events: Events
  readonly action: () => void
  readonly irq: number

  constructor(events: Events, action: () => void, irq: number) {
    this.#events = events
    this.action = action
    this.irq = irq
  }

  at(tick: number): void {
    this.due = Math.max(tick, this.#events.now() + 1)
    this.#events.changed(this.due)
  }

  cancel(): void {
    this.due = null
  }
}

/** All instants at which devices want to act. There are few timers, so the next one is looked for, not sorted. */
export class Events {
  readonly now: () => number
  readonly changed: (due: number) => void
  readonly #timers: PlannedTimer[] = []

  /** `changed` is told each instant that is planned: a run that goes on beyond it must be shortened. */
  constructor(now: () => number, changed: (due: number) => void) {
    this.now = now
    this.changed = changed
  }

  /** The clock of a device; `irq`: the line that its timers may lead to. */
  clock(irq: number, ticksPerSecond: number): Clock {
    const { now } = this
    return {
      get now() {
        return now()
      },
      ticksPerSecond,
      timer: (action) => {
        const timer = new PlannedTimer(this, action, irq)
        this.#timers.push(timer)
        return timer
      },
    }
  }

  /** The earliest instant of those timers whose line is `open`; Infinity: none. */
  next(open: (irq: number) => boolean = () => true): number {
    let next = Infinity
    for (const { due, irq } of this.#timers) if (due !== null && due < next && open(irq)) next = due
    return next
  }

  /** Lets act whose time has come, earliest first, of equal ones in the order in which they were made. */
  fire(): void {
    for (;;) {
      let first: PlannedTimer | null = null
      for (const timer of this.#timers) if (timer.due !== null && timer.due <= this.now() && (first === null || timer.due < first.due!)) first = timer
      if (!first) return
      first.due = null
      first.action()
    }
  }
}
