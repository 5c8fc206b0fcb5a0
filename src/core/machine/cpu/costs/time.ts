import { COUNTERS, FIRST_MONITOR_COUNTER, ITERATION, KERNEL_SIDE, PLAIN, USER_SIDE } from './counters.ts'

/** What a processor's time stamp counter advances by: so much for each instruction and each further iteration, and what counted ones cost beyond. */
export interface TimeCosts {
  readonly plain: number
  readonly iteration: number
  /** By the place of the counter; nothing behind `FIRST_MONITOR_COUNTER`. */
  readonly beyond: Float64Array
}

/** @param prices of account.ts. */
export function timeCosts(prices: Float64Array): TimeCosts {
  const plain = prices[PLAIN]!
  const beyond = prices.slice(0, FIRST_MONITOR_COUNTER)
  for (let at = 0; at < 2 * KERNEL_SIDE; at++) beyond[at]! -= plain
  for (const side of [USER_SIDE, KERNEL_SIDE]) beyond[side + PLAIN] = beyond[side + ITERATION] = 0
  return { plain, iteration: prices[ITERATION]!, beyond }
}

/** Cycles of what was counted, beyond those of plain instructions. */
export function cyclesBeyond(counts: Float64Array, { beyond }: TimeCosts): number {
  let cycles = 0
  for (let at = 0; at < beyond.length; at++) cycles += counts[at]! * beyond[at]!
  return cycles
}

/** What the counters say, with plain instructions and iterations in their places. @param instructions of both sides. @param iterations the same. */
export function completeCounts(raw: Float64Array, instructions: readonly [number, number], iterations: readonly [number, number]): Float64Array {
  const counts = raw.slice(0, COUNTERS);
  [USER_SIDE, KERNEL_SIDE].forEach((side, n) => {
    let plain = instructions[n]!
    for (let at = ITERATION + 1; at < KERNEL_SIDE; at++) plain -= counts[side + at]!
    counts[side + PLAIN] = plain
    counts[side + ITERATION] = iterations[n]!
  })
  return counts
}
