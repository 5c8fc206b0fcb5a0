import type { CostLine, CycleAccount } from '../../../protocol/costs.ts'
import { Failure } from '../../base/failure.ts'
import { pureSha256, type Sha256Factory } from '../../base/hasher.ts'
import { accountOf, costLines, pricesOf } from '../cpu/costs/account.ts'
import { type CostTable, costTable } from '../cpu/costs/presets.ts'
import { timeCosts } from '../cpu/costs/time.ts'
import { Cpu, type CpuSnapshot } from '../cpu/cpu.ts'
import { FLAGS, HALTED, IF, INTR } from '../cpu/layout.ts'
import { Disk } from '../devices/disk.ts'
import { HEAD_BYTES, PhysicalMemory } from '../memory/physical-memory.ts'
import { start } from './boot.ts'
import type { MachineConfig, MachineEnd } from './config.ts'
import { connectDevices, type DeviceRecords, type Devices, loadDevices, saveDevices } from './devices.ts'
import { Events } from './events.ts'
import { bareMetal, type Executor } from './executor.ts'
import { IRQ } from './layout.ts'
import { hashState } from './state-hash.ts'

const MIB = 0x10_0000
const MOST_MIB = 2047
const TICKS_PER_SECOND = 100_000_000
/** 2000-01-01 00:00 UTC. */
const CLOCK_START = 946_684_800

/** A moment of a run, but for RAM and disks: whoever keeps snapshots keeps those by their dirty pages and sectors. */
export interface MachineSnapshot {
  readonly cpu: CpuSnapshot
  readonly devices: DeviceRecords
  readonly idle: number
  readonly end: MachineEnd | null
  readonly executor: unknown
}

/** Why `run` came back: the tick is reached; the machine has ended; somebody asked, or only an input can go on. */
export type RunStop = 'tick' | 'end' | 'attention'

/**
 * A whole computer. Its time is counted in ticks: an instruction, the delivery of a fault or an interrupt, or as long a wait in `hlt`. All that
 * happens in it follows from its configuration and from the inputs (`typeSerial`, `key`) and the ticks at which they are given; how a run is cut does not matter.
 */
export class Machine {
  /** What the guest has. */
  readonly memory: PhysicalMemory
  /** All there is: the guest's, and behind it a monitor's. */
  readonly host: PhysicalMemory
  readonly cpu: Cpu
  readonly ticksPerSecond: number
  readonly devices: Devices
  readonly executor: Executor
  /** What its run is priced by; its time stamp counter goes by what was configured. */
  costs: CostTable
  /** Is given what the guest sends, at the latest when `run` comes back. */
  onSerial: ((bytes: Uint8Array) => void) | null = null
  /** Ticks that passed while the processor was halted. */
  #idle = 0
  #end: MachineEnd | null = null
  #asked = false
  #sent: number[] = []
  readonly #events: Events

  /** A machine that cannot start has its `end` at once. A configuration without sense throws. */
  constructor(config: MachineConfig) {
    const { memoryMiB, boot } = config
    if (!Number.isInteger(memoryMiB) || memoryMiB < 1 || memoryMiB > MOST_MIB) throw new Failure('invalid', `A machine has between 1 and ${MOST_MIB} MiB of memory, not ${memoryMiB}.`)
    this.ticksPerSecond = config.ticksPerSecond ?? TICKS_PER_SECOND
    const { monitor } = config
    const bytes = memoryMiB * MIB
    this.host = new PhysicalMemory(monitor?.hostBytes(bytes) ?? bytes)
    this.memory = monitor ? new PhysicalMemory(bytes, this.host) : this.host
    this.cpu = monitor ? new Cpu(this.memory, new ArrayBuffer(HEAD_BYTES)) : new Cpu(this.memory)
    this.costs = costTable(config.costs)
    this.cpu.costs = timeCosts(pricesOf(this.costs))
    if (config.cpuid) this.cpu.cpuid = config.cpuid
    this.executor = monitor?.make(this.cpu, this.host) ?? bareMetal(this.cpu)
    this.#events = new Events(() => this.tick, (due) => this.cpu.stopBy(due - this.#idle))
    const disks = [0, 1].map((n) => config.disks?.[n]).map((image) => (image ? new Disk(image) : null))
    const outlets = {
      serial: { write: (byte: number) => this.#send(byte) },
      exit: { write: (code: number) => this.#finish({ kind: 'exit', code }) },
      reset: { write: () => this.#finish({ kind: 'shutdown' }) },
    }
    const parts = { disks: [disks[0]!, disks[1]!] as const, clockStart: config.clockStart ?? CLOCK_START, station: config.station ?? null }
    this.devices = connectDevices(this.cpu, parts, (irq) => this.#events.clock(irq, this.ticksPerSecond), outlets)
    try {
      start(this.cpu, boot, disks[0]!)
      this.executor.begin?.(boot)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      this.#end = { kind: 'boot-failed', message: `${error.info.message} ${error.info.hint}`.trim() }
    }
  }

  /** Instructions, deliveries and idle ticks since the start. */
  get tick(): number {
    return this.cpu.moment + this.#idle
  }

  get end(): MachineEnd | null {
    return this.#end
  }

  /** Halted until an input comes: no event of the machine's own can wake it. */
  get waits(): boolean {
    return this.#end === null && this.#sleeps && this.#wakeUp === Infinity
  }

  /** Runs to exactly this tick, or to the machine's end, or until `requestStop`. With `Infinity`, a machine that `waits` comes back with 'attention'. */
  run(untilTick: number): RunStop {
    this.#asked = false
    while (this.#end === null && !this.#asked && this.tick < untilTick) {
      if (this.#sleeps) this.#sleep(untilTick)
      else if (this.executor.run(Math.min(untilTick, this.#events.next()) - this.tick) === 'shutdown') this.#end = { kind: 'shutdown' }
      if (this.#end === null) this.#events.fire()
    }
    this.#flush()
    return this.#end ? 'end' : this.#asked ? 'attention' : 'tick'
  }

  /** One instruction or one delivery; of a halted machine, the wait for its next event, at most to a tick. */
  step(untilTick = Infinity): RunStop {
    return this.run(Math.min(untilTick, this.#sleeps ? this.#events.next() : this.tick + 1))
  }

  /** The present `run` comes back after the present instruction. For observers and sinks. @param ahead 1: that instruction may have to begin anew. */
  requestStop(ahead: 0 | 1 = 0): void {
    this.#asked = true
    this.cpu.stopBy(this.cpu.moment + ahead)
  }

  /** Bytes typed at the far end of the serial line, at the present tick. */
  typeSerial(bytes: Uint8Array): void {
    this.devices.uart.type(bytes)
  }

  /** A key goes down or up, at the present tick: its code of set 1, 1 to 0x7F. */
  key(code: number, down: boolean): void {
    this.devices.keyboard.key(code, down)
  }

  /** What the run cost so far, addend by addend. Halted time costs nothing. */
  costLines(): readonly CostLine[] {
    return costLines(this.executor.physical.counted, this.costs)
  }

  /** The same in sum, by who spent it. */
  account(): CycleAccount {
    return accountOf(this.costLines())
  }

  /** Between two calls of `run`. */
  save(): MachineSnapshot {
    return { cpu: this.cpu.save(), devices: saveDevices(this.devices), idle: this.#idle, end: this.#end, executor: this.executor.save() }
  }

  /** Back to a snapshot of this machine or of one with the same configuration, after RAM and disks have been restored. What follows is the same to the last count. */
  load({ cpu, devices, idle, end, executor }: MachineSnapshot): void {
    this.#idle = idle
    this.#end = end
    this.cpu.load(cpu)
    loadDevices(this.devices, devices)
    this.executor.load(executor)
  }

  /** SHA-256 over registers, memory, devices, disks and counts, in hexadecimal. */
  stateHash(factory: Sha256Factory = pureSha256): string {
    const disks = this.devices.ata.disks.map((disk) => disk?.bytes ?? null)
    return hashState(factory, this.cpu, { ...saveDevices(this.devices), idle: this.#idle, end: this.#end }, disks)
  }

  get #sleeps(): boolean {
    const { s } = this.cpu
    return s[HALTED] !== 0 && (s[INTR] === 0 || (s[FLAGS]! & IF) === 0)
  }

  /** The next event that may lead to an interrupt. */
  get #wakeUp(): number {
    return this.#events.next((irq) => this.devices.pic.isOpen(irq))
  }

  /** Whether an input could interrupt the processor. */
  get #listens(): boolean {
    const { uart, keyboard, pic } = this.devices
    return (uart.listens && pic.isOpen(IRQ.uart)) || (keyboard.listens && pic.isOpen(IRQ.keyboard))
  }

  /** Lets the time pass in which a halted processor does nothing. */
  #sleep(untilTick: number): void {
    if ((this.cpu.s[FLAGS]! & IF) === 0 || (this.#wakeUp === Infinity && !this.#listens)) {
      this.#end = { kind: 'dead' }
      return
    }
    const target = Math.min(untilTick, this.#events.next())
    if (target === Infinity) {
      this.#asked = true
      return
    }
    // The time stamp counter goes on while the processor is halted, a cycle a tick.
    this.cpu.extraTime += target - this.tick
    this.#idle += target - this.tick
  }

  #finish(end: MachineEnd): void {
    this.#end = end
    this.cpu.stopBy(this.cpu.moment)
  }

  #send(byte: number): void {
    this.#sent.push(byte)
    if (this.#sent.length >= 4096) this.#flush()
  }

  #flush(): void {
    if (this.#sent.length === 0) return
    const bytes = Uint8Array.from(this.#sent)
    this.#sent = []
    this.onSerial?.(bytes)
  }
}
