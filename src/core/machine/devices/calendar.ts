/** A moment of the proleptic Gregorian calendar, UTC. */
export interface CivilTime {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  /** 1: Sunday. */
  readonly weekday: number
}

const DAY = 86_400
/** Days of 400 years, and from 1 March of year 0 to 1970. Years here begin in March, so that the leap day comes last. */
const ERA_DAYS = 146_097
const TO_1970 = 719_468

/** Days before the month, which is counted from March. */
const monthStart = (month: number): number => Math.floor((153 * month + 2) / 5)
const yearStart = (year: number): number => 365 * year + Math.floor(year / 4) - Math.floor(year / 100)

/** @param seconds since 1970. */
export function civilTime(seconds: number): CivilTime {
  const days = Math.floor(seconds / DAY)
  const rest = seconds - days * DAY
  const era = Math.floor((days + TO_1970) / ERA_DAYS)
  const dayOfEra = days + TO_1970 - era * ERA_DAYS
  let year = Math.min(399, Math.floor(dayOfEra / 365))
  while (yearStart(year) > dayOfEra) year--
  const dayOfYear = dayOfEra - yearStart(year)
  const month = Math.floor((5 * dayOfYear + 2) / 153)
  return {
    year: era * 400 + year + (month >= 10 ? 1 : 0), month: month >= 10 ? month - 9 : month + 3, day: dayOfYear - monthStart(month) + 1,
    hour: Math.floor(rest / 3600), minute: Math.floor(rest / 60) % 60, second: Math.floor(rest) % 60, weekday: (((days + 4) % 7) + 7) % 7 + 1,
  }
}

/** Seconds since 1970; the weekday does not count. */
export function epochSeconds({ year, month, day, hour, minute, second }: Omit<CivilTime, 'weekday'>): number {
  const fromMarch = month > 2 ? month - 3 : month + 9
  const marchYear = month > 2 ? year : year - 1
  const era = Math.floor(marchYear / 400)
  const days = era * ERA_DAYS + yearStart(marchYear - era * 400) + monthStart(fromMarch) + day - 1 - TO_1970
  return ((days * 24 + hour) * 60 + minute) * 60 + second
}
