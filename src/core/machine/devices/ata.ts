import { HEADS, identity, MOST_MULTIPLE, MOST_SECTORS, SECTORS_PER_TRACK } from './ata-identity.ts'
import type { Clock, IrqLine, PortDevice, Timer } from './device.ts'
import { type Disk, SECTOR_SIZE } from './disk.ts'

/** Command block registers by offset. */
const DATA = 0
const ERROR = 1
const COUNT = 2
const LBA_LOW = 3
const LBA_MID = 4
const LBA_HIGH = 5
const DEVICE = 6
const STATUS = 7

const BSY = 0x80
const DRDY = 0x40
const DSC = 0x10
const DRQ = 8
const ERR = 1
const READY = DRDY | DSC
/** Bits of the error register: command aborted, no such sector. */
const ABRT = 4
const IDNF = 0x10
/** Bits of the device register and of device control. */
const LBA = 0x40
const SECOND = 0x10
const SRST = 4
const NIEN = 2

/** What a drive of the simulated kind takes: for a command that touches the medium, between two blocks, for a reset; in seconds. */
const ACCESS = 20e-6
const NEXT_BLOCK = 5e-6
const RESET = 100e-6

/** What the channel is at: nothing; about to offer a block; the host reads; the host writes; a written block goes to the medium; resetting. */
type Phase = 'idle' | 'fetch' | 'in' | 'out' | 'store' | 'reset'

export interface AtaState {
  phase: Phase
  status: number
  error: number
  features: number
  count: number
  low: number
  mid: number
  high: number
  device: number
  control: number
  interrupt: boolean
  /** Sector that comes next, and sectors left, the present block among them; sectors of a block. */
  lba: number
  left: number
  block: number
  /** Data of the present block, and how much of it went through the data register. */
  buffer: number[]
  position: number
  /** Sectors per block of READ and WRITE MULTIPLE, per drive; 0: off. */
  multiple: [number, number]
}

const start = (): AtaState => ({
  phase: 'idle', status: READY, error: 1, features: 0, count: 1, low: 1, mid: 0, high: 0, device: 0, control: 0, interrupt: false, lba: 0, left: 0, block: 1,
  buffer: [], position: 0, multiple: [MOST_MULTIPLE, MOST_MULTIPLE],
})

/**
 * An ATA channel with up to two drives, by programmed I/O (ATA/ATAPI-6, T13/1410D: registers in clause 7, protocols in 9). Both drives hear what is
 * written to the registers, the selected one obeys. A command makes it busy for a while, which an interrupt ends; WRITE asks for its first block at once.
 */
export class Ata implements PortDevice {
  readonly wide = true
  readonly disks: readonly [Disk | null, Disk | null]
  readonly #irq: IrqLine
  readonly #clock: Clock
  readonly #timer: Timer
  #state = start()

  constructor(disks: readonly [Disk | null, Disk | null], irq: IrqLine, clock: Clock) {
    this.disks = disks
    this.#irq = irq
    this.#clock = clock
    this.#timer = clock.timer(() => this.#proceed())
  }

  /** 0x1F0 to 0x1F7. */
  read(offset: number, size: number): number {
    if (offset === DATA) return this.#readData(size)
    let value = 0
    for (let i = 0; i < size; i++) value |= (offset + i > STATUS ? 0xff : this.#readRegister(offset + i)) << (8 * i)
    return value
  }

  write(offset: number, value: number, size: number): void {
    if (offset === DATA) this.#writeData(value, size)
    else for (let i = 0; i < size && offset + i <= STATUS; i++) this.#writeRegister(offset + i, (value >>> (8 * i)) & 0xff)
  }

  /** 0x3F6: alternate status, device control. */
  readonly control: PortDevice = {
    read: () => this.#status,
    write: (_offset, value) => {
      const state = this.#state
      if ((value & SRST) !== 0 && this.#present) {
        Object.assign(state, { phase: 'reset', status: BSY, interrupt: false })
        this.#timer.cancel()
      } else if (state.phase === 'reset') this.#after(RESET)
      state.control = value
      this.#updateLine()
    },
  }

  save(): AtaState & { readonly due: number | null } {
    const state = this.#state
    return { ...state, buffer: [...state.buffer], multiple: [...state.multiple], due: this.#timer.due }
  }

  load({ due, ...state }: ReturnType<Ata['save']>): void {
    this.#state = { ...state, buffer: [...state.buffer], multiple: [...state.multiple] }
    if (due === null) this.#timer.cancel()
    else this.#timer.at(due)
    this.#updateLine()
  }

  get #second(): 0 | 1 {
    return (this.#state.device & SECOND) === 0 ? 0 : 1
  }

  get #disk(): Disk | null {
    return this.disks[this.#second]
  }

  get #present(): boolean {
    return this.disks[0] !== null || this.disks[1] !== null
  }

  /** Whether a drive obeys when the selected one is written to: that one, or a lonely slave for its master (as QEMU's does: ready, but it aborts every command). */
  get #obeys(): boolean {
    return this.#disk !== null || (this.#second === 0 && this.#present)
  }

  /** Without a drive nobody drives the bus, and it floats high. A lonely master answers for its slave, with 0. */
  get #status(): number {
    if (this.#obeys) return this.#state.status
    return this.#second === 1 && this.disks[0] ? 0 : 0xff
  }

  #readRegister(offset: number): number {
    const state = this.#state
    if (offset === STATUS) {
      const status = this.#status
      if (this.#obeys) state.interrupt = false
      this.#updateLine()
      return status
    }
    if (!this.#present) return 0xff
    if ((state.status & BSY) !== 0) return this.#status
    switch (offset) {
      case ERROR: return state.error
      case COUNT: return state.count
      case LBA_LOW: return state.low
      case LBA_MID: return state.mid
      case LBA_HIGH: return state.high
      default: return state.device | 0xa0
    }
  }

  #writeRegister(offset: number, value: number): void {
    const state = this.#state
    if (!this.#present || (state.status & BSY) !== 0) return
    switch (offset) {
      case ERROR: state.features = value; break
      case COUNT: state.count = value; break
      case LBA_LOW: state.low = value; break
      case LBA_MID: state.mid = value; break
      case LBA_HIGH: state.high = value; break
      case DEVICE: state.device = value; break
      default: this.#execute(value)
    }
  }

  #execute(command: number): void {
    const state = this.#state
    // EXECUTE DEVICE DIAGNOSTIC is for both drives; anything else only for one that is there.
    if (!this.#obeys && command !== 0x90) return
    Object.assign(state, { error: 0, status: READY, phase: 'idle', interrupt: false })
    this.#updateLine()
    if (!this.#disk && command !== 0x90) return this.#fail(ABRT)
    switch (command) {
      case 0x20: case 0x21: return this.#transfer('fetch', 1)
      case 0x30: case 0x31: return this.#transfer('out', 1)
      case 0xc4: return this.#multiple('fetch')
      case 0xc5: return this.#multiple('out')
      case 0xc6: return this.#setMultiple()
      case 0xec: return this.#identify()
      case 0x40: case 0x41: return this.#verify()
      case 0x90:
        Object.assign(state, { error: 1, count: 1, low: 1, mid: 0, high: 0, device: 0 })
        return this.#finish(ACCESS)
      case 0xe5:
        state.count = 0xff
        return this.#finish(0)
      // FLUSH CACHE, INITIALIZE DEVICE PARAMETERS, SET FEATURES, SEEK, STANDBY and IDLE IMMEDIATE: nothing to do.
      case 0xe7: case 0xea: case 0x91: case 0xef: case 0x70: case 0xe0: case 0xe1: return this.#finish(ACCESS)
      default:
        // RECALIBRATE is 0x10 to 0x1F.
        return (command & 0xf0) === 0x10 ? this.#finish(ACCESS) : this.#fail(ABRT)
    }
  }

  #multiple(phase: 'fetch' | 'out'): void {
    const multiple = this.#state.multiple[this.#second]
    if (multiple === 0) this.#fail(ABRT)
    else this.#transfer(phase, multiple)
  }

  #setMultiple(): void {
    const state = this.#state
    const { count } = state
    if (count > MOST_MULTIPLE || (count & (count - 1)) !== 0) return this.#fail(ABRT)
    state.multiple[this.#second] = count
    this.#finish(0)
  }

  #identify(): void {
    const state = this.#state
    state.buffer = [...identity(this.#disk!.sectors, state.multiple[this.#second], `GH0000${this.#second + 1}`)]
    Object.assign(state, { phase: 'fetch', status: BSY, position: 0, left: 1, block: 1, lba: -1 })
    this.#after(ACCESS)
  }

  #verify(): void {
    if (this.#locate()) this.#finish(ACCESS)
    else this.#fail(IDNF)
  }

  /** READ and WRITE, `block` sectors for each interrupt. */
  #transfer(phase: 'fetch' | 'out', block: number): void {
    const state = this.#state
    if (!this.#locate()) return this.#fail(IDNF)
    Object.assign(state, { phase, block, position: 0 })
    if (phase === 'fetch') {
      state.status = BSY
      this.#after(ACCESS)
    } else {
      state.buffer = new Array<number>(this.#blockBytes).fill(0)
      state.status = READY | DRQ
    }
  }

  /** Sets `lba` and `left` from the registers; false if the drive does not have all of these sectors. */
  #locate(): boolean {
    const state = this.#state
    const { low, mid, high, device } = state
    const cylinder = (high << 8) | mid
    const linear = (device & LBA) !== 0
    state.lba = linear ? ((device & 15) << 24) | (cylinder << 8) | low : (cylinder * HEADS + (device & 15)) * SECTORS_PER_TRACK + low - 1
    state.left = state.count || 256
    const valid = linear || (low > 0 && low <= SECTORS_PER_TRACK)
    return valid && state.lba + state.left <= Math.min(this.#disk!.sectors, MOST_SECTORS)
  }

  get #blockBytes(): number {
    return Math.min(this.#state.block, this.#state.left) * SECTOR_SIZE
  }

  /** The busy time is over. */
  #proceed(): void {
    const state = this.#state
    if (state.phase === 'reset') {
      this.#state = { ...start(), control: state.control }
      return
    }
    if (state.phase === 'fetch') return this.#offer()
    if (state.phase === 'store') return this.#stored()
    state.status = READY | (state.error !== 0 && state.error !== 1 ? ERR : 0)
    state.phase = 'idle'
    this.#interrupt()
  }

  /** A block can be read. */
  #offer(): void {
    const state = this.#state
    if (state.lba >= 0) {
      const bytes = new Uint8Array(this.#blockBytes)
      this.#disk!.read(state.lba, bytes)
      state.buffer = [...bytes]
    }
    Object.assign(state, { phase: 'in', position: 0, status: READY | DRQ })
    this.#interrupt()
  }

  /** A block is on the medium; the next one is asked for. */
  #stored(): void {
    const state = this.#state
    this.#disk!.write(state.lba, Uint8Array.from(state.buffer))
    this.#advance()
    if (state.left > 0) {
      state.buffer = new Array<number>(this.#blockBytes).fill(0)
      Object.assign(state, { phase: 'out', position: 0, status: READY | DRQ })
    } else Object.assign(state, { phase: 'idle', buffer: [], status: READY })
    this.#interrupt()
  }

  #advance(): void {
    const state = this.#state
    const sectors = state.buffer.length / SECTOR_SIZE
    state.lba += sectors
    state.left -= sectors
  }

  #readData(size: number): number {
    const state = this.#state
    if (state.phase !== 'in' || !this.#disk) return size === 4 ? -1 : size === 2 ? 0xffff : 0xff
    let value = 0
    for (let i = 0; i < size; i++) value |= (state.buffer[state.position++] ?? 0xff) << (8 * i)
    if (state.position >= state.buffer.length) this.#taken()
    return value
  }

  /** The host has read a block. */
  #taken(): void {
    const state = this.#state
    this.#advance()
    if (state.lba >= 0 && state.left > 0) {
      Object.assign(state, { phase: 'fetch', status: BSY })
      this.#after(NEXT_BLOCK)
    } else Object.assign(state, { phase: 'idle', buffer: [], status: READY })
  }

  #writeData(value: number, size: number): void {
    const state = this.#state
    if (state.phase !== 'out' || !this.#disk) return
    for (let i = 0; i < size && state.position < state.buffer.length; i++) state.buffer[state.position++] = (value >>> (8 * i)) & 0xff
    if (state.position < state.buffer.length) return
    Object.assign(state, { phase: 'store', status: BSY })
    this.#after(ACCESS)
  }

  /** Ends a command without data. */
  #finish(seconds: number): void {
    this.#state.status = BSY
    this.#after(seconds)
  }

  #fail(error: number): void {
    this.#state.error = error
    this.#finish(0)
  }

  #after(seconds: number): void {
    this.#timer.at(this.#clock.now + Math.max(1, Math.round(seconds * this.#clock.ticksPerSecond)))
  }

  #interrupt(): void {
    this.#state.interrupt = true
    this.#updateLine()
  }

  #updateLine(): void {
    this.#irq.set(this.#state.interrupt && (this.#state.control & NIEN) === 0)
  }
}
