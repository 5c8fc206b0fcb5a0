import { UsageError } from './command.ts'

const UNIT_NS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9, d: 86_400e9 }

/** Nanoseconds of "90s", "1.5h" or, without a unit, seconds. Throws `UsageError` for anything else, and beyond exact integers. */
export function durationNs(text: string): number {
  const [, digits, unit = 's'] = /^(\d+(?:\.\d+)?)(ns|us|ms|s|m|h|d)?$/.exec(text) ?? []
  const ns = Math.round(Number(digits) * (UNIT_NS[unit] ?? NaN))
  if (!Number.isSafeInteger(ns)) throw new UsageError(`"${text}" is not a time: write it like 90s, 5m, 2h or 250ms (at most 104 days).`)
  return ns
}
