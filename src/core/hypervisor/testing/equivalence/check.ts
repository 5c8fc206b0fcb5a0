import type { MonitorPlan } from '../../../machine/board/executor.ts'
import { Random } from '../../../simulation/random.ts'
import { binaryTranslation } from '../../techniques/binary-translation/binary-translation.ts'
import { hardwareAssist } from '../../techniques/hardware-assist.ts'
import { randomKernel, type RandomKernel } from './kernel.ts'
import { makePieces, makePrelude, type Pieces } from './pieces.ts'
import { differences, Rig } from './rig.ts'

/** A kernel that comes to no end is compared where it is then. */
export const MOST_TICKS = 6000
/** Pieces of each ring in a supply, and kernels until the next one is made. */
const SUPPLY = 1500
const KERNELS_OF_SUPPLY = 10_000

export interface Counterexample {
  readonly technique: string
  readonly seed: string
  readonly number: number
  readonly differences: readonly string[]
  readonly parts: readonly string[]
}

export interface CheckReport {
  readonly kernels: number
  /** Runs under each technique: kernels whose programs look at the monitor are not for those that run programs directly. */
  readonly runs: Readonly<Record<string, number>>
  /** Guest instructions on bare metal. */
  readonly instructions: number
  readonly deliveries: number
  /** How kernels ended, by kind; `limit`: they did not. */
  readonly ends: Readonly<Record<string, number>>
  readonly counterexample: Counterexample | null
}

export interface TechniqueUnderTest {
  readonly name: string
  readonly plan: MonitorPlan
  /** Programs run directly, on a processor that tells them what is the monitor's. */
  readonly direct: boolean
}

/** Those that claim that an unmodified guest does what it does on bare metal. */
export const EQUIVALENT: readonly TechniqueUnderTest[] = [
  { name: 'hardware assist', plan: hardwareAssist(), direct: false },
  { name: 'binary translation', plan: binaryTranslation(), direct: true },
]

export interface CheckOptions {
  readonly seed: string
  /** Number of the first kernel, counted from 0, and how many. */
  readonly first?: number
  readonly count: number
  readonly techniques?: readonly TechniqueUnderTest[]
  readonly supply?: number
  /** After each thousand. */
  readonly onProgress?: (report: CheckReport) => void
}

/** Makes the kernels of a seed, each by its number alone. */
export class KernelSource {
  readonly prelude = makePrelude()
  readonly #seed: string
  readonly #supply: number
  #made = -1
  #pieces: Pieces = { kernel: [], user: [] }

  constructor(seed: string, supply: number) {
    this.#seed = seed
    this.#supply = supply
  }

  kernel(number: number, { sensitive = true, programs = true } = {}): RandomKernel {
    const supply = Math.floor(number / KERNELS_OF_SUPPLY)
    if (supply !== this.#made) this.#pieces = makePieces(new Random(`${this.#seed}/supply ${supply}`), this.#supply, this.prelude)
    this.#made = supply
    const random = new Random(`${this.#seed}/${number}`)
    return randomKernel(random, this.#pieces, this.prelude, { statements: 4 + random.below(12), leaks: random.below(8) === 0, sensitive, programs })
  }
}

/** Runs each kernel on bare metal and under each technique, until one ends differently. */
export function checkEquivalence({ seed, first = 0, count, techniques = EQUIVALENT, supply = SUPPLY, onProgress }: CheckOptions): CheckReport {
  const source = new KernelSource(seed, supply)
  const bare = new Rig(source.prelude, null)
  const rigs = techniques.map((technique) => ({ ...technique, rig: new Rig(source.prelude, technique.plan) }))
  const runs: Record<string, number> = Object.fromEntries(techniques.map(({ name }) => [name, 0]))
  const ends: Record<string, number> = {}
  const total = { instructions: 0, deliveries: 0 }
  const report = (kernels: number, counterexample: Counterexample | null): CheckReport => ({ kernels, runs, ...total, ends, counterexample })
  for (let number = first; number < first + count; number++) {
    const kernel = source.kernel(number)
    bare.load(kernel)
    const { instructions, deliveries } = bare.machine.cpu
    bare.run(MOST_TICKS)
    total.instructions += bare.machine.cpu.instructions - instructions
    total.deliveries += bare.machine.cpu.deliveries - deliveries
    const end = bare.machine.end?.kind ?? 'limit'
    ends[end] = (ends[end] ?? 0) + 1
    for (const { name, direct, rig } of rigs) {
      if (direct && kernel.leaks) continue
      runs[name]!++
      rig.load(kernel)
      // How a run is cut does not matter.
      if (number % 4 === 0) rig.run(number % 509)
      rig.run(MOST_TICKS)
      const found = differences(bare, rig)
      if (found.length > 0) return report(number - first + 1, { technique: name, seed, number, differences: found, parts: kernel.parts })
    }
    if ((number - first) % 1000 === 999) onProgress?.(report(number - first + 1, null))
  }
  return report(count, null)
}
