import { decodeUtf8 } from '../base/bytes.ts'
import { monitorOf } from '../hypervisor/techniques/technique.ts'
import { Machine } from '../machine/board/machine.ts'
import { PORT } from '../machine/board/layout.ts'
import { vmProgram, type VmMachine } from './vm-machine.ts'

/** One phase of a boot, as the guest went through it. */
export interface BootRunPhase {
  readonly name: BootPhaseName
  readonly ticks: number
  /** What it printed on the serial line. */
  readonly text: string
}

/** What happened between power-on and login. */
export interface BootRun {
  /** In order; a boot that fails has no later ones. */
  readonly phases: readonly BootRunPhase[]
  /** The guest's last words when it did not come up. */
  readonly failure: string | null
  /** What did not work although the guest came up, in its words. */
  readonly complaints: readonly string[]
}

export type BootPhaseName = 'firmware' | 'boot loader' | 'kernel' | 'services'

/** Which phase begins with this progress code on port 0x80; `login` is the end. See boot-vm.asm and vm-kernel.asm. */
const BEGINS = new Map<number, BootPhaseName | 'login'>([[0x10, 'firmware'], [0x20, 'boot loader'], [0x30, 'kernel'], [0x40, 'services'], [0x42, 'login']])
/** A guest that has not come up by then never will. */
const MOST_TICKS = 400_000_000
/** Ticks in which the login prompt is printed. */
export const PROMPT_TICKS = 100_000
/** Runs that are remembered: a room has as many kinds of hardware, not as many VMs. */
const MOST_KEPT = 200
/** In place of the VM's own address and of its system's name, so that VMs share a run. Neither changes a tick before the login. */
const STATION = '02:00:00:00:00:00'
const SYSTEM = '<system>'
const PROCESSOR: VmMachine['cpu'] = { vendor: 'intel', model: '', flags: [] }

const kept = new Map<string, BootRun>()

/** Boots the machine from power-on to login. The same hardware gives the same run, which is therefore made once. */
export function bootRun(hardware: VmMachine): BootRun {
  // The guest does not ask what the processor is, and one that was not ported goes the same way under each monitor: neither matters here.
  const technique = hardware.technique === 'paravirtual' ? 'paravirtual' : 'native'
  const shared: VmMachine = { ...hardware, technique, cpu: PROCESSOR, mac: hardware.mac === null ? null : STATION, system: SYSTEM }
  const key = JSON.stringify(shared)
  const run = kept.get(key) ?? record(shared)
  kept.delete(key)
  kept.set(key, run)
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!)
  const named = (text: string): string => text.replaceAll(STATION, (hardware.mac ?? '').toUpperCase()).replaceAll(SYSTEM, hardware.system)
  return { ...run, phases: run.phases.map((phase) => ({ ...phase, text: named(phase.text) })) }
}

function record(hardware: VmMachine): BootRun {
  const { config } = vmProgram(hardware)
  const monitor = monitorOf(hardware.technique)
  return monitor ? new BootRecorder(new Machine({ ...config, monitor }), 'kernel', FIRST_WORDS).run() : new BootRecorder(new Machine(config), 'firmware').run()
}

/** A ported kernel has no ports to tell its phase by: the line with which one begins. */
const FIRST_WORDS: readonly (readonly [string, BootPhaseName | 'login'])[] = [['init: starting services\n', 'services'], ['\n', 'login']]
/** Ticks after which its lines are looked at. */
const LOOK_TICKS = 10_000

class BootRecorder {
  private readonly machine: Machine
  private readonly phases: BootRunPhase[] = []
  private name: BootPhaseName
  private text = ''
  /** How much of the text belongs to the phase that ends, where its lines tell. */
  private cut: number | undefined
  private since = 0
  private readonly firstWords: typeof FIRST_WORDS
  private next: BootPhaseName | 'login' | undefined

  constructor(machine: Machine, first: BootPhaseName, firstWords: typeof FIRST_WORDS = []) {
    this.machine = machine
    this.name = first
    this.firstWords = firstWords
    machine.onSerial = (bytes) => (this.text += decodeUtf8(bytes).replaceAll('\r', ''))
    const nothing = (): void => undefined
    machine.cpu.observer = {
      each: null, delivered: nothing, returned: nothing, gate: nothing, control: nothing, halted: nothing,
      port: (write, port, _size, value) => {
        if (!write || port !== PORT.post || !BEGINS.has(value)) return
        this.next = BEGINS.get(value)
        machine.requestStop()
      },
    }
  }

  run(): BootRun {
    const { machine } = this
    while (machine.end === null && machine.tick < MOST_TICKS && !this.atLogin) {
      machine.run(this.firstWords.length > 0 ? machine.tick + LOOK_TICKS : MOST_TICKS)
      this.readLines()
      if (this.next !== undefined && this.next !== 'login') this.begin(this.next)
    }
    const up = machine.end === null && this.atLogin
    const { tick } = machine
    if (up) machine.run(tick + PROMPT_TICKS)
    this.finish(tick)
    const lines = this.phases.flatMap(({ text }) => text.split('\n')).filter((line) => line !== '')
    return { phases: this.phases, failure: up ? null : this.lastWords(lines), complaints: up ? lines.filter((line) => line.includes(': failed')) : [] }
  }

  private readLines(): void {
    for (const [line, next] of this.firstWords) {
      const at = this.text.startsWith(line) ? 0 : this.text.indexOf(`\n${line}`) + 1
      if (next === this.name || (at === 0 && !this.text.startsWith(line))) continue
      this.next = next
      if (next !== 'login') this.cut = at
    }
  }

  private get atLogin(): boolean {
    return this.next === 'login'
  }

  private begin(name: BootPhaseName): void {
    if (this.machine.tick > this.since && name !== this.name) this.finish(this.machine.tick)
    this.name = name
    this.next = undefined
  }

  private finish(tick: number): void {
    const { text, cut = text.length } = this
    this.phases.push({ name: this.name, ticks: tick - this.since, text: text.slice(0, cut) })
    this.text = text.slice(cut)
    this.cut = undefined
    this.since = tick
  }

  private lastWords(lines: readonly string[]): string {
    const { end } = this.machine
    if (end?.kind === 'boot-failed') return end.message
    const last = lines.at(-1)
    if (end?.kind === 'shutdown') return `Triple fault: the processor shut down${last === undefined ? '.' : ` after "${last}".`}`
    return last ?? 'The machine says nothing.'
  }
}
