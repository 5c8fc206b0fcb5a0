import { formatNumber } from '../../app/format.ts'

const NS = 1e9
const HOUR_S = 3600

/** Simulated nanoseconds as seconds with one decimal, so that the figures of a build stand under each other: `0 s`, `14.2 s`. */
export function formatSeconds(nanoseconds: number): string {
  const seconds = nanoseconds / NS
  if (seconds >= HOUR_S) return `${formatNumber(seconds / 60, 1)}\u00a0min`
  if (seconds > 0 && seconds < 0.05) return '<\u00a00.1\u00a0s'
  return `${seconds.toLocaleString('en', { minimumFractionDigits: seconds === 0 ? 0 : 1, maximumFractionDigits: 1, useGrouping: false })}\u00a0s`
}
