import type { IrqLine, PortDevice } from './device.ts'
import { PicChip, type PicChipState } from './pic-chip.ts'

/** The master's input at which the slave asks. */
const CASCADE = 2

export interface PicState { readonly master: PicChipState; readonly slave: PicChipState }

/** Two 8259As as on a PC: IRQ 0 to 7 on the master, 8 to 15 on the slave, which hangs on IRQ 2. Their output goes to the processor's INTR. */
export class Pic {
  readonly master = new PicChip()
  readonly slave = new PicChip()
  readonly #output: IrqLine
  #level = false

  constructor(output: IrqLine) {
    this.#output = output
  }

  /** Ports of a chip: offset 0 is A0 = 0. */
  ports(chip: PicChip): PortDevice {
    return {
      read: (offset) => {
        const value = chip.read(offset)
        this.#update()
        return value
      },
      write: (offset, value) => {
        chip.write(offset, value)
        this.#update()
      },
    }
  }

  /** Edge/level control, two bytes (Intel 82371AB, 4.2.3); IRQ 0, 1, 2, 8 and 13 are always edges. */
  get edgeLevelPorts(): PortDevice {
    return {
      read: (offset) => (offset === 0 ? this.master : this.slave).state.level,
      write: (offset, value) => {
        (offset === 0 ? this.master : this.slave).state.level = value & (offset === 0 ? 0xf8 : 0xde)
      },
    }
  }

  line(irq: number): IrqLine {
    const chip = irq < 8 ? this.master : this.slave
    return {
      set: (level) => {
        chip.set(irq & 7, level)
        this.#update()
      },
    }
  }

  /** Whether a request on this line could reach the processor as masks stand. */
  isOpen(irq: number): boolean {
    const { master, slave } = this
    const through = (chip: PicChip, line: number): boolean => chip.state.initialized && (chip.state.mask & (1 << line)) === 0
    return irq < 8 ? through(master, irq) : through(slave, irq & 7) && through(master, CASCADE)
  }

  /** The processor's INTA: the vector. A request that is gone gives vector 7 of its chip, IRQ 7 or 15, with nothing in service there. */
  acknowledge(): number {
    const line = this.master.acknowledge()
    const chip = line === CASCADE ? this.slave : this.master
    const vector = chip.state.vectorBase + ((chip === this.slave ? chip.acknowledge() : line) ?? 7)
    // The slave takes its request back during INTA, so that another one is an edge to the master.
    if (chip === this.slave) this.master.set(CASCADE, false)
    this.#update()
    return vector
  }

  save(): PicState {
    return { master: { ...this.master.state }, slave: { ...this.slave.state } }
  }

  load(state: PicState): void {
    this.master.state = { ...state.master }
    this.slave.state = { ...state.slave }
    this.#level = this.master.pending >= 0
    this.#output.set(this.#level)
  }

  #update(): void {
    this.master.set(CASCADE, this.slave.pending >= 0)
    const level = this.master.pending >= 0
    if (level === this.#level) return
    this.#level = level
    this.#output.set(level)
  }
}
