/**
 * What an expression is worth: a number of 64 bits, plus multiples of registers and of section bases (terms by name; a section's begins with `@`).
 * A symbol that is not defined yet makes all of it unknown.
 */
export interface Value {
  readonly n: bigint
  readonly terms: ReadonlyMap<string, bigint>
  readonly unknown: boolean
  /** Registers only, without a number: NASM's choice of base and index depends on it. */
  readonly bare?: boolean
}

const NO_TERMS: ReadonlyMap<string, bigint> = new Map()
export const UNKNOWN: Value = { n: 0n, terms: NO_TERMS, unknown: true }

export const scalar = (n: bigint): Value => ({ n: BigInt.asIntN(64, n), terms: NO_TERMS, unknown: false })
/** The base of a section, and the offset in it. */
export const term = (name: string, n = 0n): Value => ({ n, terms: new Map([[name, 1n]]), unknown: false })
export const registerValue = (name: string): Value => ({ n: 0n, terms: new Map([[name, 1n]]), unknown: false, bare: true })

/** A number without registers and sections, known now. */
export const isScalar = (value: Value): boolean => !value.unknown && value.terms.size === 0
export const isRegister = (name: string): boolean => !name.startsWith('@')
export const hasRegisters = (value: Value): boolean => [...value.terms.keys()].some(isRegister)

/** a + factor × b. */
export function combine(a: Value, b: Value, factor: bigint): Value {
  if (a.terms.size === 0 && b.terms.size === 0) return { n: BigInt.asIntN(64, a.n + factor * b.n), terms: NO_TERMS, unknown: a.unknown || b.unknown }
  const terms = new Map(a.terms)
  for (const [name, count] of b.terms) {
    const sum = (terms.get(name) ?? 0n) + factor * count
    if (sum === 0n) terms.delete(name)
    else terms.set(name, sum)
  }
  const n = BigInt.asIntN(64, a.n + factor * b.n)
  const bare = (a.bare ?? false) === (b.bare ?? false) && ((a.bare ?? false) || n === 0n)
  return { n, terms, unknown: a.unknown || b.unknown, bare }
}

/** Whether terms of the two meet and do not cancel each other: NASM forgets then which register was to be the base. */
export function meet(a: Value, b: Value, factor: bigint): boolean {
  if (!a.bare && !b.bare && BigInt.asIntN(64, a.n + factor * b.n) !== 0n) return true
  return [...b.terms].some(([name, count]) => (a.terms.has(name) ? a.terms.get(name)! + factor * count !== 0n : false))
}

/** value × factor. */
export const scale = (value: Value, factor: bigint): Value => ({ ...combine(scalar(0n), value, factor), bare: value.bare ?? false })

export const sameValue = (a: Value, b: Value): boolean =>
  a.n === b.n && a.terms.size === b.terms.size && [...a.terms].every(([name, count]) => b.terms.get(name) === count)
