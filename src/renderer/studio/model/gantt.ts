import type { BuildStep } from '../../../protocol/records.ts'
import { stepTitle } from './step-title.ts'

export interface GanttBar {
  readonly line: number
  readonly title: string
  readonly stage: number
  readonly state: BuildStep['state']
  /** A step that only changed the config makes no layer. */
  readonly config: boolean
  /** Start and width as shares (0 to 1) of the whole axis. */
  readonly start: number
  readonly width: number
  /** Simulated nanoseconds. */
  readonly took: number | null
}

export interface Gantt {
  readonly bars: readonly GanttBar[]
  /** Length of the axis and its ticks, in simulated seconds. */
  readonly seconds: number
  readonly ticks: readonly number[]
}

const TICK_STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600]
const NS = 1e9

/** Steps as bars over simulated time from the first start; `now` (ns) is where the running one ends so far. */
export function buildGantt(steps: readonly BuildStep[], now: number): Gantt {
  const started = steps.filter((step) => step.startedAt !== null)
  const begin = Math.min(...started.map((step) => step.startedAt ?? 0))
  const end = Math.max(...started.map((step) => step.finishedAt ?? now))
  const seconds = started.length === 0 ? 1 : Math.max((end - begin) / NS, 0.1)
  const every = TICK_STEPS.find((step) => seconds / step <= 6) ?? seconds
  const ticks = Array.from({ length: Math.floor(seconds / every + 1e-9) + 1 }, (_, index) => Number((index * every).toFixed(1)))
  const share = (ns: number): number => ns / NS / seconds
  const bars = steps.map((step): GanttBar => {
    const took = step.startedAt === null ? null : (step.finishedAt ?? now) - step.startedAt
    return {
      line: step.line,
      title: stepTitle(step.text),
      stage: step.stage,
      state: step.state,
      config: step.layer === null && (step.state === 'done' || step.state === 'cached'),
      start: step.startedAt === null ? 0 : share(step.startedAt - begin),
      width: took === null ? 0 : share(took),
      took,
    }
  })
  return { bars, seconds, ticks }
}
