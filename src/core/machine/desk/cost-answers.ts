import type { CostChoice, CostSummary, MachineCosts } from '../../../protocol/costs.ts'
import type { Machine } from '../board/machine.ts'
import { accountOf } from '../cpu/costs/account.ts'

/** What the run cost so far, in short. */
export function costSummary(machine: Machine, { preset }: CostChoice): CostSummary {
  const lines = machine.costLines()
  const changed = [...machine.costs.values()].filter(({ value, given }) => value !== given).length
  return { preset, changed, clockGhz: machine.costs.get('clock')!.value, account: accountOf(lines), missing: lines.filter(({ cost }) => cost === null).length }
}

/** `machine.costs`: all of it, with the table. */
export function costsAnswer(machine: Machine, { preset }: CostChoice): MachineCosts {
  const lines = machine.costLines()
  return { preset, parameters: [...machine.costs.values()], account: accountOf(lines), lines }
}
