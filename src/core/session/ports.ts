import type { Disposable } from '../base/emitter.ts'

/** Real time, as the door's platform gives it. It paces and coalesces; it never reaches the simulation. */
export interface RealTime {
  /** Milliseconds on a clock that never goes back. */
  now(): number
  /** Runs once after at least this many milliseconds; 0 lets waiting messages in first. */
  after(milliseconds: number, run: () => void): Disposable
}
