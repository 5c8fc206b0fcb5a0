import type { PortDevice, Sink } from './device.ts'

/** Where a guest ends its machine, as QEMU's `isa-debug-exit` (four ports from 0xF4): the value that is written goes to the sink. */
export class ExitPort implements PortDevice {
  readonly wide = true
  readonly #sink: Sink

  constructor(sink: Sink) {
    this.#sink = sink
  }

  read(): number {
    return 0
  }

  write(_offset: number, value: number): void {
    this.#sink.write(value >>> 0)
  }
}
