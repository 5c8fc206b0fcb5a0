import { CLOCK_ID } from '../../protocol/records.ts'
import type { Disposable } from '../base/emitter.ts'
import { MILLISECOND } from '../simulation/units.ts'
import type { RealTime } from './ports.ts'
import type { Session } from './session.ts'

/** Milliseconds of work in one go: a command that comes in waits no longer. */
const SLICE = 8
/** Events closer together than this (milliseconds) are handled together. */
const BREATH = 4
/** While playing, time is told this often (milliseconds) even when nothing is due. */
const TICK = 100
/** Real time that counts at most between two slices: after a sleep of the computer, nothing is caught up. */
const LONGEST_GAP = 500
/** Past this simulated time (31 years) the clock stands. */
const END_OF_TIME = 1e18

/**
 * Turns real time into simulated time while the clock plays. It falls behind rather than block: what cannot be done in a slice
 * makes the simulation slower than asked, never the window. Paused, it holds no timer at all.
 */
export class Pacer {
  private readonly session: Session
  private readonly time: RealTime
  private readonly moved: () => void
  private timer: Disposable | undefined
  private anchor: { readonly real: number; readonly sim: number; readonly speed: number } | undefined
  private slicing: Promise<void> | undefined
  private disposed = false

  /** `moved` is called after each slice in which simulated time went on. */
  constructor(session: Session, time: RealTime, moved: () => void) {
    this.session = session
    this.time = time
    this.moved = moved
  }

  /** Call after every command: it may have changed the clock or scheduled something. */
  refresh(): void {
    if (this.disposed) return
    const clock = this.session.store.require(CLOCK_ID)
    if (!clock.playing) {
      this.anchor = undefined
      this.stopTimer()
      return
    }
    if (this.anchor?.speed !== clock.speed) this.anchor = { real: this.time.now(), sim: this.session.now, speed: clock.speed }
    this.plan()
  }

  /** Brings simulated time up to the present instant, as far as a slice reaches. Call before a command. */
  catchUp(): Promise<void> {
    this.slicing ??= this.slice().finally(() => (this.slicing = undefined))
    return this.slicing
  }

  dispose(): void {
    this.disposed = true
    this.anchor = undefined
    this.stopTimer()
  }

  private async slice(): Promise<void> {
    const { anchor } = this
    if (!anchor) return
    const start = this.time.now()
    const before = this.session.now
    const elapsed = Math.min(start - anchor.real, LONGEST_GAP)
    const target = Math.min(anchor.sim + Math.floor(elapsed * anchor.speed * MILLISECOND), END_OF_TIME)
    await this.session.advance(target, () => this.time.now() - start >= SLICE)
    // Anchored anew at every slice: what was not reached is given up, and a gap does not count twice.
    if (this.anchor === anchor) this.anchor = { real: start, sim: this.session.now, speed: anchor.speed }
    if (this.session.now !== before) this.moved()
  }

  private plan(): void {
    this.stopTimer()
    if (!this.anchor || this.session.now >= END_OF_TIME) return
    const { real, sim, speed } = this.anchor
    const next = this.session.simulation.nextEventAt
    const due = next === undefined ? TICK : (next - sim) / (speed * MILLISECOND) - (this.time.now() - real)
    const pause = due <= 0 ? 0 : Math.max(due, BREATH)
    this.timer = this.time.after(Math.ceil(Math.min(pause, TICK)), () => void this.tick())
  }

  private async tick(): Promise<void> {
    await this.catchUp()
    this.refresh()
  }

  private stopTimer(): void {
    this.timer?.dispose()
    this.timer = undefined
  }
}
