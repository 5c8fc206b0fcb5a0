/** Sizes as apt writes them: `198 B`, `5306 B`, `49.6 kB`, `1175 kB`, `13.4 MB`. */
export function humanBytes(bytes: number): string {
  if (bytes < 9_999.5) return `${Math.round(bytes)} B`
  const [value, unit] = bytes < 9_999_500 ? [bytes / 1000, 'kB'] : [bytes / 1e6, 'MB']
  return `${value < 100 ? value.toFixed(1) : Math.round(value)} ${unit}`
}

export function fetched(bytes: number, seconds: number): string {
  return `Fetched ${humanBytes(bytes)} in ${Math.round(seconds)}s (${humanBytes(bytes / seconds)}/s)\n`
}

/** Words in lines of at most 80 columns, indented by two. */
export function wrapped(words: readonly string[]): string {
  const rows: string[] = []
  let row = ' '
  for (const word of words) {
    if (row.length + word.length + 1 > 78 && row.trim() !== '') {
      rows.push(row)
      row = ' '
    }
    row += ` ${word}`
  }
  return [...rows, row].map((line) => `${line}\n`).join('')
}
