/** An interrupt line from a device to whoever routes it. */
export interface IrqLine { set(level: boolean): void }

/** Values that leave the machine: a serial line's far end, the exit port. */
export interface Sink { write(value: number): void }

/** An instant at which its device wants to act. */
export interface Timer {
  /** Tick, or null while nothing is planned. */
  readonly due: number | null
  /** Plans the action for a tick, instead of what was planned; one that is past comes after the present instruction. */
  at(tick: number): void
  cancel(): void
}

/** Simulated time as a device sees it, in ticks. Timers that are due together act in the order in which they were made. */
export interface Clock {
  readonly now: number
  readonly ticksPerSecond: number
  timer(action: () => void): Timer
}

/** What stands behind a range of ports. `offset` counts from the range's first port; `size` is 1, or 1, 2 or 4 bytes for a wide device. */
export interface PortDevice {
  /** Takes words and doublewords whole; to other devices the bus hands them byte by byte, at ascending ports. */
  readonly wide?: boolean
  read(offset: number, size: number): number
  write(offset: number, value: number, size: number): void
}

/** What stands behind a range of memory; as `PortDevice`, with the offset from the range's beginning. */
export type MmioDevice = PortDevice
