import type { ProcessContext } from '../runtime/process-context.ts'

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
const two = (value: number): string => String(value).padStart(2, '0')

/** strftime(3) in UTC. */
export function formatTime(seconds: number, format: string): string {
  const date = new Date(seconds * 1000)
  const [day, month] = [DAYS[date.getUTCDay()]!, MONTHS[date.getUTCMonth()]!]
  const hour12 = date.getUTCHours() % 12 || 12
  const codes: Readonly<Record<string, () => string>> = {
    Y: () => String(date.getUTCFullYear()), m: () => two(date.getUTCMonth() + 1), d: () => two(date.getUTCDate()), e: () => String(date.getUTCDate()).padStart(2),
    H: () => two(date.getUTCHours()), I: () => two(hour12), M: () => two(date.getUTCMinutes()), S: () => two(date.getUTCSeconds()), s: () => String(Math.floor(seconds)), N: () => '000000000',
    a: () => day.slice(0, 3), A: () => day, b: () => month.slice(0, 3), h: () => month.slice(0, 3), B: () => month, p: () => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
    Z: () => 'UTC', z: () => '+0000', y: () => two(date.getUTCFullYear() % 100), j: () => String(dayOfYear(date)).padStart(3, '0'), u: () => String(date.getUTCDay() || 7), w: () => String(date.getUTCDay()),
    F: () => formatTime(seconds, '%Y-%m-%d'), T: () => formatTime(seconds, '%H:%M:%S'), R: () => formatTime(seconds, '%H:%M'), D: () => formatTime(seconds, '%m/%d/%y'),
    c: () => formatTime(seconds, '%a %b %e %H:%M:%S %Y'), n: () => '\n', t: () => '\t', '%': () => '%',
  }
  return format.replace(/%[-_0]?(.)/g, (whole, code: string) => codes[code]?.() ?? whole)
}

function dayOfYear(date: Date): number {
  return Math.floor((Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) - Date.UTC(date.getUTCFullYear(), 0, 0)) / 86_400_000)
}

export const now = (process: ProcessContext): number => process.kernel.unixTime()
