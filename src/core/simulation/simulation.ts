import type { Disposable } from '../base/emitter.ts'
import { EventQueue, type SimEvent } from './event-queue.ts'
import { Random } from './random.ts'
import type { SimTime } from './units.ts'

export interface SimulationOptions {
  readonly seed: string
  /**
   * Resolves when every promise continuation that can run has run (a macrotask of the platform, `setImmediate` in Node).
   * Activities are ordinary async functions; the simulation waits for them to come to rest before it takes the next event,
   * which makes their interleaving a function of the events alone.
   */
  readonly settle: () => Promise<void>
}

export interface RunLimit {
  /** Asked after each event; true stops early (a slice's time is up, or a person pressed pause). */
  readonly stop?: () => boolean
}

/** Virtual time, the event queue and the only source of randomness. Nothing in the core knows another clock. */
export class Simulation {
  readonly random: Random
  private readonly queue = new EventQueue()
  private readonly settle: () => Promise<void>
  private time: SimTime = 0
  private nextSeq = 0
  private liveActivities = 0
  private holds = 0
  private whenReleased: (() => void) | undefined
  private failure: Error | undefined

  constructor(options: SimulationOptions) {
    this.random = new Random(options.seed)
    this.settle = options.settle
  }

  get now(): SimTime {
    return this.time
  }

  /** When the next event is due, if there is one. */
  get nextEventAt(): SimTime | undefined {
    return this.queue.peek()?.at
  }

  /** Runs `run` at `now + delay` nanoseconds. */
  schedule(delay: SimTime, run: () => void, priority = 0): Disposable {
    if (!(delay >= 0)) throw new RangeError(`delay ${delay} is not a duration`)
    const event: SimEvent = { at: this.time + Math.round(delay), priority, seq: this.nextSeq++, run, cancelled: false }
    this.queue.push(event)
    return { dispose: () => void (event.cancelled = true) }
  }

  /** Resolves after `delay` of virtual time. Only for code inside an activity. */
  sleep(delay: SimTime): Promise<void> {
    return new Promise((resolve) => this.schedule(delay, resolve))
  }

  /**
   * Starts an async function that lives in virtual time: it may await `sleep`, other activities and promises resolved by events.
   * An exception that escapes it is a bug and surfaces from the run in progress.
   */
  activity(body: () => Promise<void>): void {
    this.liveActivities++
    body()
      .catch((error: unknown) => {
        this.failure ??= error instanceof Error ? error : new Error(String(error))
      })
      .finally(() => this.liveActivities--)
  }

  /** Waits for work that is async for reasons of its own (a library): virtual time stands still until it is done. */
  async external<T>(work: () => Promise<T>): Promise<T> {
    this.holds++
    try {
      return await work()
    } finally {
      if (--this.holds === 0) this.whenReleased?.()
    }
  }

  /** Lets everything that can go on without time passing go on. */
  async rest(): Promise<void> {
    while (this.liveActivities > 0 || this.holds > 0) {
      await this.settle()
      if (this.holds === 0) break
      await new Promise<void>((resolve) => (this.whenReleased = resolve))
      this.whenReleased = undefined
    }
    if (!this.failure) return
    const failure = this.failure
    this.failure = undefined
    throw failure
  }

  /** Handles every event due up to and including `until`, then stands at `until` (or earlier, if `limit.stop` said so). */
  async runUntil(until: SimTime, limit: RunLimit = {}): Promise<void> {
    await this.rest()
    for (;;) {
      const event = this.queue.peek()
      if (!event || event.at > until) break
      await this.take()
      if (limit.stop?.()) return
    }
    this.time = Math.max(this.time, until)
  }

  /** Handles the next event, moving time to it; false when there is none. */
  async step(): Promise<boolean> {
    await this.rest()
    if (!this.queue.peek()) return false
    await this.take()
    return true
  }

  private async take(): Promise<void> {
    const event = this.queue.pop()!
    this.time = event.at
    event.run()
    if (this.liveActivities > 0) await this.rest()
  }
}
