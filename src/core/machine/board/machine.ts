import { Failure } from '../../base/failure.ts'
import { pureSha256, type Sha256Factory } from '../../base/hasher.ts'
import { Cpu } from '../cpu/cpu.ts'
import { run } from '../cpu/interpreter.ts'
import { FLAGS, HALTED, IF, INTR } from '../cpu/layout.ts'
import { ExitPort } from '../devices/exit-port.ts'
import { Pic } from '../devices/pic.ts'
import { Pit } from '../devices/pit.ts'
import { Uart } from '../devices/uart.ts'
import { PhysicalMemory } from '../memory/physical-memory.ts'
import { start } from './boot.ts'
import type { MachineConfig, MachineEnd } from './config.ts'
import { Events } from './events.ts'
import { IRQ, PORT } from './layout.ts'
import { hashState } from './state-hash.ts'

const MIB = 0x10_0000
const MOST_MIB = 2047
const TICKS_PER_SECOND = 100_000_000

/** Why `run` came back: the tick is reached; the machine has ended; somebody asked, or only an input can go on. */
export type RunStop = 'tick' | 'end' | 'attention'

/**
 * A whole computer. Its time is counted in ticks: an instruction, the delivery of a fault or an interrupt, or as long a wait in `hlt`. All that
 * happens in it follows from its configuration and from the inputs (`typeSerial`) and the ticks at which they are given; how a run is cut does not matter.
 */
export class Machine {
  readonly memory: PhysicalMemory
  readonly cpu: Cpu
  readonly ticksPerSecond: number
  readonly devices: { readonly pic: Pic; readonly pit: Pit; readonly uart: Uart }
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
    this.memory = new PhysicalMemory(memoryMiB * MIB)
    this.cpu = new Cpu(this.memory)
    this.#events = new Events(() => this.tick, (due) => this.cpu.stopBy(due - this.#idle))
    this.devices = this.#connect()
    try {
      start(this.cpu, boot)
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
      else if (run(this.cpu, Math.min(untilTick, this.#events.next()) - this.tick) === 'shutdown') this.#end = { kind: 'shutdown' }
      if (this.#end === null) this.#events.fire()
    }
    this.#flush()
    return this.#end ? 'end' : this.#asked ? 'attention' : 'tick'
  }

  /** One instruction or one delivery; of a halted machine, the wait for its next event. */
  step(): RunStop {
    return this.run(this.#sleeps ? this.#events.next() : this.tick + 1)
  }

  /** The present `run` comes back after the present instruction. For observers and sinks. */
  requestStop(): void {
    this.#asked = true
    this.cpu.stopBy(this.cpu.moment)
  }

  /** Bytes typed at the far end of the serial line, at the present tick. */
  typeSerial(bytes: Uint8Array): void {
    this.devices.uart.type(bytes)
  }

  /** SHA-256 over registers, memory, devices and counts, in hexadecimal. */
  stateHash(factory: Sha256Factory = pureSha256): string {
    const { pic, pit, uart } = this.devices
    return hashState(factory, this.cpu, { idle: this.#idle, end: this.#end, pic: pic.save(), pit: pit.save(), uart: uart.save() }, [])
  }

  #connect(): Machine['devices'] {
    const { ports } = this.cpu
    const clock = (irq: number) => this.#events.clock(irq, this.ticksPerSecond)
    const pic = new Pic({ set: (level) => this.cpu.setInterrupt(level) })
    this.cpu.acknowledge = () => pic.acknowledge()
    const pit = new Pit(pic.line(IRQ.pit), clock(IRQ.pit))
    const uart = new Uart(pic.line(IRQ.uart), { write: (byte) => this.#send(byte) }, clock(IRQ.uart))
    ports.attach(PORT.masterPic, 2, pic.ports(pic.master))
    ports.attach(PORT.slavePic, 2, pic.ports(pic.slave))
    ports.attach(PORT.edgeLevel, 2, pic.edgeLevelPorts)
    ports.attach(PORT.pit, 4, pit)
    ports.attach(PORT.system, 1, pit.systemPort)
    ports.attach(PORT.uart, 8, uart)
    ports.attach(PORT.exit, 4, new ExitPort({ write: (code) => this.#exit(code) }))
    return { pic, pit, uart }
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
    return this.devices.uart.listens && this.devices.pic.isOpen(IRQ.uart)
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
    this.cpu.cycles += target - this.tick
    this.#idle += target - this.tick
  }

  #exit(code: number): void {
    this.#end = { kind: 'exit', code }
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
