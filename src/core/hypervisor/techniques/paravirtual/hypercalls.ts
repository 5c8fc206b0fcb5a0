import type { HypercallRecord } from '../../../machine/board/monitor-entry.ts'
import type { Cpu } from '../../../machine/cpu/cpu.ts'
import { CR0, CR0_TS, EAX, EBX, ECX, EDI, EDX, ESI, HALTED } from '../../../machine/cpu/layout.ts'
import { ERROR, HYPERCALL } from './abi.ts'
import type { Crossings } from './crossings.ts'
import type { GuestDescriptors } from './descriptors.ts'
import type { Dom0 } from './dom0.ts'
import type { EventChannels } from './events.ts'
import { checkRange, type GuestMemory } from './guest-memory.ts'
import type { MmuCalls } from './mmu-calls.ts'
import { refuse, Refusal } from './refusal.ts'

export interface HypercallParts {
  readonly cpu: Cpu
  readonly physical: Cpu
  readonly guest: GuestMemory
  readonly mmu: MmuCalls
  readonly descriptors: GuestDescriptors
  readonly crossings: Crossings
  readonly events: EventChannels
  readonly dom0: Dom0
}

type Call = (a: number, b: number, c: number, d: number) => number

const MULTICALL_BYTES = 32
const MOST_CALLS = 1024
const MOST_BYTES = 4096
const MOST_TIME_HIGH = 2 ** 20

/** What the guest may ask for, by number. Arguments are looked at before anything changes; what is refused returns a negative error number. */
export class Hypercalls {
  readonly #parts: HypercallParts
  readonly #record: (record: HypercallRecord) => void
  readonly #table: ReadonlyMap<number, readonly [string, Call]>

  constructor(parts: HypercallParts, record: (record: HypercallRecord) => void) {
    this.#parts = parts
    this.#record = record
    const { mmu, descriptors, crossings } = parts
    this.#table = new Map<number, readonly [string, Call]>([
      [HYPERCALL.setTrapTable, ['set_trap_table', (pointer) => crossings.setTrapTable(pointer)]],
      [HYPERCALL.mmuUpdate, ['mmu_update', (requests, count, done) => mmu.update(requests, count, done)]],
      [HYPERCALL.setGdt, ['set_gdt', (list, entries) => descriptors.set(list, entries)]],
      [HYPERCALL.stackSwitch, ['stack_switch', (selector, offset) => crossings.setStack(selector & 0xffff, offset)]],
      [HYPERCALL.setCallbacks, ['set_callbacks', (selector, offset) => crossings.setCallbacks(selector & 0xffff, offset)]],
      [HYPERCALL.fpuTaskSwitch, ['fpu_taskswitch', (set) => this.#setTaskSwitched(set !== 0)]],
      [HYPERCALL.updateVaMapping, ['update_va_mapping', (linear, value, high, flags) => mmu.updateMapping(linear, value, high, flags)]],
      [HYPERCALL.setTimer, ['set_timer_op', (low, high) => this.#setTimer(low, high)]],
      [HYPERCALL.consoleIo, ['console_io', (command, count, pointer) => this.#console(command, count, pointer)]],
      [HYPERCALL.mmuExtended, ['mmuext_op', (operations, count, done) => mmu.extended(operations, count, done)]],
      [HYPERCALL.scheduler, ['sched_op', (command, pointer) => this.#schedule(command, pointer)]],
      [HYPERCALL.eventChannel, ['event_channel_op', (command, pointer) => this.#eventChannel(command, pointer)]],
    ])
  }

  /** The one whose number is in EAX. Throws a `Refusal` only where there is nothing to return it to. */
  call(): void {
    const { s } = this.#parts.cpu
    if (s[EAX] === HYPERCALL.iret) return this.#parts.crossings.returnToGuest()
    const args = [EBX, ECX, EDX, ESI, EDI].map((register) => s[register]!)
    s[EAX] = s[EAX] === HYPERCALL.multicall ? this.#attempt('multicall', args, (list, count) => this.#multicall(list, count)) : this.#single(s[EAX]!, args)
  }

  #single(number: number, args: readonly number[]): number {
    const known = this.#table.get(number)
    if (!known) return this.#attempt(`hypercall ${number >>> 0}`, args, () => refuse(ERROR.notImplemented, 'there is no such hypercall'))
    return this.#attempt(known[0], args, known[1])
  }

  #attempt(name: string, args: readonly number[], call: Call): number {
    try {
      const result = call(args[0]!, args[1]!, args[2]!, args[3]!)
      this.#record({ name, args, result, denial: null })
      return result
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.#record({ name, args, result: -error.code, denial: error.message })
      return -error.code
    }
  }

  /** Calls of eight words: number, result, six arguments. */
  #multicall(list: number, count: number): number {
    if (count >>> 0 > MOST_CALLS) refuse(ERROR.invalid, `${count >>> 0} calls at once; the most is ${MOST_CALLS}`)
    checkRange(list, count * MULTICALL_BYTES)
    const { guest } = this.#parts
    for (let i = 0; i < count; i++) {
      const at = (list + i * MULTICALL_BYTES) | 0
      const args = [2, 3, 4, 5, 6].map((n) => guest.read((at + n * 4) | 0))
      guest.write((at + 4) | 0, this.#single(guest.read(at), args))
    }
    return 0
  }

  #setTaskSwitched(set: boolean): number {
    for (const { s } of [this.#parts.cpu, this.#parts.physical]) s[CR0] = set ? s[CR0]! | CR0_TS : s[CR0]! & ~CR0_TS
    return 0
  }

  /** Nanoseconds of system time; 0: no event. */
  #setTimer(low: number, high: number): number {
    if (high >>> 0 >= MOST_TIME_HIGH) refuse(ERROR.invalid, 'a time that this machine will not see')
    const { dom0, events } = this.#parts
    if (dom0.timer.set((high >>> 0) * 0x1_0000_0000 + (low >>> 0))) events.raise('timer')
    return 0
  }

  /** 0 writes bytes, 1 reads what was typed: how many that were. */
  #console(command: number, count: number, pointer: number): number {
    if (command !== 0 && command !== 1) refuse(ERROR.notImplemented, `there is no console command ${command >>> 0}`)
    if (count >>> 0 > MOST_BYTES) refuse(ERROR.invalid, `${count >>> 0} bytes at once; the most is ${MOST_BYTES}`)
    checkRange(pointer, count)
    const { guest, dom0 } = this.#parts
    if (command === 0) {
      dom0.write(guest.bytes(pointer, count))
      return count
    }
    const typed = dom0.take(count)
    typed.forEach((byte, i) => guest.write((pointer + i) | 0, byte, 1))
    return typed.length
  }

  #schedule(command: number, pointer: number): number {
    const { cpu, guest, events, dom0 } = this.#parts
    switch (command) {
      // Nobody else wants the processor.
      case 0: return 0
      case 1:
        events.masked = false
        if (events.pending) return 0
        cpu.s[HALTED] = 1
        cpu.observer?.halted()
        return 0
      case 2:
        dom0.shutdown(guest.read(pointer))
        return 0
      default: return refuse(ERROR.notImplemented, `there is no scheduler operation ${command >>> 0}`)
    }
  }

  #eventChannel(command: number, pointer: number): number {
    const { guest, events, dom0 } = this.#parts
    const word = (n: number): number => guest.read((pointer + n * 4) | 0)
    switch (command) {
      case 0:
        guest.write((pointer + 8) | 0, events.bindInterdomain(word(0) & 0xffff, word(1)))
        return 0
      case 1:
        guest.write((pointer + 8) | 0, events.bindVirq(word(0), word(1)))
        return 0
      case 4:
        if (events.bindingOf(word(0)) === 'block') dom0.block.kick()
        return 0
      case 9:
        events.unmask(word(0))
        return 0
      default: return refuse(ERROR.notImplemented, `there is no event channel operation ${command >>> 0}`)
    }
  }
}
