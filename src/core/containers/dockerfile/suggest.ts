/** The option nearest to what was typed, at most two edits away, in the typed letter case; undefined for an exact match. */
export function suggestion(typed: string, options: readonly string[], caseSensitive = false): string | undefined {
  const wanted = caseSensitive ? typed : typed.toLowerCase()
  let best: string | undefined
  let least = 3
  for (const option of options) {
    const candidate = caseSensitive ? option : option.toLowerCase()
    if (candidate === wanted) return undefined
    const distance = editDistance(wanted, candidate)
    if (distance >= least) continue
    least = distance
    best = candidate
  }
  if (best === undefined || caseSensitive || typed === typed.toLowerCase()) return best
  return best.toUpperCase()
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]!
}
