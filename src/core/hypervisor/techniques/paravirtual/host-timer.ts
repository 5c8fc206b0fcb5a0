import type { Ports } from './dom0.ts'

const CHANNEL = 0x40
const COMMAND = 0x43
/** Channel 0: latch; and low byte, high byte, mode 0: once. */
const LATCH = 0
const ONCE = 0x30
const FREQUENCY = 1_193_182
const NANOSECONDS = 1_000_000_000
/** The longest that the counter runs: then it is set up again, so that no count is missed. */
const MOST = 0xffff

/** The monitor's clock: the PIT's counter, always running, one stretch after the other. It gives the guest its system time and its one-shot timer. */
export class HostTimer {
  readonly #ports: Ports
  /** Counts since the start before the present stretch, and its length. */
  #base = 0
  #stretch = MOST
  /** System time at which the guest wants its event, in nanoseconds. */
  #deadline: number | null = null

  constructor(ports: Ports) {
    this.#ports = ports
  }

  begin(): void {
    this.#run(MOST)
  }

  /** System time in nanoseconds. */
  get now(): number {
    return toNanoseconds(this.#base + this.#elapsed)
  }

  /** Whether the time has come already. @param deadline system time, 0: none. */
  set(deadline: number): boolean {
    const now = this.now
    this.#deadline = deadline === 0 ? null : deadline
    if (deadline !== 0 && deadline <= now) {
      this.#deadline = null
      return true
    }
    this.#base += this.#elapsed
    this.#plan()
    return false
  }

  /** The counter has reached its end; whether the guest's time has come. */
  expired(): boolean {
    this.#base += this.#elapsed
    const due = this.#deadline !== null && toNanoseconds(this.#base) >= this.#deadline
    if (due) this.#deadline = null
    this.#plan()
    return due
  }

  save(): { readonly base: number; readonly stretch: number; readonly deadline: number | null } {
    return { base: this.#base, stretch: this.#stretch, deadline: this.#deadline }
  }

  load({ base, stretch, deadline }: ReturnType<HostTimer['save']>): void {
    this.#base = base
    this.#stretch = stretch
    this.#deadline = deadline
  }

  #plan(): void {
    const left = this.#deadline === null ? MOST : Math.ceil((this.#deadline * FREQUENCY) / NANOSECONDS) - this.#base
    this.#run(Math.max(1, Math.min(left, MOST)))
  }

  #run(count: number): void {
    this.#stretch = count
    this.#ports.write(COMMAND, ONCE, 1)
    this.#ports.write(CHANNEL, count & 0xff, 1)
    this.#ports.write(CHANNEL, count >> 8, 1)
  }

  /** Counts of the present stretch that have passed; the counter goes on below 0. */
  get #elapsed(): number {
    this.#ports.write(COMMAND, LATCH, 1)
    const low = this.#ports.read(CHANNEL, 1)
    return (this.#stretch - (low | (this.#ports.read(CHANNEL, 1) << 8))) & 0xffff
  }
}

const toNanoseconds = (counts: number): number => Math.floor((counts * NANOSECONDS) / FREQUENCY)
