/** @public An interrupt line from a device to whoever routes it; level-triggered. */
export interface IrqLine { set(level: boolean): void }

/** @public Bytes that leave the machine: a serial line's far end, a screen. */
export interface Sink { write(byte: number): void }

/** @public Simulated time as a device sees it, in cycles; a later instant is asked for by `at`. */
export interface Clock {
  readonly now: number
  at(cycles: number, action: () => void): void
}

/** What stands behind a range of ports. `offset` counts from the range's first port; `size` is 1, 2 or 4 bytes. */
export interface PortDevice {
  read(offset: number, size: number): number
  write(offset: number, value: number, size: number): void
}

/** What stands behind a range of memory; as `PortDevice`, with the offset from the range's beginning. */
export type MmioDevice = PortDevice
