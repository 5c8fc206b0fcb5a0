import { Scoreboard } from '../core/hypervisor/comparison/scoreboard.ts'
import { sameEnd, type ScoreCell, WORKLOADS } from '../protocol/comparison.ts'
import type { CostChoice } from '../protocol/costs.ts'
import { TECHNIQUES } from '../protocol/machine.ts'
import { nativeSha256 } from './platform.ts'

/** A cell beside bare metal: how many times as long it takes, and whether it ends the same. */
export type ScoreboardReport = readonly (ScoreCell & { readonly slowdown: number; readonly sameEnd: boolean })[]

/** Runs every workload under every technique. `started` is told of each before it runs. */
export async function runScoreboard(costs: CostChoice, started: (text: string) => void): Promise<ScoreboardReport> {
  const board = new Scoreboard(nativeSha256)
  return WORKLOADS.flatMap((workload) => {
    const native = board.cell(workload, 'native', costs)
    return TECHNIQUES.map((technique) => {
      started(`${workload} ${technique}`)
      const cell = technique === 'native' ? native : board.cell(workload, technique, costs)
      return { ...cell, slowdown: cell.cycles / native.cycles, sameEnd: sameEnd(cell, native) }
    })
  })
}
