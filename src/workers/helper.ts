import type { Classification, MendName } from '../protocol/classifier.ts'
import type { MachineRequestName, MachineRequestParams } from '../protocol/machine.ts'
import { Failure } from '../core/base/failure.ts'
import { classify } from '../core/hypervisor/classifier/classify.ts'
import { failuresOf } from '../core/hypervisor/classifier/failures.ts'
import { Scoreboard } from '../core/hypervisor/comparison/scoreboard.ts'
import { SEVENTEEN } from '../core/hypervisor/classifier/seventeen.ts'
import { assembleAnswer } from '../core/machine/desk/open-program.ts'
import { ComparisonDesk } from './comparison-desk.ts'
import type { Served } from './machine-thread.ts'
import { nativeSha256 } from './platform.ts'

/** A thread without a machine: assembles and tells what is wrong with a program, classifies the instruction set, runs the guests of the seventeen, or compares machines of its own. */
export class Helper implements Served {
  readonly running = false
  readonly seconds = 0
  readonly #comparison = new ComparisonDesk()
  readonly #scoreboard = new Scoreboard(nativeSha256)
  readonly #classified = new Map<string, Classification>()

  request(name: MachineRequestName, params: unknown): unknown {
    switch (name) {
      case 'machine.assemble': return assembleAnswer((params as MachineRequestParams<'machine.assemble'>).source)
      case 'classifier.classify': return this.#classify((params as MachineRequestParams<'classifier.classify'>).mends)
      case 'classifier.guests': return { guests: SEVENTEEN }
      case 'classifier.failures': {
        const { key } = params as MachineRequestParams<'classifier.failures'>
        const guest = SEVENTEEN.find((known) => known.key === key)
        if (!guest) throw new Failure('not-found', `There is no guest "${key}" among the seventeen.`)
        return failuresOf(guest)
      }
      case 'lockstep.open':
      case 'lockstep.go':
      case 'lockstep.on': return this.#comparison.request(name, params)
      case 'scoreboard.run': {
        const { workload, technique, costs } = params as MachineRequestParams<'scoreboard.run'>
        return this.#scoreboard.cell(workload, technique, costs)
      }
      default: throw new Failure('invalid', `${name} needs a machine.`)
    }
  }

  slice(): boolean {
    return false
  }

  state(): never {
    throw new Error('there is no machine here')
  }

  /** There are sixteen answers at most. */
  #classify(mends: readonly MendName[]): Classification {
    const key = [...new Set(mends)].sort().join()
    const known = this.#classified.get(key) ?? classify({ mends })
    this.#classified.set(key, known)
    return known
  }
}
