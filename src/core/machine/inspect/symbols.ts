/** Farther than this from the nearest symbol before it, an address has no name. */
const FARTHEST = 0x1_0000

/** Names of a program's addresses. */
export class SymbolTable {
  readonly #addresses: readonly number[]
  readonly #names: readonly string[]
  readonly #byName: ReadonlyMap<string, number>

  /** @param symbols linear addresses by name; of several names for one address the first counts. */
  constructor(symbols: ReadonlyMap<string, number> = new Map()) {
    const first = new Map<number, string>()
    for (const [name, address] of symbols) if (!first.has(address)) first.set(address, name)
    this.#addresses = [...first.keys()].sort((a, b) => a - b)
    this.#names = this.#addresses.map((address) => first.get(address)!)
    this.#byName = symbols
  }

  /** Address of a name. */
  address(name: string): number | undefined {
    return this.#byName.get(name)
  }

  /** `name` or `name+12`; null where no symbol is near. */
  at(address: number): string | null {
    const n = this.#before(address)
    if (n < 0) return null
    const distance = address - this.#addresses[n]!
    if (distance > FARTHEST) return null
    return distance === 0 ? this.#names[n]! : `${this.#names[n]!}+${distance}`
  }

  /** Whether a symbol stands at this very address. */
  begins(address: number): boolean {
    const n = this.#before(address)
    return n >= 0 && this.#addresses[n] === address
  }

  /** Place of the last symbol at or before an address; -1: none. */
  #before(address: number): number {
    let [low, high] = [0, this.#addresses.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#addresses[middle]! <= address) low = middle + 1
      else high = middle
    }
    return low - 1
  }
}
