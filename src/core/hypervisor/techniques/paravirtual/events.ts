import type { Cpu } from '../../../machine/cpu/cpu.ts'
import { gpa } from '../../../machine/memory/addresses.ts'
import { BITMAP_BYTES, DOM0_BLOCK_PORT, ERROR, SHARED, VIRQ } from './abi.ts'
import { refuse } from './refusal.ts'

/** What a port is bound to. */
export type Binding = 'timer' | 'console' | 'block'

/** Ports that a guest may bind; its bitmaps would hold 1024. Port 0 is never used. */
const PORTS = 32

/** Event channels: bits in the shared page, and an upcall when one that is not masked is set. */
export class EventChannels {
  readonly #cpu: Cpu
  #page = 0
  #bindings: (Binding | null)[] = new Array<Binding | null>(PORTS).fill(null)

  constructor(cpu: Cpu) {
    this.#cpu = cpu
  }

  /** Takes a page of the guest's as the shared one: every port masked, upcalls masked. */
  begin(page: number): void {
    const { memory } = this.#cpu
    this.#page = page
    memory.copyIn(gpa(page), new Uint8Array(4096))
    memory.copyIn(gpa(page + SHARED.mask), new Uint8Array(BITMAP_BYTES).fill(0xff))
    this.masked = true
  }

  /** The byte that takes the part of IF, upside down. */
  get masked(): boolean {
    return this.#read(SHARED.upcallMask, 1) !== 0
  }

  set masked(value: boolean) {
    this.#write(SHARED.upcallMask, value ? 1 : 0, 1)
  }

  get pending(): boolean {
    return this.#read(SHARED.upcallPending, 1) !== 0
  }

  /** The address of a page fault. */
  set cr2(linear: number) {
    this.#write(SHARED.cr2, linear)
  }

  /** System time in nanoseconds and the time stamp at that moment; an odd version would say that they are being written. */
  showTime(nanoseconds: number, stamp: number): void {
    const wide = (at: number, value: number): void => {
      this.#write(at, value % 0x1_0000_0000 | 0)
      this.#write(at + 4, Math.floor(value / 0x1_0000_0000) | 0)
    }
    wide(SHARED.systemTime, nanoseconds)
    wide(SHARED.timeStamp, stamp)
    this.#write(SHARED.timeVersion, (this.#read(SHARED.timeVersion) + 2) | 0)
  }

  bindVirq(virq: number, vcpu: number): number {
    if (vcpu !== 0) refuse(ERROR.invalid, `there is no virtual processor ${vcpu >>> 0}`)
    if (virq !== VIRQ.timer && virq !== VIRQ.console) refuse(ERROR.invalid, `there is no virtual interrupt ${virq >>> 0}`)
    return this.#bind(virq === VIRQ.timer ? 'timer' : 'console')
  }

  bindInterdomain(domain: number, port: number): number {
    if (domain !== 0 || port !== DOM0_BLOCK_PORT) refuse(ERROR.invalid, `domain ${domain >>> 0} does not offer port ${port >>> 0}`)
    return this.#bind('block')
  }

  /** What a port that the guest signals leads to. */
  bindingOf(port: number): Binding {
    return this.#bindings[port >>> 0] ?? refuse(ERROR.invalid, `port ${port >>> 0} is not bound`)
  }

  unmask(port: number): void {
    this.bindingOf(port)
    const [word, bit] = [(port >>> 5) * 4, 1 << (port & 31)]
    this.#write(SHARED.mask + word, this.#read(SHARED.mask + word) & ~bit)
    if ((this.#read(SHARED.pending + word) & bit) !== 0) this.#select(port)
  }

  /** The event that a binding stands for has come. */
  raise(binding: Binding): void {
    const port = this.#bindings.indexOf(binding)
    if (port < 0) return
    const [word, bit] = [(port >>> 5) * 4, 1 << (port & 31)]
    const pending = this.#read(SHARED.pending + word)
    this.#write(SHARED.pending + word, pending | bit)
    if ((pending & bit) === 0 && (this.#read(SHARED.mask + word) & bit) === 0) this.#select(port)
  }

  save(): { readonly page: number; readonly bindings: readonly (Binding | null)[] } {
    return { page: this.#page, bindings: [...this.#bindings] }
  }

  load({ page, bindings }: ReturnType<EventChannels['save']>): void {
    this.#page = page
    this.#bindings = [...bindings]
  }

  #bind(binding: Binding): number {
    if (this.#bindings.includes(binding)) refuse(ERROR.busy, `${binding} is bound already`)
    const port = this.#bindings.indexOf(null, 1)
    this.#bindings[port] = binding
    return port
  }

  #select(port: number): void {
    this.#write(SHARED.pendingSelector, this.#read(SHARED.pendingSelector) | (1 << (port >>> 5)))
    this.#write(SHARED.upcallPending, 1, 1)
  }

  #read(offset: number, size = 4): number {
    return this.#cpu.memory.read(gpa(this.#page + offset), size)
  }

  #write(offset: number, value: number, size = 4): void {
    this.#cpu.memory.write(gpa(this.#page + offset), value, size)
  }
}
