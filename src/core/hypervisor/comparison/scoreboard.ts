import type { ScoreCell, WorkloadName } from '../../../protocol/comparison.ts'
import { COST_PARTS, type CostChoice, type CycleAccount } from '../../../protocol/costs.ts'
import type { TechniqueName } from '../../../protocol/machine.ts'
import { encodeUtf8 } from '../../base/bytes.ts'
import type { Sha256Factory } from '../../base/hasher.ts'
import { Machine } from '../../machine/board/machine.ts'
import { costTable } from '../../machine/cpu/costs/presets.ts'
import { monitorOf } from '../techniques/technique.ts'
import { endText } from './differences.ts'
import { guestHash } from './guest-state.ts'
import { type Program, workloadProgram } from './workloads.ts'

/** No workload takes so many ticks, however often a technique that fails lets its kernel be interrupted. */
const MOST_TICKS = 30_000_000

interface Run {
  readonly machine: Machine
  readonly entries: number
  readonly output: readonly Uint8Array[]
}

/** Runs workloads under techniques, and adds up what they cost. Remembers what a kernel without work costs. */
export class Scoreboard {
  readonly #hash: Sha256Factory
  readonly #idle = new Map<TechniqueName, Run>()

  constructor(hash: Sha256Factory) {
    this.#hash = hash
  }

  /**
   * One workload under one technique, to its end. Cycles, entries and instructions are those of the work alone: what the same kernel needs to start and to end, with processes that
   * do nothing, is taken away. Throws a `Failure` for costs that do not exist.
   */
  cell(workload: WorkloadName, technique: TechniqueName, costs: CostChoice): ScoreCell {
    const table = costTable(costs)
    const idle = this.#idle.get(technique) ?? run('nothing', technique)
    this.#idle.set(technique, idle)
    const { machine, entries, output } = run(workload, technique)
    idle.machine.costs = table
    machine.costs = table
    const account = difference(machine.account(), idle.machine.account())
    return {
      workload, technique, account, cycles: COST_PARTS.reduce((sum, part) => sum + account[part], 0), entries: entries - idle.entries, instructions: machine.cpu.instructions - idle.machine.cpu.instructions,
      end: machine.end, ported: isPorted(technique), stateHash: guestHash(machine, this.#hash), outputHash: this.#outputHash(machine, output),
      missing: [...new Set(machine.costLines().filter(({ cost }) => cost === null).map(({ label }) => label))],
    }
  }

  #outputHash(machine: Machine, output: readonly Uint8Array[]): string {
    const stream = this.#hash()
    stream.update(encodeUtf8(`${endText(machine.end)}\n`))
    for (const bytes of output) stream.update(bytes)
    return stream.hex()
  }
}

const isPorted = (technique: TechniqueName): boolean => technique === 'paravirtual'

function run(program: Program, technique: TechniqueName): Run {
  const monitor = monitorOf(technique)
  const machine = new Machine({ ...workloadProgram(program, isPorted(technique)).config, ...(monitor && { monitor }) })
  let entries = 0
  const output: Uint8Array[] = []
  machine.executor.onEntry = () => void entries++
  machine.onSerial = (bytes) => void output.push(bytes)
  machine.run(MOST_TICKS)
  return { machine, entries, output }
}

const difference = (account: CycleAccount, less: CycleAccount): CycleAccount =>
  ({ user: account.user - less.user, kernel: account.kernel - less.kernel, monitor: account.monitor - less.monitor, hardware: account.hardware - less.hardware })
