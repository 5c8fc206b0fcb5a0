import type { BuildRecord, BuildStep } from '../../../protocol/records.ts'
import { placeSteps } from './step-lines.ts'

/**
 * What became of a step, as one shape and word. `cause` is the first step that could not come from the cache although
 * earlier ones did; what follows from it is a plain `miss`.
 */
export type StepMark = 'base' | 'pulled' | 'hit' | 'miss' | 'cause' | 'config' | 'running' | 'failed' | 'skipped' | 'waiting'

export interface MarginRow {
  readonly line: number
  readonly mark: StepMark
  /** The builder's own words for a miss, null where it gave none. */
  readonly reason: string | null
  /** The line whose miss this one follows from. */
  readonly follows: number | null
  readonly exitCode: number | null
  /** Bytes of the layer; null while there is none. */
  readonly bytes: number | null
  /** Width of its bar, 0 to 1, to the scale of the largest layer. */
  readonly share: number
  /** Simulated nanoseconds; null while it has not begun. */
  readonly took: number | null
}

type BuildView = Pick<BuildRecord, 'steps' | 'error' | 'state'>

const isBase = (step: BuildStep): boolean => /^FROM\s/i.test(step.text)

/** Index of the step that broke the cache, -1 when nothing came from it or everything did. */
export function cacheBreak(steps: readonly BuildStep[]): number {
  const lastHit = steps.findIndex((step) => step.state === 'cached' && !isBase(step))
  if (lastHit < 0) return -1
  return steps.findIndex((step, index) => index > lastHit && step.cacheMiss !== null)
}

function markOf(step: BuildStep, isCause: boolean): StepMark {
  switch (step.state) {
    case 'waiting': return 'waiting'
    case 'running': return 'running'
    case 'failed': return 'failed'
    case 'skipped': return 'skipped'
    case 'cached': return isBase(step) ? 'base' : step.layer === null ? 'config' : 'hit'
    case 'done':
      if (isCause) return 'cause'
      if (isBase(step)) return step.layer === null ? 'base' : 'pulled'
      return step.layer === null ? 'config' : 'miss'
  }
}

const tookOf = (step: BuildStep, now: number): number | null =>
  step.startedAt === null ? null : (step.finishedAt ?? now) - step.startedAt

/**
 * The margin of a Dockerfile after (or during) a build: one row for each of its steps that is still in the text.
 * `now` is the simulated time in ns, for the step that runs.
 */
export function marginRows(source: string, build: BuildView, now: number): readonly MarginRow[] {
  const largest = Math.max(1, ...build.steps.map((step) => step.size))
  const breaks = cacheBreak(build.steps)
  const cause = build.steps[breaks]
  return placeSteps(source, build.steps).map(({ step, line }) => ({
    line,
    mark: markOf(step, step === cause),
    reason: step.cacheMiss,
    follows: cause && step.cacheMiss !== null && build.steps.indexOf(step) > breaks ? cause.line : null,
    exitCode: step.state === 'failed' ? (build.error?.exitCode ?? null) : null,
    bytes: step.state === 'done' || step.state === 'cached' ? step.size : null,
    share: step.size / largest,
    took: tookOf(step, now),
  }))
}
