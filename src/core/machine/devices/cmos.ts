import { civilTime, epochSeconds } from './calendar.ts'
import type { Clock, IrqLine, PortDevice, Timer } from './device.ts'
import { fromBcd, rescale, rescaleUp, toBcd } from './units.ts'

/** Registers of the clock; what lies between are its alarms. The century's place is IBM's. */
const SECOND = 0
const MINUTE = 2
const HOUR = 4
const WEEKDAY = 6
const DAY = 7
const MONTH = 8
const YEAR = 9
const REGISTER_A = 10
const REGISTER_B = 11
const REGISTER_C = 12
const REGISTER_D = 13
const CENTURY = 0x32
const TIME = [SECOND, MINUTE, HOUR, WEEKDAY, DAY, MONTH, YEAR, CENTURY] as const

/** Bits of register B: the clock is being set; interrupts; numbers are binary; 24 hours. */
const SET = 0x80
const PERIODIC = 0x40
const ALARM = 0x20
const UPDATED = 0x10
const BINARY = 4
const HOURS_24 = 2
const PM = 0x80
/** An alarm register that matches any time. */
const ANY = 0xc0

const CRYSTAL = 32_768
/** UIP is set this long before the second changes: 244 µs, and the update's 1984 µs. */
const UPDATE_SECONDS = 0.002228

export interface CmosState {
  index: number
  ram: number[]
  /** Seconds since 1970 at tick 0, as set. */
  base: number
  /** Flags of register C, without IRQF. */
  flags: number
  /** Periods and seconds that were looked at. */
  periodsSeen: number
  secondsSeen: number
}

/**
 * Clock and memory of a PC/AT: an MC146818A (Motorola data sheet), index at 0x70, data at 0x71, in virtual time. Flags are computed when somebody looks;
 * while an interrupt is enabled, each of its instants is an event.
 */
export class Cmos implements PortDevice {
  readonly #irq: IrqLine
  readonly #clock: Clock
  readonly #timer: Timer
  #state: CmosState

  /** @param startSeconds since 1970, at tick 0. @param memoryBytes what the memory size registers say. */
  constructor(startSeconds: number, memoryBytes: number, irq: IrqLine, clock: Clock) {
    this.#irq = irq
    this.#clock = clock
    this.#timer = clock.timer(() => this.#update())
    const ram = new Array<number>(128).fill(0)
    const word = (at: number, value: number): void => void ([ram[at], ram[at + 1]] = [value & 0xff, value >> 8])
    ram[REGISTER_A] = 0x26
    ram[REGISTER_B] = HOURS_24
    // Base memory, extended memory above 1 MiB (in KiB), above 16 MiB (in 64 KiB): where IBM's BIOS and its successors put them.
    const extended = Math.min(0xffff, Math.max(0, memoryBytes / 1024 - 1024))
    word(0x15, 640)
    word(0x17, extended)
    word(0x30, extended)
    word(0x34, Math.min(0xffff, Math.max(0, memoryBytes / 0x1_0000 - 256)))
    this.#state = { index: 0, ram, base: startSeconds, flags: 0, periodsSeen: 0, secondsSeen: 0 }
    this.#showTime()
  }

  read(offset: number): number {
    const { index, ram } = this.#state
    if (offset === 0) return 0xff
    if (index === REGISTER_A) return (ram[index]! & 0x7f) | (this.#updating ? 0x80 : 0)
    if (index === REGISTER_C) return this.#takeFlags()
    if (index === REGISTER_D) return 0x80
    this.#showTime()
    return ram[index]!
  }

  write(offset: number, value: number): void {
    const state = this.#state
    if (offset === 0) {
      state.index = value & 0x7f
      return
    }
    const { index, ram } = state
    if (index === REGISTER_C || index === REGISTER_D) return
    this.#showTime()
    this.#look()
    const wasSetting = (ram[REGISTER_B]! & SET) !== 0
    ram[index] = index === REGISTER_A ? value & 0x7f : index === REGISTER_B && (value & SET) !== 0 ? value & ~UPDATED : value
    const setting = (ram[REGISTER_B]! & SET) !== 0
    if (!setting && (wasSetting || TIME.some((at) => at === index))) this.#setTime()
    if (index === REGISTER_A) state.periodsSeen = this.#periods
    if (index === REGISTER_A || index === REGISTER_B) this.#update()
  }

  save(): CmosState & { readonly due: number | null } {
    return { ...this.#state, ram: [...this.#state.ram], due: this.#timer.due }
  }

  load({ due, ...state }: ReturnType<Cmos['save']>): void {
    this.#state = { ...state, ram: [...state.ram] }
    if (due === null) this.#timer.cancel()
    else this.#timer.at(due)
    this.#updateLine()
  }

  /** Whole seconds that passed since tick 0. */
  get #elapsed(): number {
    return Math.floor(this.#clock.now / this.#clock.ticksPerSecond)
  }

  get #updating(): boolean {
    const left = this.#clock.ticksPerSecond - (this.#clock.now % this.#clock.ticksPerSecond)
    return (this.#state.ram[REGISTER_B]! & SET) === 0 && left < UPDATE_SECONDS * this.#clock.ticksPerSecond
  }

  /** Periodic interrupts in a second, 0: none (data sheet, table 5). */
  get #rate(): number {
    const select = this.#state.ram[REGISTER_A]! & 15
    return select === 0 ? 0 : CRYSTAL >> ((select <= 2 ? select + 7 : select) - 1)
  }

  get #periods(): number {
    return rescale(this.#clock.now, this.#rate, this.#clock.ticksPerSecond)
  }

  /** Puts the present time into its registers, unless the guest is setting them. */
  #showTime(): void {
    const { ram, base } = this.#state
    if ((ram[REGISTER_B]! & SET) !== 0) return
    const { year, month, day, hour, minute, second, weekday } = civilTime(base + this.#elapsed)
    const put = (at: number, value: number): void => void (ram[at] = this.#encode(value) & 0xff)
    put(SECOND, second)
    put(MINUTE, minute)
    ram[HOUR] = this.#encodeHour(hour)
    put(WEEKDAY, weekday)
    put(DAY, day)
    put(MONTH, month)
    put(YEAR, year % 100)
    put(CENTURY, Math.floor(year / 100))
  }

  /** Goes on from what the registers say. */
  #setTime(): void {
    const { ram } = this.#state
    const get = (at: number): number => this.#decode(ram[at]!)
    const raw = ram[HOUR]!
    const hour = (ram[REGISTER_B]! & HOURS_24) !== 0 ? this.#decode(raw) : (this.#decode(raw & ~PM) % 12) + ((raw & PM) !== 0 ? 12 : 0)
    const year = get(CENTURY) * 100 + get(YEAR)
    this.#state.base = epochSeconds({ year, month: get(MONTH), day: get(DAY), hour, minute: get(MINUTE), second: get(SECOND) }) - this.#elapsed
  }

  #encode(value: number): number {
    return (this.#state.ram[REGISTER_B]! & BINARY) !== 0 ? value : toBcd(value)
  }

  #decode(value: number): number {
    return (this.#state.ram[REGISTER_B]! & BINARY) !== 0 ? value : fromBcd(value)
  }

  #encodeHour(hour: number): number {
    if ((this.#state.ram[REGISTER_B]! & HOURS_24) !== 0) return this.#encode(hour)
    return this.#encode(hour % 12 || 12) | (hour >= 12 ? PM : 0)
  }

  /** Flags for what happened since somebody looked. */
  #look(): void {
    const state = this.#state
    const periods = this.#periods
    if (periods > state.periodsSeen) state.flags |= PERIODIC
    state.periodsSeen = periods
    const { ram } = state
    const counting = (ram[REGISTER_B]! & SET) === 0
    // An alarm is looked for in the latest day; more seconds than that cannot differ in their time of day.
    for (let second = Math.max(state.secondsSeen + 1, this.#elapsed - 86_400); second <= this.#elapsed && counting; second++) {
      state.flags |= UPDATED
      if ((state.flags & ALARM) === 0 && this.#isAlarm(second)) state.flags |= ALARM
    }
    state.secondsSeen = this.#elapsed
  }

  #isAlarm(elapsed: number): boolean {
    const { ram, base } = this.#state
    const { hour, minute, second } = civilTime(base + elapsed)
    return [this.#encode(second), this.#encode(minute), this.#encodeHour(hour)].every((value, i) => ram[i * 2 + 1]! >= ANY || ram[i * 2 + 1] === value)
  }

  #takeFlags(): number {
    this.#look()
    const { flags, ram } = this.#state
    this.#state.flags = 0
    this.#updateLine()
    return flags | ((flags & ram[REGISTER_B]! & (PERIODIC | ALARM | UPDATED)) !== 0 ? 0x80 : 0)
  }

  /** At an event, or when rates or enables changed: flags, line, next event. */
  #update(): void {
    this.#look()
    this.#updateLine()
    const { ram, periodsSeen, secondsSeen } = this.#state
    const { ticksPerSecond } = this.#clock
    const enabled = ram[REGISTER_B]!
    const due: number[] = []
    if ((enabled & PERIODIC) !== 0 && this.#rate > 0) due.push(rescaleUp(periodsSeen + 1, ticksPerSecond, this.#rate))
    if ((enabled & (ALARM | UPDATED)) !== 0) due.push((secondsSeen + 1) * ticksPerSecond)
    if (due.length > 0) this.#timer.at(Math.min(...due))
    else this.#timer.cancel()
  }

  #updateLine(): void {
    this.#irq.set((this.#state.flags & this.#state.ram[REGISTER_B]! & (PERIODIC | ALARM | UPDATED)) !== 0)
  }
}
