import type { Cpu } from '../../../machine/cpu/cpu.ts'
import { DONE, ITERATIONS } from '../../../machine/cpu/layout.ts'
import type { Cause, CpuObserver } from '../../../machine/cpu/observer.ts'
import { showState } from './guest-state.ts'
import type { HostOwned } from './start-vmx.ts'

interface Counts { readonly instructions: number; readonly iterations: number; readonly deliveries: number }

/**
 * What happens in the guest while it runs on the physical processor, told to whoever watches the one that it believes in, with that one's state and counts as they
 * would be. Without a watcher nobody is told, and nothing is carried over.
 */
export class GuestObserver implements CpuObserver {
  readonly #virtual: Cpu
  readonly #physical: Cpu
  readonly #owned: HostOwned
  readonly #each = (): void => {
    const { ring, observer } = this.#virtual
    this.#show()
    ring?.take()
    observer?.each?.()
    this.#stop()
  }
  /** The physical processor's counts that the virtual one has already. */
  #counted: Counts = { instructions: 0, iterations: 0, deliveries: 0 }

  constructor(virtual: Cpu, physical: Cpu, owned: HostOwned) {
    this.#virtual = virtual
    this.#physical = physical
    this.#owned = owned
  }

  /** Before the guest runs. */
  attach(): void {
    this.#counted = this.#counts()
    const watched = this.#virtual.observer !== null || this.#virtual.ring !== null
    this.#physical.observer = watched ? this : null
  }

  /** What the guest has done since then counts. */
  count(): void {
    const virtual = this.#virtual
    const now = this.#counts()
    virtual.instructions += now.instructions - this.#counted.instructions
    virtual.iterations += now.iterations - this.#counted.iterations
    virtual.deliveries += now.deliveries - this.#counted.deliveries
    this.#counted = now
  }

  get each(): (() => void) | null {
    const { ring, observer } = this.#virtual
    return ring || observer?.each ? this.#each : null
  }

  delivered(cause: Cause, vector: number, error: number, fromCpl: number): void {
    // An interrupt's delivery counts after it is told; one that a VM entry brings has been counted.
    const ahead = cause === 'interrupt' ? 1 : 0
    this.#tell((observer) => {
      this.#virtual.deliveries -= ahead
      observer.delivered(cause, vector, error, fromCpl)
      this.#virtual.deliveries += ahead
    })
  }

  returned(fromCpl: number): void {
    this.#tell((observer) => observer.returned(fromCpl))
  }

  gate(fromCpl: number): void {
    this.#tell((observer) => observer.gate(fromCpl))
  }

  port(write: boolean, port: number, size: number, value: number): void {
    this.#tell((observer) => observer.port(write, port, size, value))
  }

  control(name: 'cr0' | 'cr3' | 'cr4' | 'gdtr' | 'idtr' | 'ldtr' | 'tr', before: number, after: number): void {
    const hidden = name === 'cr0' ? this.#owned.cr0 : name === 'cr4' ? this.#owned.cr4 : 0
    this.#tell((observer) => observer.control(name, before & ~hidden, after & ~hidden))
  }

  halted(): void {
    this.#tell((observer) => observer.halted())
  }

  #tell(what: (observer: CpuObserver) => void): void {
    const { observer } = this.#virtual
    if (!observer) return
    this.#show()
    what(observer)
    this.#stop()
  }

  /** The physical processor's, also while an instruction's handler runs. */
  #counts(): Counts {
    const { instructions, iterations, deliveries, s } = this.#physical
    return { instructions: instructions + s[DONE]!, iterations: iterations + s[ITERATIONS]!, deliveries }
  }

  #show(): void {
    this.count()
    showState(this.#virtual, this.#physical, this.#owned)
  }

  /** A watcher may want to stop. */
  #stop(): void {
    const [virtual, physical] = [this.#virtual, this.#physical]
    if (virtual.moment >= virtual.stopAt) physical.stopBy(physical.moment)
  }
}
