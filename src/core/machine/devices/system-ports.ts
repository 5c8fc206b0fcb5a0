import type { PortDevice, Sink } from './device.ts'

/** Port 0x80: firmware's and kernels' progress codes (IBM PC/AT Technical Reference, 5-27); a write also serves as a short pause. */
export class PostPort implements PortDevice {
  code = 0

  read(): number {
    return this.code
  }

  write(_offset: number, value: number): void {
    this.code = value
  }
}

/** Port 0x92 of the PS/2 and its followers: bit 0 resets the processor, bit 1 opens A20, which is always open here. */
export class FastA20 implements PortDevice {
  readonly #reset: Sink

  constructor(reset: Sink) {
    this.#reset = reset
  }

  read(): number {
    return 2
  }

  write(_offset: number, value: number): void {
    if ((value & 1) !== 0) this.#reset.write(0)
  }
}
