/** Lines that follow one another again and again, as one group that says how often. */
const LONGEST = 24

/** The same lines, repetitions folded. */
export function folded(lines: readonly string[]): readonly string[] {
  const out: string[] = []
  for (let at = 0; at < lines.length;) {
    const { length, times } = repetition(lines, at)
    const group = lines.slice(at, at + length)
    if (times === 1) out.push(group[0]!)
    else if (length === 1) out.push(`${group[0]!}, ${times} times`)
    else out.push(`${times} times:`, ...folded(group).map((line) => `    ${line}`))
    at += length * times
  }
  return out
}

/** The group at a place that, repeated, takes most lines away; a single line, once, if none is. */
function repetition(lines: readonly string[], at: number): { readonly length: number; readonly times: number } {
  let best = { length: 1, times: 1 }
  for (let length = 1; length <= LONGEST && at + 2 * length <= lines.length; length++) {
    let times = 1
    while (same(lines, at, at + times * length, length)) times++
    if (length * (times - 1) > best.length * (best.times - 1)) best = { length, times }
  }
  return best
}

function same(lines: readonly string[], one: number, other: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (other + i >= lines.length || lines[one + i] !== lines[other + i]) return false
  return true
}
