import type { Cpu } from '../../machine/cpu/cpu.ts'
import { run } from '../../machine/cpu/interpreter.ts'
import { CPL } from '../../machine/cpu/layout.ts'
import type { PhysicalMemory } from '../../machine/memory/physical-memory.ts'
import { makeHostCpu } from '../cpu/host-cpu.ts'
import { WorldSwitch } from '../cpu/world-switch.ts'
import { OWN_BYTES } from './layout.ts'

/** The physical processor with a guest on it in a ring where it cannot do harm, and the way between the two. */
export class Deprivileged {
  readonly physical: Cpu
  readonly worlds: WorldSwitch
  readonly #virtual: Cpu
  readonly #kernelRing: 1 | 3

  /** @param base host-physical address of the monitor's own pages. @param kernelRing where the guest's ring 0 runs. */
  constructor(virtual: Cpu, host: PhysicalMemory, base: number, kernelRing: 1 | 3) {
    this.#virtual = virtual
    this.#kernelRing = kernelRing
    this.physical = makeHostCpu(host, base, base + OWN_BYTES)
    this.physical.cpuid = virtual.cpuid
    this.physical.costs = virtual.costs
    virtual.elsewhere = this.physical
    this.worlds = new WorldSwitch(virtual, this.physical, base, kernelRing)
    // Whoever arrives in ring 0 has come to the monitor.
    const arrived = (): void => this.physical.stopBy(this.physical.moment)
    const nothing = (): void => undefined
    this.physical.observer = { delivered: arrived, returned: nothing, gate: nothing, port: nothing, control: nothing, halted: nothing }
  }

  /**
   * Runs the guest for at most so many instructions. Answers the vector that ended it, or null; its state is back in the virtual processor. 'shutdown': the host
   * itself is down, because a guest has destroyed what the processor needs to arrive.
   */
  execute(most: number): number | 'shutdown' | null {
    const { physical } = this
    const virtual = this.#virtual
    if (this.#kernelRing === 3) physical.kernelInRing3 = virtual.s[CPL] !== 3
    this.worlds.enter()
    const { instructions, iterations } = physical
    const stop = run(physical, most)
    virtual.instructions += physical.instructions - instructions
    virtual.iterations += physical.iterations - iterations
    const vector = this.worlds.leave()
    return stop === 'shutdown' ? stop : vector
  }

  save(): ReturnType<Cpu['save']> {
    return this.physical.save()
  }

  load(snapshot: ReturnType<Cpu['save']>): void {
    this.physical.load(snapshot)
    this.worlds.reset()
  }
}
