import { readFileSync } from 'node:fs'
import { type CostChoice, type CostLine, type CpuPresetName, type CycleAccount, DEFAULT_PRESET } from '../protocol/costs.ts'
import { Failure } from '../core/base/failure.ts'
import type { Boot, MachineConfig, MachineEnd } from '../core/machine/board/config.ts'
import { Machine } from '../core/machine/board/machine.ts'
import { isBootDisk } from '../core/machine/desk/open-program.ts'
import { monitorOf } from '../core/hypervisor/techniques/technique.ts'
import { Recorder } from '../core/machine/history/recorder.ts'
import type { MachineEventKind, TechniqueName } from '../protocol/machine.ts'
import type { MemoryTechniqueName } from '../protocol/techniques.ts'
import { MachineTrace } from './machine-trace.ts'
import { nativeSha256 } from './platform.ts'
import { MessageLine, Pace, type SerialLine } from './serial-line.ts'

export interface MachineParams {
  /** A kernel with a multiboot header, or a disk that boots: it is then the primary master. */
  readonly file: string
  readonly commandLine: string
  readonly memoryMiB: number
  /** Instructions of a simulated second; the machine's own choice if not said. */
  readonly ticksPerSecond?: number
  readonly maxInstructions: number
  /** Images of primary master and slave; they are read, and never written. */
  readonly disks: readonly [string | null, string | null]
  /** What is typed at the far end of the serial line; `live`: what comes there while the machine runs. */
  readonly input: Uint8Array | 'live'
  /** Stops after the first event of this kind. */
  readonly until?: MachineEventKind
  /** What stands between the guest and the processor; nothing if not said. */
  readonly technique?: TechniqueName
  readonly kernelRing?: 1 | 3
  readonly memoryTechnique?: MemoryTechniqueName
  /** The default preset, if not said. */
  readonly costs?: CostChoice
  /** File that gets a line for each instruction. */
  readonly trace?: string
}

export interface MachineReport {
  /** `limit`: the instructions are used up; `waiting`: halted until something is typed, and there is nothing more; `stopped`: somebody asked. */
  readonly end: MachineEnd | { readonly kind: 'limit' } | { readonly kind: 'waiting' } | { readonly kind: 'stopped' } | { readonly kind: 'event'; readonly event: MachineEventKind }
  readonly stateHash: string
  /** SHA-256 of the trace, if there is one. */
  readonly traceHash?: string
  readonly instructions: number
  readonly iterations: number
  readonly deliveries: number
  readonly cycles: number
  readonly ticks: number
  readonly costs: { readonly preset: CpuPresetName; readonly clockGhz: number | null; readonly account: CycleAccount; readonly lines: readonly CostLine[] }
  /** With a monitor: how often it was entered, by reason. */
  readonly exits?: Readonly<Record<string, number>>
}

/** Simulated seconds of silence after which the next line is typed; a fifth of it is run at a time. */
const SILENCE = 0.25
/** Simulated seconds after which a live line is looked at. */
const LIVE_SLICE = 0.01
const NEWLINE = 10

/** Runs a machine to its end. `serial` gets what it sends, one character for each byte; orders come from `line` between two slices. */
export async function runMachine(params: MachineParams, serial: (latin1: string) => void, line: SerialLine = new MessageLine()): Promise<MachineReport> {
  const exits: Record<string, number> = {}
  const monitor = monitorOf(params.technique ?? 'native', { ...(params.kernelRing && { kernelRing: params.kernelRing }), ...(params.memoryTechnique && { memory: params.memoryTechnique }) })
  if (monitor && params.trace !== undefined) throw new Failure('unsupported', 'A trace shows the processor that is there; under a monitor the guest has another one.', 'Trace the guest on bare metal (--technique native).')
  const machine = new Machine({ ...configOf(params), ...(monitor && { monitor }) })
  const { cpu } = machine
  const recorder = new Recorder(machine, null)
  recorder.onEntry = ({ reason, detail }) => {
    const name = detail?.kind === 'vm exit' ? detail.name : reason
    exits[name] = (exits[name] ?? 0) + 1
  }
  const typist = params.input === 'live' ? new LiveTypist(machine, line) : new PatientTypist(machine, line, params.input)
  machine.onSerial = (bytes) => {
    typist.lastSent = machine.tick
    serial(Buffer.from(bytes).toString('latin1'))
  }
  // Without a reason to look nobody does: ports are faster then.
  if (params.until !== undefined) machine.cpu.observer = recorder
  let reached = false
  recorder.onEvent = (kind, ahead) => {
    if (kind !== params.until) return
    reached = true
    machine.requestStop(ahead)
  }
  const trace = params.trace === undefined ? null : new MachineTrace(machine, params.trace)
  let goesOn = true
  while (goesOn && machine.end === null && !reached && !line.stopped && cpu.instructions < params.maxInstructions) {
    const left = params.maxInstructions - cpu.instructions
    machine.run(machine.tick + Math.min(left, typist.slice, trace ? trace.room : Infinity))
    trace?.write()
    goesOn = await typist.type()
  }
  const { instructions, iterations, deliveries, timestamp } = cpu
  const stopped: MachineReport['end'] = reached ? { kind: 'event', event: params.until! } : { kind: instructions >= params.maxInstructions ? 'limit' : line.stopped ? 'stopped' : 'waiting' }
  const end = machine.end ?? stopped
  return { end, stateHash: machine.stateHash(nativeSha256), instructions, iterations, deliveries, cycles: timestamp, ticks: machine.tick, costs: costsOf(machine, params.costs?.preset ?? DEFAULT_PRESET), ...(monitor ? { exits } : {}), ...(trace ? { traceHash: trace.close() } : {}) }
}

function costsOf(machine: Machine, preset: CpuPresetName): MachineReport['costs'] {
  return { preset, clockGhz: machine.costs.get('clock')!.value, account: machine.account(), lines: machine.costLines() }
}

function configOf({ file, commandLine, memoryMiB, ticksPerSecond, disks: [master, slave], costs }: MachineParams): MachineConfig {
  const image = fileBytes(file)
  const disk = isBootDisk(image)
  if (disk && master !== null) throw new Failure('invalid', `${file} is a disk and the primary master itself.`, 'Name no other one.')
  const boot: Boot = disk ? { kind: 'disk' } : { kind: 'multiboot', image, commandLine }
  return {
    memoryMiB, boot, ...(costs && { costs }),
    ...(ticksPerSecond === undefined ? {} : { ticksPerSecond }),
    disks: [disk ? image : master === null ? null : fileBytes(master), slave === null ? null : fileBytes(slave)],
  }
}

/** Types what is known beforehand, line by line, whenever the guest is silent: the run depends on nothing else. */
class PatientTypist {
  /** When the guest sent something. */
  lastSent = 0
  readonly slice: number
  private readonly machine: Machine
  private readonly line: SerialLine
  private readonly lines: Uint8Array[]
  private readonly silence: number

  constructor(machine: Machine, line: SerialLine, input: Uint8Array) {
    this.machine = machine
    this.line = line
    this.lines = linesOf(input)
    this.silence = SILENCE * machine.ticksPerSecond
    this.slice = this.silence / 5
  }

  /** False: only more input could go on. */
  async type(): Promise<boolean> {
    const { machine, lines } = this
    const { unread } = machine.devices.uart
    if (lines.length > 0 && ((unread === 0 && machine.tick - this.lastSent >= this.silence) || machine.waits)) machine.typeSerial(lines.shift()!)
    else if (machine.waits && unread === 0) return false
    await this.line.wait(0)
    return true
  }
}

/** Types what comes when it comes. The machine is not faster than real time, and sleeps while it waits. */
class LiveTypist {
  lastSent = 0
  readonly slice: number
  private readonly machine: Machine
  private readonly line: SerialLine
  private readonly pace: Pace

  constructor(machine: Machine, line: SerialLine) {
    this.machine = machine
    this.line = line
    this.slice = LIVE_SLICE * machine.ticksPerSecond
    this.pace = new Pace(machine.ticksPerSecond)
  }

  async type(): Promise<boolean> {
    const { machine, line } = this
    const typed = line.take()
    for (const bytes of typed) machine.typeSerial(bytes)
    const idle = typed.length === 0 && machine.waits && machine.devices.uart.unread === 0
    if (idle && line.ended) return false
    await line.wait(idle ? Infinity : this.pace.ahead(machine.tick))
    return true
  }
}

/** With their ends; what is typed is Enter's carriage return only if the input says so. */
function linesOf(input: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = []
  for (let at = 0; at < input.length;) {
    const end = input.indexOf(NEWLINE, at)
    const next = end < 0 ? input.length : end + 1
    lines.push(input.subarray(at, next))
    at = next
  }
  return lines
}

function fileBytes(file: string): Uint8Array {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new Failure('file', `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}
