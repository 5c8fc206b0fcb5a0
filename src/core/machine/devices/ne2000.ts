import type { IrqLine, PortDevice } from './device.ts'

/** Registers of the controller's page 0; the data port and the reset port are the card's own, each repeated eight times. */
const COMMAND = 0
const INTERRUPT_STATUS = 7
const REMOTE_START = 8
const REMOTE_COUNT = 10
const DATA_CONFIGURATION = 14
const INTERRUPT_MASK = 15
const DATA = 0x10
const RESET = 0x18

/** Bits of the command register; the remote transfer is three bits wide, the page of registers two. */
const STOP = 1
const START = 2
const TRANSMIT = 4
const REMOTE_READ = 8
const REMOTE_BITS = 0x38
const NO_TRANSFER = 0x20
const PAGE_BITS = 0xc0
/** Bits of the interrupt status register. */
const TRANSFERRED = 0x40
const IS_RESET = 0x80
/** Of the data configuration register: remote transfers by words. */
const WORDS = 1

const PROM_SIZE = 32
const STATION_SIZE = 6
/** "W" in the last places of the PROM: a card that transfers words. */
const MARK = 0x57

export interface Ne2000State {
  command: number
  status: number
  mask: number
  configuration: number
  /** Where the remote transfer goes on, and bytes that it still has. */
  address: number
  count: number
}

/**
 * A NE2000 network card (National Semiconductor DP8390D data sheet; 32 ports) as far as a driver finds it: reset, station address by remote read, interrupt. There
 * is no network behind it: nothing arrives, and what is sent goes nowhere. Other registers read 0, and what is written to them is lost.
 */
export class Ne2000 implements PortDevice {
  readonly wide = true
  readonly #irq: IrqLine
  readonly #prom = new Uint8Array(PROM_SIZE)
  #state: Ne2000State = { command: STOP | NO_TRANSFER, status: IS_RESET, mask: 0, configuration: 0, address: 0, count: 0 }

  /** @param station six bytes. */
  constructor(irq: IrqLine, station: Uint8Array) {
    if (station.length !== STATION_SIZE) throw new RangeError('a station address has six bytes')
    this.#irq = irq
    const values = [...station, 0, 0, 0, 0, 0, 0, 0, 0, MARK, MARK]
    // The card's memory is 16 bits wide, its PROM 8: every byte comes twice.
    values.forEach((value, i) => this.#prom.fill(value, 2 * i, 2 * i + 2))
  }

  read(offset: number, size: number): number {
    if (offset < DATA && size > 1) return this.read(offset, 1) | (this.read(offset + 1, size - 1) << 8)
    const state = this.#state
    if (offset >= RESET) {
      this.#reset()
      return 0
    }
    if (offset >= DATA) return this.#transfer(size)
    if (offset === COMMAND) return state.command
    if ((state.command & PAGE_BITS) !== 0) return 0
    switch (offset) {
      case INTERRUPT_STATUS: return state.status
      case REMOTE_START: return state.address & 0xff
      case REMOTE_START + 1: return state.address >> 8
      default: return 0
    }
  }

  write(offset: number, value: number, size: number): void {
    if (offset < DATA && size > 1) {
      this.write(offset, value & 0xff, 1)
      this.write(offset + 1, value >>> 8, size - 1)
      return
    }
    const state = this.#state
    if (offset === COMMAND) this.#execute(value)
    if (offset >= DATA || (state.command & PAGE_BITS) !== 0) return
    switch (offset) {
      case INTERRUPT_STATUS: state.status &= ~(value & 0x7f); break
      case REMOTE_START: state.address = (state.address & 0xff00) | value; break
      case REMOTE_START + 1: state.address = (state.address & 0xff) | (value << 8); break
      case REMOTE_COUNT: state.count = (state.count & 0xff00) | value; break
      case REMOTE_COUNT + 1: state.count = (state.count & 0xff) | (value << 8); break
      case DATA_CONFIGURATION: state.configuration = value; break
      case INTERRUPT_MASK: state.mask = value & 0x7f; break
      default:
    }
    this.#update()
  }

  save(): Ne2000State {
    return { ...this.#state }
  }

  load(state: Ne2000State): void {
    this.#state = { ...state }
    this.#update()
  }

  #reset(): void {
    this.#state.command = STOP | NO_TRANSFER
    this.#state.status |= IS_RESET
  }

  #execute(value: number): void {
    const state = this.#state
    // With no cable a packet has left as soon as it is sent.
    state.command = value & ~TRANSMIT
    if ((value & STOP) !== 0) state.status |= IS_RESET
    else if ((value & START) !== 0) state.status &= ~IS_RESET
    if ((value & TRANSMIT) !== 0) state.status |= 2
    if ((value & REMOTE_BITS) !== 0 && state.count === 0 && (value & NO_TRANSFER) === 0) state.status |= TRANSFERRED
    this.#update()
  }

  /** The next byte or bytes of a remote read. */
  #transfer(size: number): number {
    const state = this.#state
    if ((state.command & REMOTE_BITS) !== REMOTE_READ || state.count === 0) return 0
    const width = (state.configuration & WORDS) === 0 ? 1 : Math.min(size, 2)
    let value = 0
    for (let i = 0; i < width; i++) value |= (this.#prom[state.address + i] ?? 0xff) << (8 * i)
    state.address = (state.address + width) & 0xffff
    state.count = Math.max(0, state.count - width)
    if (state.count === 0) state.status |= TRANSFERRED
    this.#update()
    return value
  }

  #update(): void {
    const { status, mask } = this.#state
    this.#irq.set((status & mask) !== 0)
  }
}
