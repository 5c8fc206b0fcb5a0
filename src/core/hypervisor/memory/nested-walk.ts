/**
 * The two-dimensional walk, as a model of its own beside the processor's: a guest's tables of any number of levels, whose addresses are translated by nested tables of any number of levels
 * (SDM 3C 29.3, AMD APM 2 15.25). Every reference to memory is told, one by one. Nothing is cached: with g and n levels there are (g+1)(n+1)−1 of them; a large page on either side takes one level away.
 *
 * Entries are those of 32-bit tables (2 levels, 4 bytes, 10 bits of the address each) or of longer ones (8 bytes; 9 bits each, but 2 at the top of PAE's three).
 */

/** Levels of tables on one side: IA-32, PAE, long mode; 0: none, addresses stay what they are. */
export type Levels = 0 | 2 | 3 | 4

export interface NestedTables {
  readonly guest: Levels
  readonly nested: Levels
  /** Of the guest's first table, guest-physical, and of the nested one, host-physical. */
  readonly guestRoot: bigint
  readonly nestedRoot: bigint
  /** Reads an entry of so many bytes at a host-physical address. */
  read(at: bigint, bytes: 4 | 8): bigint
}

/** One entry that was read. */
export interface Reference {
  /** Whose table it is in. */
  readonly side: 'guest' | 'nested'
  /** Counted down to 1, the last. */
  readonly level: number
  /** Of a nested table: what its walk is for, the guest's table of that level, or 0: the page itself. */
  readonly for: number
  /** Host-physical. */
  readonly at: bigint
  readonly entry: bigint
}

export type NestedWalk =
  /** @param physical of the host; `guestPhysical` on the way to it. */
  | { readonly kind: 'page'; readonly physical: bigint; readonly guestPhysical: bigint; readonly references: readonly Reference[] }
  /** An entry that is not present: the guest's page fault, or a violation that comes to the monitor. It is the last reference. */
  | { readonly kind: 'page-fault' | 'violation'; readonly guestPhysical: bigint | null; readonly references: readonly Reference[] }

const PRESENT = 1n
const LARGE = 0x80n
/** Where the address of a table or a page stands in an entry of 8 bytes. */
const FRAME = 0xf_ffff_ffff_f000n
const FRAME_32 = 0xffff_f000n

interface Geometry { readonly bytes: 4 | 8; readonly bits: number; readonly frame: bigint }

const geometry = (levels: Levels): Geometry => (levels === 2 ? { bytes: 4, bits: 10, frame: FRAME_32 } : { bytes: 8, bits: 9, frame: FRAME })
/** Bits of the address below those that choose an entry of this level. */
const shiftOf = (levels: Levels, level: number): bigint => BigInt(12 + (level - 1) * geometry(levels).bits)
/** Two bits are left for PAE's first table. */
const indexOf = (levels: Levels, level: number, address: bigint): bigint => (address >> shiftOf(levels, level)) & (levels === 3 && level === 3 ? 3n : (1n << BigInt(geometry(levels).bits)) - 1n)
/** Pages of 4 or 2 MiB, and of 1 GiB in long mode. */
const mayBeLarge = (levels: Levels, level: number): boolean => level === 2 || (level === 3 && levels === 4)

/** How many references a walk makes that comes to its end. */
export const referencesOf = (guest: number, nested: number): number => (guest + 1) * (nested + 1) - 1

/** Translates a guest-linear address. */
export function nestedWalk(tables: NestedTables, linear: bigint): NestedWalk {
  const references: Reference[] = []
  const toHost = (guestPhysical: bigint, level: number): bigint | null => oneSide(tables, 'nested', tables.nestedRoot, guestPhysical, (at, depth) => {
    const entry = tables.read(at, geometry(tables.nested).bytes)
    references.push({ side: 'nested', level: depth, for: level, at, entry })
    return entry
  })
  let violated = false
  const guestPhysical = oneSide(tables, 'guest', tables.guestRoot, linear, (at, depth) => {
    const host = toHost(at, depth)
    if (host === null) {
      violated = true
      return 0n
    }
    const entry = tables.read(host, geometry(tables.guest).bytes)
    references.push({ side: 'guest', level: depth, for: depth, at: host, entry })
    return entry
  })
  if (guestPhysical === null) return { kind: violated ? 'violation' : 'page-fault', guestPhysical: null, references }
  const physical = toHost(guestPhysical, 0)
  return physical === null ? { kind: 'violation', guestPhysical, references } : { kind: 'page', physical, guestPhysical, references }
}

/** One dimension: down the tables of one side; null: an entry is not present. */
function oneSide(tables: NestedTables, side: 'guest' | 'nested', root: bigint, address: bigint, read: (at: bigint, level: number) => bigint): bigint | null {
  const levels = tables[side]
  if (levels === 0) return address
  const { bytes, frame } = geometry(levels)
  let table = root
  for (let level: number = levels; ; level--) {
    const entry = read(table + indexOf(levels, level, address) * BigInt(bytes), level)
    if ((entry & PRESENT) === 0n) return null
    const below = (1n << shiftOf(levels, level)) - 1n
    if (level === 1 || (mayBeLarge(levels, level) && (entry & LARGE) !== 0n)) return (entry & frame & ~below) | (address & below)
    table = entry & frame
  }
}
