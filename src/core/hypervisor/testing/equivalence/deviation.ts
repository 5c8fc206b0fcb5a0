import { disassemble } from '../../../machine/assembler/disassemble.ts'
import { translateRead } from '../../../machine/cpu/access.ts'
import { EIP } from '../../../machine/cpu/layout.ts'
import { entryOf } from '../../classifier/seventeen-entries.ts'
import { MOST_TICKS } from './check.ts'
import type { RandomKernel } from './kernel.ts'
import { differences, type Rig } from './rig.ts'

/** Younger than the list, or not on it, and sensitive without a trap as well. */
export const KIN = ['loadFar', 'sysenter']

export interface Deviation {
  /** Ticks since the prelude, before the instruction. */
  readonly tick: number
  readonly text: string
  /** The entry among the seventeen, or a handler of its kin; null: none of them. */
  readonly entry: string | null
  readonly differences: readonly string[]
}

/** The first instruction after which a kernel's state is another than on bare metal, or null. Looked for by halves: where two runs differ at one moment and not at an earlier one, some instruction in between made the difference. */
export function firstDeviation(bare: Rig, rig: Rig, kernel: RandomKernel): Deviation | null {
  const at = (ticks: number): readonly string[] => {
    for (const one of [bare, rig]) {
      one.load(kernel)
      one.run(ticks)
    }
    return differences(bare, rig)
  }
  let found = at(MOST_TICKS)
  if (found.length === 0) return null
  let [same, different] = [0, Math.min(MOST_TICKS, Math.max(bare.machine.tick, rig.machine.tick) - bare.start)]
  while (different - same > 1) {
    const middle = (same + different) >> 1
    const there = at(middle)
    if (there.length === 0) same = middle
    else [different, found] = [middle, there]
  }
  at(same)
  const { cpu } = bare.machine
  const address = translateRead(cpu, cpu.s[EIP]!, false)
  const { text, entry } = disassemble(cpu.memory.bytes.subarray(address, address + 15), cpu.s[EIP]! >>> 0)
  return { tick: same, text, entry: entry && (entryOf(entry) ?? KIN.find((handler) => handler === entry.handler) ?? null), differences: found }
}
