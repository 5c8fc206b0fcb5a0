import type { Clock, IrqLine, PortDevice, Sink, Timer } from './device.ts'

/** Registers by offset; the first two are the divisor while DLAB is set. */
const DATA = 0
const INTERRUPT_ENABLE = 1
const INTERRUPT_ID = 2
const LINE_CONTROL = 3
const MODEM_CONTROL = 4
const LINE_STATUS = 5
const MODEM_STATUS = 6

const DLAB = 0x80
const LOOPBACK = 0x10
/** Bits of IER, and what they wait for. */
const WHEN_RECEIVED = 1
const WHEN_EMPTY = 2
const WHEN_ERROR = 4
const WHEN_MODEM = 8
/** Bits of LSR. THR and shift register are always empty. */
const OVERRUN = 2
const EMPTY = 0x60

const FIFO_SIZE = 16
const LONGEST_LINE = 0x10_0000
const TRIGGERS = [1, 4, 8, 14] as const
/** Base of the baud rate: 1.8432 MHz / 16. */
const HIGHEST_BAUD = 115_200
/** Start bit, eight data bits, stop bit. */
const BITS = 10
/** CTS, DSR and DCD: somebody is at the other end. */
const CONNECTED = 0xb0

export interface UartState {
  interruptEnable: number
  lineControl: number
  modemControl: number
  scratch: number
  divisor: number
  fifo: boolean
  trigger: number
  received: number[]
  overrun: boolean
  /** Bytes wait below the trigger level for longer than four characters. */
  stale: boolean
  /** THR became empty, and nobody was told yet. */
  emptied: boolean
  /** Modem inputs as read last. */
  modemSeen: number
  /** Typed at the far end, still on the line; earliest tick for its next byte. */
  line: number[]
  lineFree: number
}

const start = (): UartState => ({
  interruptEnable: 0, lineControl: 0, modemControl: 0, scratch: 0, divisor: 12, fifo: false, trigger: 1, received: [], overrun: false, stale: false, emptied: false,
  modemSeen: CONNECTED, line: [], lineFree: 0,
})

/**
 * A 16550A (National Semiconductor PC16550D data sheet). Bytes leave at once, at any baud rate: kernels that poll LSR give up after a fixed number of
 * reads, and would lose characters on a processor this much faster than their line. Bytes arrive no faster than the baud rate allows, and wait on the line
 * while there is no room. The interrupt does not need OUT2: its gate stands on the serial card, not in the chip, and emulated PCs leave it out.
 */
export class Uart implements PortDevice {
  #state = start()
  readonly #irq: IrqLine
  readonly #output: Sink
  readonly #clock: Clock
  readonly #arrival: Timer
  readonly #timeout: Timer

  constructor(irq: IrqLine, output: Sink, clock: Clock) {
    this.#irq = irq
    this.#output = output
    this.#clock = clock
    this.#arrival = clock.timer(() => this.#arrive())
    this.#timeout = clock.timer(() => {
      this.#state.stale = this.#state.received.length > 0
      this.#update()
    })
  }

  /** Bytes typed at the far end of the line; those beyond what the line holds are lost. */
  type(bytes: Uint8Array): void {
    for (const byte of bytes.subarray(0, LONGEST_LINE - this.#state.line.length)) this.#state.line.push(byte)
    this.#expect()
  }

  /** Bytes that were typed and that the guest has not read. */
  get unread(): number {
    return this.#state.line.length + this.#state.received.length
  }

  /** Whether a byte that is typed now could interrupt the processor. */
  get listens(): boolean {
    return (this.#state.interruptEnable & WHEN_RECEIVED) !== 0
  }

  read(offset: number): number {
    const state = this.#state
    const latched = (state.lineControl & DLAB) !== 0
    switch (offset) {
      case DATA: return latched ? state.divisor & 0xff : this.#receive()
      case INTERRUPT_ENABLE: return latched ? state.divisor >> 8 : state.interruptEnable
      case INTERRUPT_ID: return this.#identify()
      case LINE_CONTROL: return state.lineControl
      case MODEM_CONTROL: return state.modemControl
      case LINE_STATUS: {
        const value = EMPTY | (state.received.length > 0 ? 1 : 0) | (state.overrun ? OVERRUN : 0)
        state.overrun = false
        this.#update()
        return value
      }
      case MODEM_STATUS: {
        const value = this.#modem | this.#modemDelta
        state.modemSeen = this.#modem
        this.#update()
        return value
      }
      default: return state.scratch
    }
  }

  write(offset: number, value: number): void {
    const state = this.#state
    const latched = (state.lineControl & DLAB) !== 0
    switch (offset) {
      case DATA:
        if (latched) state.divisor = (state.divisor & 0xff00) | value
        else this.#send(value)
        break
      case INTERRUPT_ENABLE:
        if (latched) state.divisor = (state.divisor & 0xff) | (value << 8)
        else {
          if ((value & ~state.interruptEnable & WHEN_EMPTY) !== 0) state.emptied = true
          state.interruptEnable = value & 15
        }
        break
      case INTERRUPT_ID: this.#controlFifo(value); break
      case LINE_CONTROL: state.lineControl = value; break
      case MODEM_CONTROL: state.modemControl = value & 0x1f; break
      // LSR and MSR are for reading.
      case LINE_STATUS: case MODEM_STATUS: break
      default: state.scratch = value
    }
    this.#update()
  }

  save(): UartState & { readonly arrival: number | null; readonly timeout: number | null } {
    return { ...this.#state, received: [...this.#state.received], line: [...this.#state.line], arrival: this.#arrival.due, timeout: this.#timeout.due }
  }

  load({ arrival, timeout, ...state }: ReturnType<Uart['save']>): void {
    this.#state = { ...state, received: [...state.received], line: [...state.line] }
    for (const [timer, due] of [[this.#arrival, arrival], [this.#timeout, timeout]] as const) {
      if (due === null) timer.cancel()
      else timer.at(due)
    }
    this.#update()
  }

  /** Ticks that a character takes. */
  get #character(): number {
    return Math.ceil((BITS * (this.#state.divisor || 0x1_0000) * this.#clock.ticksPerSecond) / HIGHEST_BAUD)
  }

  get #room(): number {
    return (this.#state.fifo ? FIFO_SIZE : 1) - this.#state.received.length
  }

  #send(value: number): void {
    this.#state.emptied = true
    if ((this.#state.modemControl & LOOPBACK) === 0) this.#output.write(value)
    else this.#store(value)
  }

  #expect(): void {
    if (this.#state.line.length > 0 && this.#room > 0) this.#arrival.at(Math.max(this.#state.lineFree, this.#clock.now + 1))
  }

  #arrive(): void {
    if (this.#room === 0) return
    const byte = this.#state.line.shift()
    if (byte === undefined) return
    this.#state.lineFree = this.#clock.now + this.#character
    this.#store(byte)
    this.#expect()
    this.#update()
  }

  #store(byte: number): void {
    const state = this.#state
    if (this.#room === 0) {
      state.overrun = true
      // Without a FIFO the new character takes the old one's place; a full FIFO keeps what it has.
      if (!state.fifo) state.received = [byte]
      return
    }
    state.received.push(byte)
    state.stale = false
    this.#timeout.at(this.#clock.now + 4 * this.#character)
  }

  #receive(): number {
    const state = this.#state
    const byte = state.received.shift() ?? 0
    state.stale = false
    if (state.received.length > 0) this.#timeout.at(this.#clock.now + 4 * this.#character)
    else this.#timeout.cancel()
    this.#expect()
    this.#update()
    return byte
  }

  #controlFifo(value: number): void {
    const state = this.#state
    const fifo = (value & 1) !== 0
    if (fifo !== state.fifo || (fifo && (value & 2) !== 0)) {
      state.received = []
      state.stale = false
    }
    state.fifo = fifo
    state.trigger = fifo ? TRIGGERS[value >> 6]! : 1
    this.#expect()
  }

  /** Inputs CTS, DSR, RI, DCD in bits 4 to 7; in loopback they are RTS, DTR, OUT1, OUT2. */
  get #modem(): number {
    const control = this.#state.modemControl
    if ((control & LOOPBACK) === 0) return CONNECTED
    return ((control & 2) << 3) | ((control & 1) << 5) | ((control & 0xc) << 4)
  }

  /** What changed since MSR was read; of RI only its end counts. */
  get #modemDelta(): number {
    const changed = this.#modem ^ this.#state.modemSeen
    return ((changed & ~0x40) | (changed & ~this.#modem & 0x40)) >> 4
  }

  /** IIR's code of the most urgent reason, without the FIFO bits; 1: none. */
  get #reason(): number {
    const { interruptEnable: enabled, overrun, received, trigger, stale, emptied } = this.#state
    if ((enabled & WHEN_ERROR) !== 0 && overrun) return 6
    if ((enabled & WHEN_RECEIVED) !== 0 && received.length >= trigger) return 4
    if ((enabled & WHEN_RECEIVED) !== 0 && stale && received.length > 0) return 0xc
    if ((enabled & WHEN_EMPTY) !== 0 && emptied) return 2
    return (enabled & WHEN_MODEM) !== 0 && this.#modemDelta !== 0 ? 0 : 1
  }

  /** Reading IIR answers a THR interrupt. */
  #identify(): number {
    const reason = this.#reason
    if (reason === 2) this.#state.emptied = false
    this.#update()
    return reason | (this.#state.fifo ? 0xc0 : 0)
  }

  #update(): void {
    this.#irq.set(this.#reason !== 1)
  }
}
