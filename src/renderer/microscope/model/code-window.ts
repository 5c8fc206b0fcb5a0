import type { DisassemblyRow } from '../../../protocol/machine.ts'

/**
 * The rows to show when new ones came with a stop at `eip`: those that stand there, lengthened at the end, as long as the counter is among them
 * and memory still holds the same instructions; so the marker moves and the text rests. Otherwise the new ones.
 */
export function nextRows(shown: readonly DisassemblyRow[], fresh: readonly DisassemblyRow[], eip: number): readonly DisassemblyRow[] {
  const last = shown.at(-1)
  const first = shown[0]
  if (!first || !last) return fresh
  const known = new Map(shown.map((row) => [row.address, row]))
  if (!known.has(eip)) return fresh
  const overlap = fresh.filter(({ address }) => address >= first.address && address <= last.address)
  if (overlap.some(({ address, bytes }) => known.get(address)?.bytes !== bytes)) return fresh
  const tail = fresh.filter(({ address }) => address > last.address)
  // Only what follows without a gap: the last row that is shown must be among the fresh ones.
  return tail.length > 0 && fresh.some(({ address }) => address === last.address) ? [...shown, ...tail] : shown
}
