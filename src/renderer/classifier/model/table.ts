import type { Classification, ClassifiedInstruction, InstructionKind } from '../../../protocol/classifier.ts'

export type KindFilter = 'all' | 'changed' | InstructionKind
export type SortKey = 'encoding' | 'name' | 'kind'
export interface Sorting { readonly by: SortKey; readonly down: boolean }

/** Violators first. */
export const KINDS: readonly InstructionKind[] = ['sensitive', 'privileged', 'innocuous', 'unknown']
export const LETTERS = ['C', 'M', 'L', 'U'] as const
export type Letter = (typeof LETTERS)[number]

/** What an instruction is sensitive to: control, mode, location, user mode. */
export function lettersOf({ control, mode, location, user }: ClassifiedInstruction): readonly Letter[] {
  const found = { C: control, M: mode, L: location, U: user }
  return LETTERS.filter((letter) => found[letter] !== null)
}

const isSensitive = ({ control, mode, location }: ClassifiedInstruction): boolean => (control ?? mode ?? location) !== null

/** How many rows there are of each kind. */
export function countKinds(rows: readonly ClassifiedInstruction[]): Readonly<Record<InstructionKind, number>> {
  const counts = { sensitive: 0, privileged: 0, innocuous: 0, unknown: 0 }
  for (const { kind } of rows) counts[kind]++
  return counts
}

/** Encodings whose kind another instruction set has changed. */
export function changedRows(plain: Classification, mended: Classification): ReadonlySet<string> {
  const before = new Map(plain.rows.map(({ encoding, kind }) => [encoding, kind]))
  return new Set(mended.rows.filter(({ encoding, kind }) => before.get(encoding) !== kind).map(({ encoding }) => encoding))
}

/** How many instructions lie in which part of the two sets; theorem 3 counts those that are sensitive in user mode. */
export function setsOf(rows: readonly ClassifiedInstruction[], theorem: 1 | 3): { readonly only: number; readonly both: number; readonly rest: number } {
  const sensitive = theorem === 1 ? isSensitive : ({ user }: ClassifiedInstruction): boolean => user !== null
  const privileged = rows.filter(({ kind }) => kind === 'privileged')
  const both = privileged.filter(sensitive).length
  return { only: rows.filter((row) => row.kind !== 'privileged' && sensitive(row)).length, both, rest: privileged.length - both }
}

/** The rows to show: of a kind, with a text in their name, encoding, entry or evidence, in order. */
export function chosenRows(rows: readonly ClassifiedInstruction[], filter: KindFilter, changed: ReadonlySet<string>, text: string, { by, down }: Sorting): readonly ClassifiedInstruction[] {
  const wanted = text.trim().toLowerCase()
  const shown = rows.filter((row) => (filter === 'all' || (filter === 'changed' ? changed.has(row.encoding) : row.kind === filter)) && (wanted === '' || matches(row, wanted)))
  const sorted = [...shown].sort((a, b) => (by === 'kind' ? KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) : compare(a[by], b[by])) || compare(a.encoding, b.encoding))
  return down ? sorted.reverse() : sorted
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function matches({ name, encoding, entry, control, mode, location }: ClassifiedInstruction, wanted: string): boolean {
  const evidence = (mode ?? control ?? location)?.text ?? ''
  return [name, encoding, entry ?? '', evidence].some((text) => text.toLowerCase().includes(wanted))
}
