import { expect, test } from 'vitest'
import { Random } from '../../simulation/random.ts'
import { type Levels, nestedWalk, type NestedTables, referencesOf } from './nested-walk.ts'

const LEVELS: readonly Levels[] = [0, 2, 3, 4]
const PAIRS = LEVELS.flatMap((guest) => LEVELS.map((nested) => [guest, nested] as const))
const TABLES = process.env['GLASSHOUSE_THOROUGH'] === '1' ? 200 : 15
const ADDRESSES = 16

/** What large pages may cover, by levels of tables: bits of the address that they keep. */
const LARGE_BITS: Readonly<Record<Levels, readonly number[]>> = { 0: [], 2: [22], 3: [21], 4: [21, 30] }

/**
 * Mappings as a person would write them down, page by page, and tables made of them: the reference. Each page that is mapped is at the end of a chain of entries; nothing else is present.
 */
class Side {
  /** Pages: first address, size in bits, where they lead. */
  readonly pages: { readonly from: bigint; readonly bits: number; readonly to: bigint }[] = []
  readonly root: bigint
  readonly #levels: Levels
  readonly #allocate: () => bigint
  readonly #tables = new Map<string, bigint>()
  readonly #write: (at: bigint, bytes: 4 | 8, entry: bigint) => void

  constructor(levels: Levels, allocate: () => bigint, write: (at: bigint, bytes: 4 | 8, entry: bigint) => void) {
    this.#levels = levels
    this.#allocate = allocate
    this.#write = write
    this.root = levels === 0 ? 0n : allocate()
  }

  /** Where an address leads; null: nowhere. */
  find(address: bigint): { readonly to: bigint; readonly bits: number } | null {
    if (this.#levels === 0) return { to: address, bits: 12 }
    const page = this.pages.find(({ from, bits }) => address >> BigInt(bits) === from >> BigInt(bits))
    return page ? { to: page.to + (address - page.from), bits: page.bits } : null
  }

  /** False: something is mapped there already. */
  map(from: bigint, to: bigint, bits: number): boolean {
    const overlaps = this.pages.some((page) => from >> BigInt(Math.max(bits, page.bits)) === page.from >> BigInt(Math.max(bits, page.bits)))
    if (overlaps) return false
    const [bytes, step] = this.#levels === 2 ? [4 as const, 10] : [8 as const, 9]
    let table = this.root
    for (let shift = 12 + (this.#levels - 1) * step; ; shift -= step) {
      const at = table + ((from >> BigInt(shift)) % (1n << BigInt(step))) * BigInt(bytes)
      if (shift === bits) {
        this.#write(at, bytes, to | (bits > 12 ? 0x81n : 1n))
        break
      }
      const key = `${shift} ${from >> BigInt(shift)}`
      table = this.#tables.get(key) ?? this.#allocate()
      if (!this.#tables.has(key)) this.#write(at, bytes, table | 1n)
      this.#tables.set(key, table)
    }
    this.pages.push({ from, bits, to })
    return true
  }
}

function below(random: Random, bits: number): bigint {
  return ((BigInt(random.uint32()) << 32n) | BigInt(random.uint32())) & ((1n << BigInt(bits)) - 1n)
}

const addressBits = (levels: Levels): number => (levels === 4 ? 48 : 32)

test.each(PAIRS)('%i levels of the guest on %i nested ones: random tables lead where their mappings say, by (g+1)(n+1)−1 references', (guestLevels, nestedLevels) => {
  const random = new Random(`${guestLevels} ${nestedLevels}`)
  const ends = new Set<string>()
  for (let n = 0; n < TABLES; n++) {
    const memory = new Map<bigint, bigint>()
    let free = 0x10_0000n
    const frame = (): bigint => (free += 0x1000n)
    const nested = new Side(nestedLevels, frame, (at, _, entry) => void memory.set(at, entry))
    /** A page of the guest's, mapped somewhere, if it was not. */
    const back = (page: bigint): bigint => {
      const bits = [12, 12, ...LARGE_BITS[nestedLevels]][random.below(2 + LARGE_BITS[nestedLevels].length)]!
      const size = 1n << BigInt(bits)
      if (!nested.find(page) && nestedLevels > 0 && !nested.map(page - (page % size), bits === 12 ? frame() : below(random, 32 - bits) * size, bits)) nested.map(page, frame(), 12)
      return page
    }
    const guest = new Side(guestLevels, () => back(below(random, 20) << 12n), (at, _, entry) => void memory.set(nested.find(at)!.to, entry))
    for (let pages = 1 + random.below(8); pages > 0 && guestLevels > 0; pages--) {
      const bits = [12, 12, ...LARGE_BITS[guestLevels]][random.below(2 + LARGE_BITS[guestLevels].length)]!
      const from = below(random, addressBits(guestLevels) - bits) << BigInt(bits)
      guest.map(from, below(random, 32 - bits) << BigInt(bits), bits)
    }
    const tables: NestedTables = { guest: guestLevels, nested: nestedLevels, guestRoot: guest.root, nestedRoot: nested.root, read: (at) => memory.get(at) ?? 0n }
    for (let tries = 0; tries < ADDRESSES; tries++) {
      const page = guest.pages[random.below(Math.max(guest.pages.length, 1))]
      const linear = page && random.below(4) > 0 ? page.from + below(random, page.bits) : below(random, guestLevels === 0 ? 32 : addressBits(guestLevels))
      const middle = guest.find(linear)
      if (middle && random.below(4) > 0) back(middle.to - (middle.to % 0x1000n))
      const end = middle && nested.find(middle.to)
      const walk = nestedWalk(tables, linear)
      ends.add(walk.kind)
      expect(walk.kind).toBe(end ? 'page' : middle ? 'violation' : 'page-fault')
      if (walk.kind !== 'page') continue
      expect([walk.guestPhysical, walk.physical]).toEqual([middle!.to, end!.to])
      for (const { at, entry } of walk.references) expect(memory.get(at)).toBe(entry)
      // Without large pages on the way it is the formula.
      const guestDepth = guestLevels === 0 ? 0 : guestLevels - (middle!.bits - 12) / (guestLevels === 2 ? 10 : 9)
      const walks = walk.references.filter(({ side }) => side === 'guest').length
      expect(walks).toBe(guestDepth)
      if (nested.pages.every(({ bits }) => bits === 12)) expect(walk.references.length).toBe(referencesOf(guestDepth, nestedLevels))
      else expect(walk.references.length).toBeLessThanOrEqual(referencesOf(guestDepth, nestedLevels))
    }
  }
  expect(ends.has('page')).toBe(true)
  if (guestLevels > 0) expect(ends.has('page-fault')).toBe(true)
})

test.each([[2, 2, 8], [2, 3, 11], [2, 4, 14], [3, 3, 15], [3, 4, 19], [4, 3, 19], [4, 4, 24], [4, 0, 4], [0, 4, 4]] as const)('%i on %i levels: %i references', (guest, nested, count) => {
  expect(referencesOf(guest, nested)).toBe(count)
})
