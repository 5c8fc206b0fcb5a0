/** Bytes as Docker's progress writes them: 514B, 2.05kB, 39.1MB. */
export function formatBytes(bytes: number, digits = 3): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 ? value : Number(value.toPrecision(digits))}${units[unit]}`
}
