import type { Clock, IrqLine, PortDevice, Timer } from '../device.ts'

interface ManualTimer extends Timer { due: number | null; readonly action: () => void }

/** A clock that the test moves. */
export class ManualClock implements Clock {
  now = 0
  readonly ticksPerSecond: number
  readonly #timers: ManualTimer[] = []

  constructor(ticksPerSecond = 100_000_000) {
    this.ticksPerSecond = ticksPerSecond
  }

  timer(action: () => void): Timer {
    const timer: ManualTimer = {
      due: null,
      action,
      at: (tick) => void (timer.due = Math.max(tick, this.now + 1)),
      cancel: () => void (timer.due = null),
    }
    this.#timers.push(timer)
    return timer
  }

  /** The earliest planned instant. */
  get next(): number | null {
    const due = this.#timers.flatMap((timer) => timer.due ?? [])
    return due.length > 0 ? Math.min(...due) : null
  }

  /** Lets ticks pass, with all that is planned on the way. */
  pass(ticks: number): void {
    const end = this.now + ticks
    for (let next = this.next; next !== null && next <= end; next = this.next) {
      this.now = next
      for (const timer of this.#timers) {
        if (timer.due === null || timer.due > this.now) continue
        timer.due = null
        timer.action()
      }
    }
    this.now = end
  }

  passSeconds(seconds: number): void {
    this.pass(Math.round(seconds * this.ticksPerSecond))
  }
}

/** An interrupt line that remembers its level and counts its rises. */
export class Line implements IrqLine {
  level = false
  rises = 0

  set(level: boolean): void {
    if (level && !this.level) this.rises++
    this.level = level
  }
}

/** Byte-wide access to a device by the numbers of its ports. */
export const portsOf = (device: PortDevice, first: number) => ({
  in: (port: number, size = 1): number => device.read(port - first, size),
  out: (port: number, value: number, size = 1): void => device.write(port - first, value, size),
})
