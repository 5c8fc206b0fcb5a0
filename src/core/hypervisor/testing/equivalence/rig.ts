import type { MonitorPlan } from '../../../machine/board/executor.ts'
import { saveDevices } from '../../../machine/board/devices.ts'
import { Machine, type MachineSnapshot } from '../../../machine/board/machine.ts'
import { eflags } from '../../../machine/cpu/flags.ts'
import { CHECKS, CPL, CR0, DR0, EIP, HALTED, IDT_LIMIT, INTR, SELECTORS, SHADOW, SYSENTER_CS } from '../../../machine/cpu/layout.ts'
import { gpa } from '../../../machine/memory/addresses.ts'
import { PAGE_SIZE } from '../../../machine/memory/physical-memory.ts'
import type { RandomKernel } from './kernel.ts'
import { CODE, type Prelude } from './pieces.ts'

const MEMORY_MIB = 2
/** Of the timer: a clock of its is two thirds of a tick. */
const TICKS_PER_SECOND = 800_000
/** The prelude takes fewer. */
const MOST_PRELUDE_TICKS = 20_000

/**
 * One machine for many kernels: after the prelude, once, its state and memory are kept, and each kernel begins there. A million machines would be made in days,
 * this takes back only the pages that a kernel has written.
 */
export class Rig {
  readonly machine: Machine
  readonly #snapshot: MachineSnapshot
  readonly #memory: Uint8Array
  readonly #entry: number
  /** Pages written since the snapshot, of the host's whole memory. */
  #dirty: readonly number[] = []
  #devices: string | null = null

  /** @param monitor null: bare metal. */
  constructor({ image, symbols }: Prelude, monitor: MonitorPlan | null) {
    this.machine = new Machine({ memoryMiB: MEMORY_MIB, ticksPerSecond: TICKS_PER_SECOND, boot: { kind: 'multiboot', image }, ...(monitor && { monitor }) })
    const { machine } = this
    this.#entry = symbols.get('entry')!
    const launch = symbols.get('launch')!
    while (machine.cpu.s[EIP] !== launch && machine.tick < MOST_PRELUDE_TICKS) machine.run(machine.tick + 1)
    if (machine.cpu.s[EIP] !== launch) throw new Error('The prelude did not come to its end.')
    this.#memory = machine.host.bytes.slice()
    this.#snapshot = machine.save()
    machine.host.takeDirty()
  }

  /** Back to the end of the prelude, with this kernel to come. */
  load({ code, entry }: RandomKernel): void {
    const { machine } = this
    const { host } = machine
    for (const page of new Set([...this.#dirty, ...host.takeDirty()])) host.copyIn(gpa(page * PAGE_SIZE), this.#memory.subarray(page * PAGE_SIZE, (page + 1) * PAGE_SIZE))
    host.takeDirty()
    machine.load(this.#snapshot)
    host.copyIn(gpa(CODE), code)
    host.write(gpa(this.#entry), entry, 4)
    this.#dirty = []
  }

  /** Ticks since the end of the prelude. */
  run(ticks: number): void {
    this.machine.run(this.start + ticks)
    this.#devices = null
    this.#dirty = [...new Set([...this.#dirty, ...this.machine.host.takeDirty()])]
  }

  /** What the devices remember, as text. */
  get devices(): string {
    return (this.#devices ??= JSON.stringify(saveDevices(this.machine.devices)))
  }

  /** Tick at the end of the prelude. */
  get start(): number {
    const { cpu, idle } = this.#snapshot
    return cpu.instructions + cpu.deliveries + idle
  }

  /** Pages of the guest's that the kernel has written. */
  get written(): readonly number[] {
    const pages = this.machine.memory.size / PAGE_SIZE
    return this.#dirty.filter((page) => page < pages)
  }
}

/** What differs between two runs of a kernel for whoever can look at all that guests can find out, but the time stamp counter; empty: nothing. As `guestState`, but fast. */
export function differences(one: Rig, other: Rig): readonly string[] {
  const found: string[] = []
  const compare = (what: string, a: unknown, b: unknown): void => {
    if (a !== b) found.push(`${what}: ${hex(a)}, not ${hex(b)}`)
  }
  const [a, b] = [other.machine, one.machine]
  compare('tick', a.tick, b.tick)
  compare('end', JSON.stringify(a.end), JSON.stringify(b.end))
  for (const count of ['instructions', 'iterations', 'deliveries'] as const) compare(count, a.cpu[count], b.cpu[count])
  compare('flags', eflags(a.cpu.s), eflags(b.cpu.s))
  for (const [from, to] of WORDS) for (let i = from; i < to; i++) if (a.cpu.s[i] !== b.cpu.s[i]) compare(`word ${i}`, a.cpu.s[i], b.cpu.s[i])
  compare('devices', other.devices, one.devices)
  for (const page of new Set([...one.written, ...other.written])) if (!samePage(a.memory.bytes, b.memory.bytes, page)) found.push(`page ${hex(page * PAGE_SIZE)}`)
  return found
}

const WORDS = [[0, 8], [EIP, EIP + 1], [CPL, CPL + 1], [SHADOW, SHADOW + 1], [HALTED, HALTED + 1], [INTR, INTR + 1], [CR0, IDT_LIMIT + 1], [DR0, DR0 + 8], [SYSENTER_CS, SYSENTER_CS + 3], [SELECTORS, CHECKS]] as const

const hex = (value: unknown): string => (typeof value === 'number' ? `0x${(value >>> 0).toString(16)}` : String(value))

function samePage(a: Uint8Array, b: Uint8Array, page: number): boolean {
  const words = (bytes: Uint8Array): Int32Array => new Int32Array(bytes.buffer, bytes.byteOffset + page * PAGE_SIZE, PAGE_SIZE / 4)
  const [left, right] = [words(a), words(b)]
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false
  return true
}
