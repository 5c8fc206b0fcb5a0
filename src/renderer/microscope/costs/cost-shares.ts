import { COST_PARTS, type CostPart, type CycleAccount } from '../../../protocol/costs.ts'

export interface CostShare {
  readonly part: CostPart
  readonly cycles: number
  /** Percent of the whole, of one decimal. */
  readonly share: number
}

export const totalCycles = (account: CycleAccount): number => COST_PARTS.reduce((sum, part) => sum + account[part], 0)

/** Everybody's share of the cycles, in the order in which they are drawn; all 0 where nothing was spent yet. */
export function costShares(account: CycleAccount): readonly CostShare[] {
  const total = totalCycles(account)
  return COST_PARTS.map((part) => ({ part, cycles: account[part], share: total === 0 ? 0 : Math.round((account[part] / total) * 1000) / 10 }))
}

/** What so many cycles take at a clock, with three digits and a unit that fits. @param ghz more than 0. */
export function cycleTime(cycles: number, ghz: number): string {
  const ns = cycles / ghz
  const [value, unit] = ns < 1e3 ? [ns, 'ns'] : ns < 1e6 ? [ns / 1e3, 'µs'] : ns < 1e9 ? [ns / 1e6, 'ms'] : [ns / 1e9, 's']
  return `${value === 0 ? '0' : value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${unit}`
}
