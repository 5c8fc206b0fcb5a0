import type { Clock, MmioDevice, PortDevice } from './device.ts'

export const COLUMNS = 80
export const ROWS = 25
/** The card's memory, which repeats up to 0xBFFFF. */
export const SCREEN_MEMORY = 0x4000
/** Registers of the 6845 that are used here. */
const START_HIGH = 12
const CURSOR_HIGH = 14
const REGISTERS = 18
/** Frames in a second, and the part of each that is vertical retrace; scan lines in a frame, and the part of each that is blank. */
const FRAME_RATE = 60
const RETRACE_PART = 0.05
const LINES = 262
const BLANK_PART = 0.2

/** Code page 437 above ASCII, and its pictures for control characters. */
const LOW = ' ☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼'
const HIGH =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■ '

export interface ScreenState {
  index: number
  registers: number[]
  mode: number
  colour: number
  /** Something was written to the card's memory. */
  touched: boolean
  /** The card's memory up to its last byte that is not 0, a character for each byte. */
  memory: string
}

/**
 * A colour graphics adapter in its 80 by 25 text mode (IBM CGA Technical Reference; Motorola MC6845 data sheet): memory at 0xB8000, two bytes for each
 * character; 6845 at 0x3D4 and 0x3D5. Graphics modes are accepted, and not drawn.
 */
export class Screen {
  readonly #memory = new Uint8Array(SCREEN_MEMORY)
  readonly #clock: Clock
  #registers: number[] = new Array<number>(REGISTERS).fill(0)
  #index = 0
  #mode = 0x29
  #colour = 0x30
  #touched = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  readonly memory: MmioDevice = {
    read: (offset) => this.#memory[offset % SCREEN_MEMORY]!,
    write: (offset, value) => {
      this.#memory[offset % SCREEN_MEMORY] = value
      this.#touched = true
    },
  }

  /** 0x3D0 to 0x3DF: the 6845 at every second address up to 7, mode at 8, colour at 9, status at 10. */
  readonly ports: PortDevice = {
    read: (offset) => {
      if (offset < 8) return (offset & 1) === 1 && this.#index >= START_HIGH ? (this.#registers[this.#index] ?? 0xff) : 0xff
      return offset === 10 ? this.#status : 0xff
    },
    write: (offset, value) => {
      if (offset === 8) this.#mode = value
      else if (offset === 9) this.#colour = value
      else if (offset > 7) return
      else if ((offset & 1) === 0) this.#index = value & 31
      else if (this.#index < REGISTERS) this.#registers[this.#index] = value
    },
  }

  /** The text, line by line, without trailing blanks cut; null while nothing was written. */
  get lines(): readonly string[] | null {
    if (!this.#touched) return null
    return Array.from({ length: ROWS }, (_, row) => Array.from({ length: COLUMNS }, (_, column) => character(this.#cell(row, column))).join(''))
  }

  /** Where the cursor is; null where it is not on the screen. */
  get cursor(): { readonly row: number; readonly column: number } | null {
    const at = this.#word(CURSOR_HIGH) - this.#word(START_HIGH)
    return at < 0 || at >= ROWS * COLUMNS ? null : { row: Math.floor(at / COLUMNS), column: at % COLUMNS }
  }

  save(): ScreenState {
    let length = SCREEN_MEMORY
    while (length > 0 && this.#memory[length - 1] === 0) length--
    const memory = Array.from(this.#memory.subarray(0, length), (byte) => String.fromCharCode(byte)).join('')
    return { index: this.#index, registers: [...this.#registers], mode: this.#mode, colour: this.#colour, touched: this.#touched, memory }
  }

  load({ index, registers, mode, colour, touched, memory }: ScreenState): void {
    this.#index = index
    this.#registers = [...registers]
    this.#mode = mode
    this.#colour = colour
    this.#touched = touched
    this.#memory.fill(0)
    for (let i = 0; i < memory.length; i++) this.#memory[i] = memory.charCodeAt(i)
  }

  #word(high: number): number {
    return (this.#registers[high]! << 8) | this.#registers[high + 1]!
  }

  #cell(row: number, column: number): number {
    return this.#memory[((this.#word(START_HIGH) + row * COLUMNS + column) * 2) % SCREEN_MEMORY]!
  }

  /** Bit 0: the memory may be written without snow; bit 3: vertical retrace. */
  get #status(): number {
    const frame = (this.#clock.now * FRAME_RATE) / this.#clock.ticksPerSecond
    const retrace = frame % 1 >= 1 - RETRACE_PART
    return (retrace || (frame * LINES) % 1 >= 1 - BLANK_PART ? 1 : 0) | (retrace ? 8 : 0)
  }
}

const character = (code: number): string => (code < 32 ? LOW[code]! : code === 127 ? '⌂' : code > 127 ? HIGH[code - 128]! : String.fromCharCode(code))
