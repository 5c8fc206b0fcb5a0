/** Figures as people read them. Units follow Docker's habit for bytes (kB, MB: powers of 1,000) and RAM's for memory (MiB, GiB). */

const SPACE = '\u00a0'
const MINUTE_S = 60

export const formatNumber = (value: number, digits = 0): string =>
  value.toLocaleString('en', { minimumFractionDigits: 0, maximumFractionDigits: digits })

export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${formatNumber(value, unit === 0 || value >= 100 ? (unit === 0 ? 0 : 1) : 1)}${SPACE}${units[unit] ?? 'TB'}`
}

export function formatMemory(mebibytes: number): string {
  if (mebibytes >= 1024 * 1024) return `${formatNumber(mebibytes / 1024 / 1024, 1)}${SPACE}TiB`
  if (mebibytes >= 1024) return `${formatNumber(mebibytes / 1024, 1)}${SPACE}GiB`
  return `${formatNumber(mebibytes)}${SPACE}MiB`
}

export const formatDisk = (gibibytes: number): string =>
  (gibibytes >= 1024 ? `${formatNumber(gibibytes / 1024, 1)}${SPACE}TiB` : `${formatNumber(gibibytes)}${SPACE}GiB`)

/** Virtual nanoseconds as `4:12.381 520`: minutes, seconds, milliseconds, then microseconds. */
export function formatSimTime(nanoseconds: number): string {
  const micros = Math.floor(nanoseconds / 1000)
  const seconds = Math.floor(micros / 1_000_000)
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor(seconds / MINUTE_S) % MINUTE_S
  const pad = (value: number, width: number) => String(value).padStart(width, '0')
  const head = hours > 0 ? `${hours}:${pad(minutes, 2)}` : String(minutes)
  return `${head}:${pad(seconds % MINUTE_S, 2)}.${pad(Math.floor(micros / 1000) % 1000, 3)}${SPACE}${pad(micros % 1000, 3)}`
}

/** A span of virtual time, in the largest unit that leaves three digits. */
export function formatDuration(nanoseconds: number): string {
  if (nanoseconds < 1000) return `${formatNumber(nanoseconds)}${SPACE}ns`
  if (nanoseconds < 1e6) return `${formatNumber(nanoseconds / 1000, 1)}${SPACE}µs`
  if (nanoseconds < 1e9) return `${formatNumber(nanoseconds / 1e6, 1)}${SPACE}ms`
  if (nanoseconds < 120e9) return `${formatNumber(nanoseconds / 1e9, 1)}${SPACE}s`
  return `${formatNumber(nanoseconds / 60e9, 1)}${SPACE}min`
}

export const formatSpeed = (speed: number): string =>
  `×${speed >= 1e6 ? `${speed / 1e6}M` : speed >= 1000 ? `${speed / 1000}k` : speed}`

/** The twelve digits by which Docker shows a digest or container id. */
export const shortDigest = (digest: string): string => digest.replace(/^sha256:/, '').slice(0, 12)
