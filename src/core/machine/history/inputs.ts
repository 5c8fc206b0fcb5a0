import type { Machine } from '../board/machine.ts'

/** What comes into a machine from outside: all that a run does not make itself. */
export type Input =
  | { readonly kind: 'serial'; readonly bytes: Uint8Array }
  | { readonly kind: 'key'; readonly code: number; readonly down: boolean }

/** Inputs in the order in which they were given, with their ticks, and how many of them the machine has had. */
export class InputLog {
  readonly #inputs: { readonly tick: number; readonly input: Input }[] = []
  #given = 0

  get given(): number {
    return this.#given
  }

  /** Tick of the next input that the machine has not had; Infinity: none. */
  get next(): number {
    return this.#inputs[this.#given]?.tick ?? Infinity
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
      if (input.kind === 'serial') machine.typeSerial(input.bytes)
      else machine.key(input.code, input.down)
    }
  }
}
