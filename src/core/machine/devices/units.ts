/**
 * `value × to / from`, rounded down: how many units of one clock have passed after `value` units of another. Exact for whole numbers
 * as long as `to × from` is below 2^53.
 */
export function rescale(value: number, to: number, from: number): number {
  return Math.floor(value / from) * to + Math.floor(((value % from) * to) / from)
}

/** As `rescale`, rounded up: the first instant at which so many have passed. */
export function rescaleUp(value: number, to: number, from: number): number {
  return Math.floor(value / from) * to + Math.ceil(((value % from) * to) / from)
}

/** Two decimal digits of a byte, 0x59 ⇄ 59. */
export const fromBcd = (value: number): number => (value >> 4) * 10 + (value & 15)
export const toBcd = (value: number): number => (Math.floor(value / 10) << 4) | value % 10
