/** What somebody at the far end of a machine's serial line does. */
export type SerialOrder =
  | { readonly type: 'typed'; readonly bytes: Uint8Array }
  /** Nothing more will be typed. */
  | { readonly type: 'ended' }
  /** The machine is to stop where it is. */
  | { readonly type: 'stop' }

/** The far end as the machine's thread sees it. */
export interface SerialLine {
  readonly ended: boolean
  readonly stopped: boolean
  /** What was typed since the last call. */
  take(): Uint8Array[]
  /** Lets orders in; resolves with the next one, or after so many milliseconds. */
  wait(milliseconds: number): Promise<void>
}

/** Orders as they come in messages. */
export class MessageLine implements SerialLine {
  ended = false
  stopped = false
  private typed: Uint8Array[] = []
  private wake: (() => void) | undefined

  obey(order: SerialOrder): void {
    if (order.type === 'typed') this.typed.push(order.bytes)
    else if (order.type === 'ended') this.ended = true
    else this.stopped = true
    this.wake?.()
  }

  take(): Uint8Array[] {
    return this.typed.splice(0)
  }

  async wait(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve))
    if (milliseconds <= 0 || this.typed.length > 0 || this.stopped || (this.ended && milliseconds === Infinity)) return
    await new Promise<void>((resolve) => {
      const timer = milliseconds === Infinity ? undefined : setTimeout(resolve, milliseconds)
      this.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.wake = undefined
  }
}

/** Keeps a machine from being ahead of real time. What it is behind is forgotten, not made good. */
export class Pace {
  private start = -Infinity
  private readonly ticksPerSecond: number
  private readonly now: () => number

  constructor(ticksPerSecond: number, now: () => number = () => performance.now()) {
    this.ticksPerSecond = ticksPerSecond
    this.now = now
  }

  /** Milliseconds that the machine has to wait. */
  ahead(tick: number): number {
    const [now, machine] = [this.now(), (tick * 1000) / this.ticksPerSecond]
    this.start = Math.max(this.start, now - machine)
    return this.start + machine - now
  }
}
