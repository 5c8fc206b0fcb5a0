import { type CycleAccount, COST_PARTS } from '../../../../protocol/costs.ts'
import { assemble } from '../../../machine/assembler/assemble.ts'
import { Machine } from '../../../machine/board/machine.ts'
import { accountOf, costLines } from '../../../machine/cpu/costs/account.ts'
import type { CostTable } from '../../../machine/cpu/costs/presets.ts'
import { GUEST_LIBRARY } from '../../../machine/guests/library.ts'
import { monitorOf } from '../../techniques/technique.ts'
import frame from './frame.asm?raw'
import { type Compared, MONITORS, type Operation } from './operations.ts'

/** Rounds of the two runs whose difference counts: what comes once, a translation, a first fault, is behind by then. */
const FEW = 100
const MANY = 300
const MEMORY_MIB = 2
const MOST_TICKS = 1_000_000

export const totalOf = (account: CycleAccount): number => COST_PARTS.reduce((sum, part) => sum + account[part], 0)

/** The benchmarks' runs: each is made once, however often it is priced. */
export class Runs {
  readonly #images = new Map<string, Uint8Array>()
  readonly #counts = new Map<string, Float64Array>()

  /** What one operation costs under a technique, in cycles, by who spends them: the difference between many and few, less that of empty loops. */
  costOf({ name, ring }: Operation, technique: Compared, costs: CostTable): CycleAccount {
    const counts = this.#further(name, ring, technique)
    const empty = this.#further('NOTHING', ring, technique)
    return accountOf(costLines(counts.map((count, at) => (count - empty[at]!) / (MANY - FEW)), costs))
  }

  #further(operation: string, ring: 0 | 3, technique: Compared): Float64Array {
    const key = `${operation} ${ring} ${technique}`
    const known = this.#counts.get(key)
    if (known) return known
    const [few, many] = [this.#counted(operation, ring, FEW, technique), this.#counted(operation, ring, MANY, technique)]
    const counts = many.map((count, at) => count - few[at]!)
    this.#counts.set(key, counts)
    return counts
  }

  /** All that was counted in a run, which ends by itself. */
  #counted(operation: string, ring: 0 | 3, rounds: number, technique: Compared): Float64Array {
    const { technique: name, memory } = MONITORS[technique]
    const monitor = monitorOf(name, memory && { memory })
    const machine = new Machine({ memoryMiB: MEMORY_MIB, boot: { kind: 'multiboot', image: this.#image(operation, ring, rounds) }, ...(monitor && { monitor }) })
    machine.run(MOST_TICKS)
    if (machine.end?.kind !== 'exit') throw new Error(`The nanobenchmark ${operation} did not end under ${technique}, but: ${machine.end?.kind ?? 'still running'}`)
    return machine.executor.physical.counted
  }

  #image(operation: string, ring: 0 | 3, rounds: number): Uint8Array {
    const definitions = `%define ROUNDS ${rounds}\n%define OPERATION ${operation}\n%define IN_RING_3 ${ring === 3 ? 1 : 0}\n`
    const known = this.#images.get(definitions)
    if (known) return known
    const { ok, image, messages } = assemble(definitions + frame, { include: (file) => GUEST_LIBRARY.get(file) ?? null })
    if (!ok) throw new Error(`The nanobenchmark does not assemble: ${messages.map(({ line, message }) => `${line}: ${message}`).join('; ')}`)
    this.#images.set(definitions, image)
    return image
  }
}
