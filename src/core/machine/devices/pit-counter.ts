import { fromBcd, toBcd } from './units.ts'

/** Everything a counter remembers; instants are counted in clocks of the PIT. */
export interface PitCounterState {
  mode: number
  bcd: boolean
  /** 1: low byte, 2: high byte, 3: low, then high. */
  access: number
  /** Initial count, 1 to 65536 (in BCD mode to 10000); null until one is complete. */
  count: number | null
  /** When the count was loaded; for modes 1 and 5, by the gate's rise. */
  loadedAt: number | null
  /** Modes 2 and 3: the count that follows at an instant, written while the one before was running. */
  next: { readonly count: number; readonly at: number } | null
  /** Counting is suspended: clocks that had passed by then. */
  frozen: number | null
  gate: boolean
  /** Low byte of a count whose high byte is still to come. */
  lowByte: number | null
  /** The byte that is read next is the high one. */
  readHigh: boolean
  latch: number | null
  status: number | null
}

const START: Readonly<PitCounterState> = {
  mode: 0, bcd: false, access: 3, count: null, loadedAt: null, next: null, frozen: null, gate: true, lowByte: null, readHigh: false, latch: null, status: null,
}

/** One of the three counters of an 8254 (Intel data sheet 231164, "Programmable Interval Timer"). What it shows is computed from the time. */
export class PitCounter {
  state: PitCounterState = { ...START }

  /** Mode, access and number system by a control word. OUT is at its initial level until a count is loaded. */
  control(value: number): void {
    const mode = (value >> 1) & 7
    this.state = { ...START, gate: this.state.gate, access: (value >> 4) & 3, mode: mode > 5 ? mode & 3 : mode, bcd: (value & 1) !== 0 }
  }

  /** A byte of the count; the last one starts, or in modes 1 and 5 arms, the counter. */
  write(value: number, now: number): void {
    const { state } = this
    if (state.access === 3 && state.lowByte === null) {
      state.lowByte = value
      // Mode 0: the first byte stops counting at once.
      if (state.mode === 0) state.loadedAt = null
      return
    }
    const raw = state.access === 1 ? value : state.access === 2 ? value << 8 : (value << 8) | state.lowByte!
    state.lowByte = null
    const largest = state.bcd ? 10_000 : 0x1_0000
    const count = (state.bcd ? fromBcd(raw >> 8) * 100 + fromBcd(raw & 0xff) : raw) || largest
    this.#settle(now)
    if (this.#isPeriodic && state.loadedAt !== null && state.count !== null) {
      state.next = { count, at: state.loadedAt + (Math.floor(this.#elapsed(now) / state.count) + 1) * state.count }
      return
    }
    state.count = count
    if (state.mode === 1 || state.mode === 5) return
    this.#load(now)
  }

  read(now: number): number {
    const { state } = this
    if (state.status !== null) {
      const { status } = state
      state.status = null
      return status
    }
    const value = state.latch ?? this.#shown(now)
    const high = state.access === 2 || (state.access === 3 && state.readHigh)
    if (state.access === 3) state.readHigh = !state.readHigh
    if (state.access !== 3 || high) state.latch = null
    return high ? value >> 8 : value & 0xff
  }

  latchCount(now: number): void {
    this.state.latch ??= this.#shown(now)
  }

  latchStatus(now: number): void {
    const { state } = this
    state.status ??= (this.out(now) ? 0x80 : 0) | (state.loadedAt === null || now < state.loadedAt ? 0x40 : 0) | (state.access << 4) | (state.mode << 1) | (state.bcd ? 1 : 0)
  }

  /** The gate's rise starts modes 1, 2, 3 and 5 anew; while it is low, modes 0, 2, 3 and 4 stand still. */
  setGate(level: boolean, now: number): void {
    const { state } = this
    if (level === state.gate) return
    this.#settle(now)
    state.gate = level
    const triggered = state.mode === 1 || state.mode === 5
    if (level && (triggered || this.#isPeriodic)) {
      if (state.count !== null) this.#load(now)
    } else if (triggered || state.loadedAt === null) return
    else if (level) {
      state.loadedAt = now - (state.frozen ?? 0)
      state.frozen = null
    } else state.frozen = this.#elapsed(now)
  }

  /** Level of the output. */
  out(now: number): boolean {
    const { state } = this
    this.#settle(now)
    if (state.loadedAt === null || state.count === null || now < state.loadedAt) return state.mode !== 0
    const elapsed = this.#elapsed(now)
    if (this.#isPeriodic) {
      if (!state.gate) return true
      const phase = elapsed % state.count
      return state.mode === 2 ? phase !== state.count - 1 : phase < Math.ceil(state.count / 2)
    }
    return state.mode < 2 ? elapsed >= state.count : elapsed !== state.count
  }

  /** The next clock after `now` at which the output rises; null: not as things stand. */
  nextRise(now: number): number | null {
    const { state } = this
    this.#settle(now)
    if (state.loadedAt === null || state.count === null || state.frozen !== null) return null
    if (this.#isPeriodic) {
      if (now < state.loadedAt) return state.loadedAt + state.count
      return state.loadedAt + (Math.floor((now - state.loadedAt) / state.count) + 1) * state.count
    }
    const rise = state.loadedAt + state.count + (state.mode < 2 ? 0 : 1)
    return rise > now ? rise : null
  }

  get #isPeriodic(): boolean {
    return this.state.mode === 2 || this.state.mode === 3
  }

  /** A count is loaded with the clock after it was written, and starts from there. */
  #load(now: number): void {
    const { state } = this
    state.next = null
    state.loadedAt = now + 1
    state.frozen = state.gate || state.mode === 1 || state.mode === 5 ? null : 0
  }

  #elapsed(now: number): number {
    return this.state.frozen ?? Math.max(0, now - (this.state.loadedAt ?? now))
  }

  /** The following count takes over when its time has come. */
  #settle(now: number): void {
    const { state } = this
    if (!state.next || state.frozen !== null || now < state.next.at) return
    state.count = state.next.count
    state.loadedAt = state.next.at
    state.next = null
  }

  #shown(now: number): number {
    const { state } = this
    this.#settle(now)
    if (state.count === null) return 0
    const largest = state.bcd ? 10_000 : 0x1_0000
    const elapsed = this.#elapsed(now)
    let value = state.count - elapsed
    if (state.mode === 2) value = state.count - (elapsed % state.count)
    // Mode 3 counts by two, twice from the even part of its count.
    else if (state.mode === 3) value = (state.count & ~1) - ((2 * (elapsed % state.count)) % (state.count & ~1 || 2))
    value = ((value % largest) + largest) % largest
    return state.bcd ? (toBcd(Math.floor(value / 100)) << 8) | toBcd(value % 100) : value
  }
}
