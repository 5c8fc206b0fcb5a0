import type { Cpu } from '../../../machine/cpu/cpu.ts'
import { ERROR } from './abi.ts'
import { BlockBackend } from './block-backend.ts'
import type { EventChannels } from './events.ts'
import type { Frames } from './frames.ts'
import { HostTimer } from './host-timer.ts'
import { refuse, Refusal } from './refusal.ts'

export type Ports = Pick<Cpu['ports'], 'read' | 'write'>

const PIC1 = 0x20
const PIC2 = 0xa0
const FIRST_VECTOR = 0x20
const END_OF_INTERRUPT = 0x20
const COM1 = 0x3f8
const LINE_STATUS = COM1 + 5
const ATA_CONTROL = 0x3f6
const EXIT_PORT = 0xf4
const RESET_PORT = 0x64
const MOST_TYPED = 4096

interface Dom0Snapshot {
  readonly timer: ReturnType<HostTimer['save']>
  readonly block: ReturnType<BlockBackend['save']>
  readonly typed: readonly number[]
}

/**
 * The devices belong to the host: its timer, serial line and disk are driven here, which Xen leaves to the drivers of Dom0, and their interrupts become
 * events of the guest's.
 */
export class Dom0 {
  readonly block: BlockBackend
  readonly timer: HostTimer
  readonly #ports: Ports
  readonly #events: EventChannels
  readonly #denied: (problem: Refusal) => void
  #typed: number[] = []

  /** @param denied is told what went wrong where no hypercall is there to return it. */
  constructor(cpu: Cpu, events: EventChannels, frames: Frames, checked: boolean, denied: (problem: Refusal) => void) {
    this.#ports = cpu.ports
    this.#events = events
    this.#denied = denied
    this.timer = new HostTimer(cpu.ports)
    this.block = new BlockBackend(cpu.ports, cpu.memory, frames, checked, () => events.raise('block'))
  }

  /** Sets the devices up. @param ring page of the block ring. */
  begin(ring: number): void {
    const put = (port: number, ...values: number[]): void => values.forEach((value) => this.#ports.write(port, value, 1))
    put(PIC1, 0x11)
    put(PIC2, 0x11)
    // Vectors, who hangs on whom, 8086 mode; open: timer, second controller, serial line; disk.
    put(PIC1 + 1, FIRST_VECTOR, 4, 1, ~(1 << 0 | 1 << 2 | 1 << 4) & 0xff)
    put(PIC2 + 1, FIRST_VECTOR + 8, 2, 1, ~(1 << 6) & 0xff)
    // 115,200 baud, 8 data bits; interrupt when a byte has come.
    put(COM1 + 3, 0x80)
    put(COM1, 1)
    put(COM1 + 1, 0)
    put(COM1 + 3, 3)
    put(COM1 + 4, 0x0b)
    put(COM1 + 1, 1)
    put(ATA_CONTROL, 0)
    this.timer.begin()
    this.block.begin(ring)
  }

  /** @param vector as the interrupt controller says. */
  interrupt(vector: number): void {
    const line = vector - FIRST_VECTOR
    if (line === 0 && this.timer.expired()) this.#events.raise('timer')
    if (line === 4) this.#receive()
    if (line === 14) this.#diskInterrupt()
    // A spurious one is not in service.
    if (line === 7 || line === 15) return
    if (line > 7) this.#ports.write(PIC2, END_OF_INTERRUPT, 1)
    this.#ports.write(PIC1, END_OF_INTERRUPT, 1)
  }

  write(bytes: Uint8Array): void {
    for (const byte of bytes) this.#ports.write(COM1, byte, 1)
  }

  /** At most so many bytes that were typed; they are taken. */
  take(most: number): readonly number[] {
    return this.#typed.splice(0, most)
  }

  /** The guest wants to end. @param reason 0 switched off, 1 reboot, 3 crashed; 2, suspend, is not built. */
  shutdown(reason: number): void {
    if (reason === 1) return this.#ports.write(RESET_PORT, 0xfe, 1)
    if (reason !== 0 && reason !== 3) refuse(ERROR.invalid, `there is no way to end of number ${reason >>> 0}`)
    this.#ports.write(EXIT_PORT, reason === 0 ? 0 : 1, 1)
  }

  save(): Dom0Snapshot {
    return { timer: this.timer.save(), block: this.block.save(), typed: [...this.#typed] }
  }

  load({ timer, block, typed }: Dom0Snapshot): void {
    this.timer.load(timer)
    this.block.load(block)
    this.#typed = [...typed]
  }

  #receive(): void {
    while ((this.#ports.read(LINE_STATUS, 1) & 1) !== 0) {
      const byte = this.#ports.read(COM1, 1)
      if (this.#typed.length < MOST_TYPED) this.#typed.push(byte)
    }
    this.#events.raise('console')
  }

  #diskInterrupt(): void {
    this.block.interrupt()
    try {
      this.block.kick()
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.#denied(error)
    }
  }
}
