import type { StateDifference } from '../../../protocol/comparison.ts'
import { canonicalJson } from '../../base/canonical-json.ts'
import type { MachineEnd } from '../../machine/board/config.ts'
import type { Machine } from '../../machine/board/machine.ts'
import { PAGE_SIZE } from '../../machine/memory/physical-memory.ts'
import { guestRecord, guestWords, WORD_NAMES } from './guest-state.ts'

/** Pages of the guest's memory, by number; all others are empty. */
export type Pages = Iterable<number>

/** Of one kind (registers, memory…) so many are shown. */
const MOST_OF_A_KIND = 8
const WORDS_PER_PAGE = PAGE_SIZE / 4

export const hex = (word: number, digits = 8): string => (word >>> 0).toString(16).toUpperCase().padStart(digits, '0')

/** Whether two machines show their guests the same but for memory and disks. */
export function sameRegisters(a: Machine, b: Machine): boolean {
  const [mine, other] = [guestWords(a.cpu), guestWords(b.cpu)]
  return a.tick === b.tick && a.cpu.moment === b.cpu.moment && mine.every((word, n) => word === other[n])
}

/** Whether two machines show their guests the same. `pages`: all that either has ever written. */
export function sameState(a: Machine, b: Machine, pages: Pages): boolean {
  if (!sameRegisters(a, b) || a.memory.size !== b.memory.size) return false
  if (canonicalJson(guestRecord(a)) !== canonicalJson(guestRecord(b))) return false
  const [mine, other] = [a.memory.hostWords, b.memory.hostWords]
  for (const page of pages) if (!sameWords(mine, wordOf(a, page), other, wordOf(b, page), WORDS_PER_PAGE)) return false
  return a.devices.ata.disks.every((disk, n) => sameBytes(disk?.bytes ?? null, b.devices.ata.disks[n]?.bytes ?? null))
}

/** What differs between two machines, the most telling first: registers, memory, devices, disks, counts. At most `MOST_OF_A_KIND` of each; `total` counts all. */
export function differencesOf(a: Machine, b: Machine, pages: Pages): { readonly differences: readonly StateDifference[]; readonly total: number } {
  const kinds = [ends(a, b), registers(a, b), memory(a, b, pages), devices(a, b), disks(a, b), counts(a, b)]
  return { differences: kinds.flatMap((found) => found.slice(0, MOST_OF_A_KIND)), total: kinds.reduce((sum, found) => sum + found.length, 0) }
}

/** Words for an end; null: it runs. */
export function endText(end: MachineEnd | null): string {
  if (!end) return 'runs'
  return end.kind === 'exit' ? `exit ${end.code}` : end.kind === 'boot-failed' ? end.message : end.kind
}

const ends = (a: Machine, b: Machine): StateDifference[] =>
  endText(a.end) === endText(b.end) ? [] : [{ kind: 'end', name: 'end', reference: endText(a.end), other: endText(b.end) }]

function registers(a: Machine, b: Machine): StateDifference[] {
  const [mine, other] = [guestWords(a.cpu), guestWords(b.cpu)]
  return WORD_NAMES.flatMap((name, n) => (mine[n] === other[n] ? [] : [{ kind: 'register' as const, name, reference: hex(mine[n]!), other: hex(other[n]!) }]))
}

const wordOf = ({ memory }: Machine, page: number): number => (memory.bytes.byteOffset + page * PAGE_SIZE) / 4

function memory(a: Machine, b: Machine, pages: Pages): StateDifference[] {
  const [mine, other] = [a.memory.hostWords, b.memory.hostWords]
  const found: StateDifference[] = []
  for (const page of [...pages].sort((one, two) => one - two)) {
    const [at, there] = [wordOf(a, page), wordOf(b, page)]
    for (let n = 0; n < WORDS_PER_PAGE; n++) {
      if (mine[at + n] !== other[there + n]) found.push({ kind: 'memory', name: `[${hex(page * PAGE_SIZE + n * 4)}]`, reference: hex(mine[at + n]!), other: hex(other[there + n]!) })
    }
  }
  return found
}

function devices(a: Machine, b: Machine): StateDifference[] {
  const [mine, other] = [guestRecord(a).devices, guestRecord(b).devices]
  return leaves(mine, other, '').map(([name, reference, differs]) => ({ kind: 'device', name, reference, other: differs }))
}

const LONGEST_VALUE = 40
const shown = (value: unknown): string => {
  const text = canonicalJson(value)
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text
}
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null

/** Paths at which two plain values differ, and both values. */
function leaves(a: unknown, b: unknown, path: string): (readonly [string, string, string])[] {
  if (isRecord(a) && isRecord(b)) return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort().flatMap((key) => leaves(a[key], b[key], path === '' ? key : `${path}.${key}`))
  return canonicalJson(a ?? null) === canonicalJson(b ?? null) ? [] : [[path, shown(a), shown(b)]]
}

function disks(a: Machine, b: Machine): StateDifference[] {
  return a.devices.ata.disks.flatMap((disk, n) => (sameBytes(disk?.bytes ?? null, b.devices.ata.disks[n]?.bytes ?? null) ? [] : [{ kind: 'disk' as const, name: `disk ${n}`, reference: 'contents', other: 'other contents' }]))
}

function counts(a: Machine, b: Machine): StateDifference[] {
  const names = ['instructions', 'iterations', 'deliveries'] as const
  const of = ({ cpu, tick }: Machine): readonly (readonly [string, number])[] => [...names.map((name) => [name, cpu[name]] as const), ['ticks', tick]]
  const other = of(b)
  return of(a).flatMap(([name, count], n) => (count === other[n]![1] ? [] : [{ kind: 'count' as const, name, reference: String(count), other: String(other[n]![1]) }]))
}

function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b
  if (a.length !== b.length) return false
  const words = (bytes: Uint8Array): Int32Array => new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2)
  return sameWords(words(a), 0, words(b), 0, a.length >> 2)
}

function sameWords(a: Int32Array, from: number, b: Int32Array, there: number, count: number): boolean {
  for (let n = 0; n < count; n++) if (a[from + n] !== b[there + n]) return false
  return true
}
