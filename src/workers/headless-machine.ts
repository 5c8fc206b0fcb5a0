import { readFileSync } from 'node:fs'
import { Failure } from '../core/base/failure.ts'
import type { MachineEnd } from '../core/machine/board/config.ts'
import { Machine } from '../core/machine/board/machine.ts'
import { Recorder } from '../core/machine/history/recorder.ts'
import type { MachineEventKind } from '../protocol/machine.ts'
import { MachineTrace } from './machine-trace.ts'
import { nativeSha256 } from './platform.ts'

export interface MachineParams {
  /** A kernel with a multiboot header. */
  readonly file: string
  readonly commandLine: string
  readonly memoryMiB: number
  /** Instructions of a simulated second; the machine's own choice if not said. */
  readonly ticksPerSecond?: number
  readonly maxInstructions: number
  /** Images of primary master and slave; they are read, and never written. */
  readonly disks: readonly [string | null, string | null]
  /** What is typed at the far end of the serial line. */
  readonly input: Uint8Array
  /** Stops after the first event of this kind. */
  readonly until?: MachineEventKind
  /** File that gets a line for each instruction. */
  readonly trace?: string
}

export interface MachineReport {
  /** `limit`: the instructions are used up; `waiting`: halted until something is typed, and there is nothing more. */
  readonly end: MachineEnd | { readonly kind: 'limit' } | { readonly kind: 'waiting' } | { readonly kind: 'event'; readonly event: MachineEventKind }
  readonly stateHash: string
  /** SHA-256 of the trace, if there is one. */
  readonly traceHash?: string
  readonly instructions: number
  readonly iterations: number
  readonly deliveries: number
  readonly cycles: number
  readonly ticks: number
}

/** Simulated seconds of silence after which the next line is typed; a fifth of it is run at a time. */
const SILENCE = 0.25
const NEWLINE = 10

/** Runs a machine to its end. `serial` gets what it sends, one character for each byte. */
export async function runMachine(params: MachineParams, serial: (latin1: string) => void): Promise<MachineReport> {
  const [master, slave] = params.disks
  const machine = new Machine({
    memoryMiB: params.memoryMiB,
    ...(params.ticksPerSecond === undefined ? {} : { ticksPerSecond: params.ticksPerSecond }),
    disks: [master === null ? null : fileBytes(master), slave === null ? null : fileBytes(slave)],
    boot: { kind: 'multiboot', image: fileBytes(params.file), commandLine: params.commandLine },
  })
  let lastSent = 0
  machine.onSerial = (bytes) => {
    lastSent = machine.tick
    serial(Buffer.from(bytes).toString('latin1'))
  }
  const recorder = new Recorder(machine, null)
  // Without a reason to look nobody does: ports are faster then.
  if (params.until !== undefined || params.trace !== undefined) machine.cpu.observer = recorder
  let reached = false
  recorder.onEvent = (kind) => {
    if (kind !== params.until) return
    reached = true
    machine.requestStop()
  }
  const trace = params.trace === undefined ? null : new MachineTrace(machine, recorder, params.trace)
  const silence = SILENCE * machine.ticksPerSecond
  const lines = linesOf(params.input)
  const { cpu, devices } = machine
  while (machine.end === null && !reached && cpu.instructions < params.maxInstructions) {
    const left = params.maxInstructions - cpu.instructions
    const stop = machine.run(machine.tick + Math.min(left, silence / 5, trace ? trace.room : Infinity))
    trace?.write()
    const quiet = devices.uart.unread === 0 && machine.tick - lastSent >= silence
    if (lines.length > 0 && (quiet || machine.waits)) machine.typeSerial(lines.shift()!)
    else if (stop !== 'end' && machine.waits && devices.uart.unread === 0) break
  }
  const stopped: MachineReport['end'] = reached ? { kind: 'event', event: params.until! } : { kind: cpu.instructions < params.maxInstructions ? 'waiting' : 'limit' }
  const end = machine.end ?? stopped
  const { instructions, iterations, deliveries, cycles } = cpu
  return { end, stateHash: machine.stateHash(nativeSha256), instructions, iterations, deliveries, cycles, ticks: machine.tick, ...(trace ? { traceHash: trace.close() } : {}) }
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
