/** How well `text` answers `query`: higher is better, null is not at all. Letters must come in order; starts of words count most. */
export function score(query: string, text: string): number | null {
  const wanted = query.toLocaleLowerCase()
  const given = text.toLocaleLowerCase()
  const whole = given.indexOf(wanted)
  if (whole === 0) return 1000 - given.length
  if (whole > 0) return (/[\s\-_/:.]/.test(given[whole - 1] ?? '') ? 800 : 600) - given.length
  let at = -1
  let gaps = 0
  for (const letter of wanted) {
    if (letter === ' ') continue
    const next = given.indexOf(letter, at + 1)
    if (next < 0) return null
    gaps += next - at - 1
    at = next
  }
  // Scattered letters are a find only when they are close together.
  return gaps <= wanted.length * 3 ? 300 - gaps * 4 - given.length : null
}
