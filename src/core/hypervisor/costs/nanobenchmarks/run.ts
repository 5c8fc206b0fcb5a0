import { type CostChoice, COST_PARTS, type CycleAccount, DEFAULT_PRESET } from '../../../../protocol/costs.ts'
import { assemble } from '../../../machine/assembler/assemble.ts'
import { Machine } from '../../../machine/board/machine.ts'
import { GUEST_LIBRARY } from '../../../machine/guests/library.ts'
import { monitorOf } from '../../techniques/technique.ts'
import frame from './frame.asm?raw'
import type { Compared, Operation } from './operations.ts'

/** Rounds of the two runs whose difference counts: what comes once, a translation, a first fault, is behind by then. */
const FEW = 100
const MANY = 300
const MEMORY_MIB = 8
const MOST_TICKS = 1_000_000

/** What one operation costs under a technique, in cycles, by who spends them. */
export function costOf({ name, ring }: Operation, technique: Compared, costs: CostChoice = { preset: DEFAULT_PRESET }): CycleAccount {
  const difference = (operation: string): CycleAccount => {
    const [few, many] = [accountOf(operation, ring, FEW, technique, costs), accountOf(operation, ring, MANY, technique, costs)]
    return combine(many, few, (a, b) => (a - b) / (MANY - FEW))
  }
  return combine(difference(name), difference('NOTHING'), (a, b) => a - b)
}

export const totalOf = (account: CycleAccount): number => COST_PARTS.reduce((sum, part) => sum + account[part], 0)

const combine = (a: CycleAccount, b: CycleAccount, what: (a: number, b: number) => number): CycleAccount =>
  ({ user: what(a.user, b.user), kernel: what(a.kernel, b.kernel), monitor: what(a.monitor, b.monitor), hardware: what(a.hardware, b.hardware) })

/** The whole account of a run that ends by itself. */
function accountOf(operation: string, ring: 0 | 3, rounds: number, technique: Compared, costs: CostChoice): CycleAccount {
  const source = `%define ROUNDS ${rounds}\n%define OPERATION ${operation}\n%define IN_RING_3 ${ring === 3 ? 1 : 0}\n${frame}`
  const { ok, image, messages } = assemble(source, { include: (file) => GUEST_LIBRARY.get(file) ?? null })
  if (!ok) throw new Error(`The nanobenchmark does not assemble: ${messages.map(({ line, message }) => `${line}: ${message}`).join('; ')}`)
  const monitor = monitorOf(technique)
  const machine = new Machine({ memoryMiB: MEMORY_MIB, boot: { kind: 'multiboot', image }, costs, ...(monitor && { monitor }) })
  machine.run(MOST_TICKS)
  if (machine.end?.kind !== 'exit') throw new Error(`The nanobenchmark ${operation} did not end under ${technique}, but: ${machine.end?.kind ?? 'still running'}`)
  return machine.account()
}
