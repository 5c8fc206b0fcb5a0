/** The one among `known` that is nearest to `name` by edits (at most a third of its letters); null: none is near. */
export function nearest(name: string, known: Iterable<string>): string | null {
  const wanted = name.toLowerCase()
  let best: string | null = null
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1
  for (const candidate of known) {
    if (Math.abs(candidate.length - wanted.length) >= least) continue
    const distance = edits(wanted, candidate.toLowerCase(), least)
    if (distance < least && distance > 0) {
      least = distance
      best = candidate
    } else if (distance === 0 && candidate !== name) return candidate
  }
  return best
}

/** Insertions, deletions, changes and swaps of neighbours that turn one into the other; `most` or more is not counted on. */
function edits(a: string, b: string, most: number): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, n) => n)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1
      let cost = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + change)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, before[j - 2]! + 1)
      next.push(cost)
    }
    if (Math.min(...next) >= most) return most
    before = row
    row = next
  }
  return row[b.length]!
}
