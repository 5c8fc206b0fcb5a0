import type { MachineInput } from '../../../protocol/comparison.ts'
import type { Machine } from '../board/machine.ts'
import { poke } from './poke.ts'

/** What comes into a machine from outside: all that a run does not make itself. */
export type Input = MachineInput

export interface TimedInput { readonly tick: number; readonly input: Input }

/** Inputs in the order in which they were given, with their ticks, and how many of them the machine has had. */
export class InputLog {
  readonly #inputs: TimedInput[] = []
  #given = 0

  get given(): number {
    return this.#given
  }

  /** Tick of the next input that the machine has not had; Infinity: none. */
  get next(): number {
    return this.#inputs[this.#given]?.tick ?? Infinity
  }

  /** Those that the machine has had. */
  get past(): readonly TimedInput[] {
    return this.#inputs.slice(0, this.#given)
  }

  /** What another run of the same machine was given, for one that stands at its start. */
  adopt(inputs: readonly TimedInput[]): void {
    this.#inputs.push(...inputs)
  }

  /** The machine stands where it has had so many. */
  rewind(given: number): void {
    this.#given = given
  }

  /** Something new; inputs that the machine has not had yet will never be. */
  add(machine: Machine, input: Input): void {
    this.#inputs.length = this.#given
    this.#inputs.push({ tick: machine.tick, input })
    this.give(machine)
  }

  /** Gives the machine all inputs whose tick has come. */
  give(machine: Machine): void {
    while (this.next <= machine.tick) {
      const { input } = this.#inputs[this.#given++]!
      if (input.kind === 'serial') machine.typeSerial(Uint8Array.from(input.bytes))
      else if (input.kind === 'key') machine.key(input.code, input.down)
      else poke(machine, input.place, input.value)
    }
  }
}
