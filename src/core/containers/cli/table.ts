const PADDING = 3
const LEAST = 10

/** Columns as Go's tabwriter lays them out for the client: as wide as the widest cell and three spaces, at least ten. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(LEAST, ...rows.map((row) => [...(row[column] ?? '')].length + PADDING)))
  return rows.map((row) => `${row.map((cell, i) => (i === row.length - 1 ? cell : cell + ' '.repeat(widths[i]! - [...cell].length))).join('')}\n`).join('')
}

/** At most `length` characters, the last one an ellipsis when something was cut. */
export function ellipsis(text: string, length: number): string {
  const chars = [...text]
  return chars.length <= length ? text : `${chars.slice(0, length - 1).join('')}…`
}
