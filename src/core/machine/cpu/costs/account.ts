import type { CostLine, CostPart, CycleAccount } from '../../../../protocol/costs.ts'
import { COST_CLASSES, COUNTERS, HARDWARE_EVENTS, MONITOR_EVENTS } from './counters.ts'
import { COST_PARAMETERS, type CostId } from './parameters.ts'
import type { CostTable } from './presets.ts'

/** How a counter becomes cycles. */
interface Pricing {
  readonly id: string
  readonly part: CostPart
  readonly cost: CostId
  /** Each counts as so many. */
  readonly times?: CostId
}

/** Counters whose cost is that of the hardware, or one more event of a kind that a processor counts itself. */
const OTHER_COSTS: Readonly<Partial<Record<string, Pick<Pricing, 'part' | 'cost'> & { readonly times?: CostId }>>> = {
  resume: { part: 'hardware', cost: 'return' },
  hostInterrupt: { part: 'hardware', cost: 'interrupt' },
  guestExit: { part: 'hardware', cost: 'vmExit' },
  guestEntry: { part: 'hardware', cost: 'vmEntry' },
  exitReads: { part: 'monitor', cost: 'vmread', times: 'readsPerExit' },
}

/** By the place of the counter; null: costs nothing, because what it does is counted. */
const PRICINGS: readonly (Pricing | null)[] = [
  ...(['user', 'kernel'] as const).flatMap((part) => COST_CLASSES.map((name): Pricing | null => (name === 'event' ? null : { id: `${part}.${name}`, part, cost: name }))),
  ...HARDWARE_EVENTS.map((name): Pricing => ({ id: `hardware.${name}`, part: 'hardware', cost: name })),
  ...MONITOR_EVENTS.map((name): Pricing => ({ id: `monitor.${name}`, ...(OTHER_COSTS[name] ?? { part: 'monitor', cost: name as CostId }) })),
]

/** Cycles for one of each counter; what has no figure costs nothing. */
export function pricesOf(table: CostTable): Float64Array {
  const prices = new Float64Array(COUNTERS)
  PRICINGS.forEach((pricing, at) => {
    if (pricing) prices[at] = (table.get(pricing.cost)!.value ?? 0) * timesOf(pricing, table)
  })
  return prices
}

const timesOf = ({ times }: Pricing, table: CostTable): number => (times === undefined ? 1 : table.get(times)!.value ?? 1)

/** The addends of the account that are not empty. @param counts of `Cpu.counted`. */
export function costLines(counts: Float64Array, table: CostTable): readonly CostLine[] {
  return PRICINGS.flatMap((pricing, at): CostLine[] => {
    const counted = counts[at]!
    if (!pricing || counted === 0) return []
    const { value, source, confirmed } = table.get(pricing.cost)!
    const count = counted * timesOf(pricing, table)
    return [{ id: pricing.id, parameter: pricing.cost, label: COST_PARAMETERS[pricing.cost].label, count, cost: value, cycles: count * (value ?? 0), part: pricing.part, source, confirmed }]
  })
}

/** The sum of the lines, by part. */
export function accountOf(lines: readonly CostLine[]): CycleAccount {
  const account = { user: 0, kernel: 0, monitor: 0, hardware: 0 }
  for (const { part, cycles } of lines) account[part] += cycles
  return account
}
