import type { Clock, IrqLine, PortDevice, Sink, Timer } from './device.ts'

/** Bits of the status register at 0x64. */
const OUTPUT_FULL = 1
const SELF_TEST_PASSED = 4
const LAST_WAS_COMMAND = 8
const UNLOCKED = 0x10
/** Bits of the command byte. */
const INTERRUPT = 1
const DISABLED = 0x10

/** Commands of the controller that take a byte at 0x60. */
const WRITE_COMMAND_BYTE = 0x60
const WRITE_OUTPUT_PORT = 0xd1
const WRITE_OUTPUT_BUFFER = 0xd2
const WRITE_MOUSE = 0xd4
/** Answers of the keyboard. */
const ACKNOWLEDGE = 0xfa
const RESEND = 0xfe

const LONGEST_QUEUE = 64
/** A byte takes this long from the keyboard to the output buffer, in seconds. */
const BYTE_SECONDS = 100e-6

export interface KeyboardState {
  commandByte: number
  /** What the next byte at 0x60 belongs to: a command of the controller, or one of the keyboard; 0: none. */
  controllerCommand: number
  keyboardCommand: number
  lastWasCommand: boolean
  scanning: boolean
  /** The byte at 0x60, and whether it was read. */
  output: number
  full: boolean
  queue: number[]
}

/**
 * Keyboard and its controller, an 8042 (IBM PC/AT Technical Reference, 1-47 ff. and 4-3 ff.): data at 0x60, command and status at 0x64. Keys arrive as scan
 * code set 1, which is what a PC's translation makes of any keyboard. There is no mouse. The A20 gate is always open.
 */
export class Keyboard {
  readonly #irq: IrqLine
  readonly #reset: Sink
  readonly #clock: Clock
  readonly #timer: Timer
  // As firmware leaves it: self test passed, interrupts and translation on.
  #state: KeyboardState = { commandByte: 0x45, controllerCommand: 0, keyboardCommand: 0, lastWasCommand: false, scanning: true, output: 0, full: false, queue: [] }

  /** @param reset is told when the guest pulls the processor's reset line. */
  constructor(irq: IrqLine, reset: Sink, clock: Clock) {
    this.#irq = irq
    this.#reset = reset
    this.#clock = clock
    this.#timer = clock.timer(() => this.#arrive())
  }

  /** A key goes down or up: its code of set 1, 1 to 0x7F. */
  key(code: number, down: boolean): void {
    if (this.#state.scanning) this.#queue(down ? code : code | 0x80)
  }

  /** Whether a key could interrupt the processor. */
  get listens(): boolean {
    return (this.#state.commandByte & (INTERRUPT | DISABLED)) === INTERRUPT && this.#state.scanning
  }

  /** Port 0x60. */
  readonly data: PortDevice = {
    read: () => {
      this.#state.full = false
      this.#irq.set(false)
      this.#expect()
      return this.#state.output
    },
    write: (_offset, value) => {
      this.#state.lastWasCommand = false
      const command = this.#state.controllerCommand
      this.#state.controllerCommand = 0
      if (command === WRITE_COMMAND_BYTE) this.#setCommandByte(value)
      else if (command === WRITE_OUTPUT_PORT) this.#writeOutputPort(value)
      else if (command === WRITE_OUTPUT_BUFFER) this.#queue(value)
      // Nobody answers for the mouse.
      else if (command !== WRITE_MOUSE) this.#toKeyboard(value)
    },
  }

  /** Port 0x64. */
  readonly command: PortDevice = {
    read: () => {
      const { full, lastWasCommand } = this.#state
      return UNLOCKED | SELF_TEST_PASSED | (full ? OUTPUT_FULL : 0) | (lastWasCommand ? LAST_WAS_COMMAND : 0)
    },
    write: (_offset, value) => {
      this.#state.lastWasCommand = true
      this.#controller(value)
    },
  }

  save(): KeyboardState & { readonly due: number | null } {
    return { ...this.#state, queue: [...this.#state.queue], due: this.#timer.due }
  }

  load({ due, ...state }: ReturnType<Keyboard['save']>): void {
    this.#state = { ...state, queue: [...state.queue] }
    if (due === null) this.#timer.cancel()
    else this.#timer.at(due)
    this.#updateLine()
  }

  #controller(command: number): void {
    const state = this.#state
    switch (command) {
      case 0x20: return this.#answer(state.commandByte)
      case WRITE_COMMAND_BYTE: case WRITE_OUTPUT_PORT: case WRITE_OUTPUT_BUFFER: case WRITE_MOUSE:
        state.controllerCommand = command
        return
      // Self test; interface test: nothing wrong.
      case 0xaa: return this.#answer(0x55)
      case 0xab: return this.#answer(0)
      case 0xad: return this.#setCommandByte(state.commandByte | DISABLED)
      case 0xae: return this.#setCommandByte(state.commandByte & ~DISABLED)
      // Input port: not locked. Output port: A20 open, no reset.
      case 0xc0: return this.#answer(0x80)
      case 0xd0: return this.#answer(0xcf)
      default:
        // 0xF0 to 0xFF pulse those of the output port's lines whose bit is 0; line 0 is the processor's reset.
        if ((command & 0xf0) === 0xf0 && (command & 1) === 0) this.#reset.write(0)
    }
  }

  #writeOutputPort(value: number): void {
    if ((value & 1) === 0) this.#reset.write(0)
  }

  #setCommandByte(value: number): void {
    this.#state.commandByte = value
    this.#expect()
    this.#updateLine()
  }

  #toKeyboard(value: number): void {
    const state = this.#state
    const command = state.keyboardCommand
    state.keyboardCommand = 0
    // Lamps, typing rate, scan code set: their argument is heard, and changes nothing here.
    if (command === 0xed || command === 0xf3) return this.#queue(ACKNOWLEDGE)
    if (command === 0xf0) return this.#queue(...(value === 0 ? [ACKNOWLEDGE, 2] : [ACKNOWLEDGE]))
    switch (value) {
      case 0xed: case 0xf0: case 0xf3:
        state.keyboardCommand = value
        return this.#queue(ACKNOWLEDGE)
      case 0xee: return this.#queue(0xee)
      case 0xf2: return this.#queue(ACKNOWLEDGE, 0xab, 0x41)
      case 0xf4: case 0xf5: case 0xf6:
        state.scanning = value !== 0xf5
        return this.#queue(ACKNOWLEDGE)
      case 0xff:
        state.scanning = true
        return this.#queue(ACKNOWLEDGE, 0xaa)
      default: return this.#queue(RESEND)
    }
  }

  /** The controller's own answers go before what keys wait, and do not need the keyboard to be enabled. */
  #answer(value: number): void {
    this.#state.output = value
    this.#state.full = true
    this.#updateLine()
  }

  /** A full queue loses what comes, as the keyboard's own does. */
  #queue(...bytes: number[]): void {
    if (this.#state.queue.length + bytes.length <= LONGEST_QUEUE) this.#state.queue.push(...bytes)
    this.#expect()
  }

  #expect(): void {
    const { full, queue, commandByte } = this.#state
    if (full || queue.length === 0 || (commandByte & DISABLED) !== 0 || this.#timer.due !== null) return
    this.#timer.at(this.#clock.now + Math.max(1, Math.round(BYTE_SECONDS * this.#clock.ticksPerSecond)))
  }

  #arrive(): void {
    const state = this.#state
    if (state.full || (state.commandByte & DISABLED) !== 0) return
    const byte = state.queue.shift()
    if (byte !== undefined) this.#answer(byte)
  }

  #updateLine(): void {
    this.#irq.set(this.#state.full && (this.#state.commandByte & INTERRUPT) !== 0)
  }
}
