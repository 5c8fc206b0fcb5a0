import type { Layer } from '../image/layer.ts'

/** What a step depended on, in parts that can be named when one of them differs. */
export interface StepInput {
  /** Key of the step before it. */
  readonly parent: string
  readonly instruction: string
  /** Digest of each copied file, by path. */
  readonly files: ReadonlyMap<string, string>
  /** `NAME=value` of variables and settings it sees. */
  readonly settings: readonly string[]
}

interface CachedStep extends StepInput {
  readonly key: string
  /** Null when the step changed no file. */
  readonly layer: Layer | null
}

/** Results of earlier builds on one engine. */
export class BuildCache {
  private readonly steps = new Map<string, CachedStep>()
  private readonly byParent = new Map<string, CachedStep[]>()

  /** The same results, in a cache of its own. */
  copy(): BuildCache {
    const copy = new BuildCache()
    for (const step of this.steps.values()) copy.add(step)
    return copy
  }

  get(key: string): CachedStep | undefined {
    return this.steps.get(key)
  }

  add(step: CachedStep): void {
    if (this.steps.has(step.key)) return
    this.steps.set(step.key, step)
    this.byParent.set(step.parent, [...(this.byParent.get(step.parent) ?? []), step])
  }

  /** Why there is no result for this step, in words. */
  missReason(input: StepInput): string {
    const siblings = this.byParent.get(input.parent) ?? []
    if (siblings.length === 0) return 'nothing was built on this layer before'
    const same = siblings.findLast((step) => step.instruction === input.instruction)
    if (!same) return 'the instruction is new or was edited'
    const changed = changedFiles(same.files, input.files)
    if (changed.length > 0) return `copied files changed: ${changed.slice(0, 3).join(', ')}${changed.length > 3 ? ` and ${changed.length - 3} more` : ''}`
    const names = (from: readonly string[], without: readonly string[]): string[] => from.filter((line) => !without.includes(line)).map((line) => line.split('=')[0]!)
    const settings = new Set([...names(input.settings, same.settings), ...names(same.settings, input.settings)])
    return settings.size > 0 ? `what it sees changed: ${[...settings].join(', ')}` : 'the instruction is new or was edited'
  }
}

function changedFiles(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const paths = new Set([...before.keys(), ...after.keys()])
  return [...paths].filter((path) => before.get(path) !== after.get(path)).sort()
}
