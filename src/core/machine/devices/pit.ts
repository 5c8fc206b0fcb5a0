import type { Clock, IrqLine, PortDevice, Timer } from './device.ts'
import { PitCounter, type PitCounterState } from './pit-counter.ts'
import { rescale, rescaleUp } from './units.ts'

/** Input clock of all three counters: a third of the colour subcarrier's quadruple. */
export const PIT_HERTZ = 1_193_182

export interface PitState { readonly counters: readonly PitCounterState[]; readonly due: number | null; readonly speaker: boolean }

/**
 * The interval timer of a PC, an 8254 at 0x40 to 0x43: counter 0 is IRQ 0, counter 2 is gated and seen through port 0x61. A rise of
 * counter 0's output is an event; everything else is computed when somebody looks.
 */
export class Pit implements PortDevice {
  readonly counters = [new PitCounter(), new PitCounter(), new PitCounter()] as const
  readonly #irq: IrqLine
  readonly #clock: Clock
  readonly #timer: Timer
  #speaker = false

  constructor(irq: IrqLine, clock: Clock) {
    this.#irq = irq
    this.#clock = clock
    this.#timer = clock.timer(() => this.#rise())
    this.counters[2].state.gate = false
  }

  read(offset: number): number {
    return offset === 3 ? 0xff : this.counters[offset]!.read(this.#now)
  }

  write(offset: number, value: number): void {
    if (offset < 3) this.counters[offset]!.write(value, this.#now)
    else this.#control(value)
    if (offset === 0 || offset === 3) this.#plan()
  }

  /** Port 0x61 of the system board: bit 0 gates counter 2, bit 1 the speaker, bit 4 is the memory refresh's toggle, bit 5 counter 2's output. */
  readonly systemPort: PortDevice = {
    read: () => {
      const now = this.#now
      // The refresh request comes every 15 µs, which is 18 clocks.
      return (this.counters[2].state.gate ? 1 : 0) | (this.#speaker ? 2 : 0) | ((Math.floor(now / 18) & 1) << 4) | (this.counters[2].out(now) ? 0x20 : 0)
    },
    write: (_offset, value) => {
      this.counters[2].setGate((value & 1) !== 0, this.#now)
      this.#speaker = (value & 2) !== 0
    },
  }

  save(): PitState {
    return { counters: this.counters.map(({ state }) => ({ ...state })), due: this.#timer.due, speaker: this.#speaker }
  }

  load(state: PitState): void {
    this.counters.forEach((counter, i) => (counter.state = { ...state.counters[i]! }))
    this.#speaker = state.speaker
    if (state.due === null) this.#timer.cancel()
    else this.#timer.at(state.due)
  }

  get #now(): number {
    return rescale(this.#clock.now, PIT_HERTZ, this.#clock.ticksPerSecond)
  }

  /** A control word, a counter latch (access 0), or a read-back command (counter 3). */
  #control(value: number): void {
    const now = this.#now
    const select = value >> 6
    if (select === 3) {
      this.counters.forEach((counter, i) => {
        if ((value & (2 << i)) === 0) return
        if ((value & 0x20) === 0) counter.latchCount(now)
        if ((value & 0x10) === 0) counter.latchStatus(now)
      })
    } else if ((value & 0x30) === 0) this.counters[select]!.latchCount(now)
    else this.counters[select]!.control(value)
  }

  #plan(): void {
    const now = this.#now
    this.#irq.set(this.counters[0].out(now))
    const rise = this.counters[0].nextRise(now)
    if (rise === null) this.#timer.cancel()
    else this.#timer.at(rescaleUp(rise, this.#clock.ticksPerSecond, PIT_HERTZ))
  }

  /** The low part before a rise is left out: only the edge matters. */
  #rise(): void {
    this.#irq.set(false)
    this.#irq.set(true)
    this.#plan()
  }
}
