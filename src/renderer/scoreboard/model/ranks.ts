import { sameEnd, type ScoreCell, type WorkloadName, WORKLOADS } from '../../../protocol/comparison.ts'
import { type TechniqueName, TECHNIQUES } from '../../../protocol/machine.ts'

export type CellKey = `${WorkloadName} ${TechniqueName}`
export const cellKey = (workload: WorkloadName, technique: TechniqueName): CellKey => `${workload} ${technique}`

/** The techniques that are ranked: bare metal is what they are held against. */
export const RANKED: readonly TechniqueName[] = TECHNIQUES.filter((name) => name !== 'native')

/** The ranked techniques of a workload that have run, the fastest first; behind them those whose guest came to another end than on bare metal, for what they did is no work done. */
export function order(cells: ReadonlyMap<CellKey, ScoreCell>, workload: WorkloadName): readonly ScoreCell[] {
  const native = cells.get(cellKey(workload, 'native'))
  const wrong = (cell: ScoreCell): number => (native && !sameEnd(cell, native) ? 1 : 0)
  return RANKED.flatMap((technique) => cells.get(cellKey(workload, technique)) ?? []).sort((a, b) => wrong(a) - wrong(b) || a.cycles - b.cycles)
}

/** The place of each technique in its workload, from 1, once all of them have run. */
export function ranksOf(cells: ReadonlyMap<CellKey, ScoreCell>): ReadonlyMap<CellKey, number> {
  return new Map(WORKLOADS.flatMap((workload) => {
    const sorted = order(cells, workload)
    return sorted.length < RANKED.length ? [] : sorted.map((cell, at) => [cellKey(workload, cell.technique), at + 1] as const)
  }))
}

/** Workloads whose order is not that of the first one. */
export function flips(cells: ReadonlyMap<CellKey, ScoreCell>): readonly WorkloadName[] {
  const names = WORKLOADS.map((workload) => order(cells, workload).map(({ technique }) => technique).join())
  return names.some((name) => name.split(',').length < RANKED.length) ? [] : WORKLOADS.filter((_, at) => names[at] !== names[0])
}
