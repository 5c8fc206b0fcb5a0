import { INTERRUPT_EVENT, LINE_RAISED } from '../../machine/cpu/costs/counters.ts'
import type { Cpu } from '../../machine/cpu/cpu.ts'
import { lookAround, type Stop } from '../../machine/cpu/interpreter.ts'
import { ATTENTION, HALTED, INTR, SHADOW } from '../../machine/cpu/layout.ts'

/** What a technique does with its guest between two looks around. */
export interface GuestSteps {
  /** A device of the host's has interrupted. */
  interrupted(): void
  /** Devices have interrupted so often since the start; and so many interrupts were given to the guest now. */
  looked(raised: number, given: number): void
  /** The guest runs until it comes back, for at most so many instructions; `alone`: the next one comes alone. False: its processor shut down. */
  step(alone: boolean, most: number): boolean
}

/** Runs a guest whose interrupts its virtual processor takes, by so many instructions and deliveries, as `run` of cpu/interpreter.ts does it on bare metal. */
export function runGuest(virtual: Cpu, count: number, steps: GuestSteps): Stop {
  virtual.stopAt = virtual.moment + count
  while (virtual.moment < virtual.stopAt) {
    const shadow = virtual.s[SHADOW]!
    if (virtual.s[ATTENTION] !== 0) {
      if (virtual.s[INTR] !== 0) steps.interrupted()
      const given = virtual.counts[INTERRUPT_EVENT]!
      const stop = lookAround(virtual)
      steps.looked(virtual.counts[LINE_RAISED]!, virtual.counts[INTERRUPT_EVENT]! - given)
      if (stop) return stop
      if (virtual.moment >= virtual.stopAt) break
    }
    // Who looks at each instruction gets each alone.
    const each = virtual.observer?.each
    if (each) {
      each()
      if (virtual.moment >= virtual.stopAt) break
    }
    const before = virtual.moment
    if (!steps.step(virtual.s[ATTENTION] !== 0, each ? 1 : virtual.stopAt - virtual.moment)) return 'shutdown'
    // A page that was only hidden was missing: the instruction in the shadow is still to come.
    if (shadow !== 0 && virtual.moment === before) virtual.s[SHADOW] = shadow
    if (virtual.s[SHADOW] !== 0) virtual.s[ATTENTION] = 1
  }
  return virtual.s[HALTED] === 0 ? 'limit' : 'halt'
}
