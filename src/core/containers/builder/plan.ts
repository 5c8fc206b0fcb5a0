import type { Dockerfile, Stage, StageInstruction } from '../dockerfile/instructions.ts'
import { BuildFailure } from './build-failure.ts'
import { expandOrFail, type GlobalScope } from './scope.ts'

/** A stage that the build needs, with what its variables and references came out as. */
export interface PlannedStage {
  readonly stage: Stage
  /** The image or stage it starts from, variables replaced. */
  readonly base: string
  /** Index of the stage it starts from; null for an image. */
  readonly baseStage: number | null
  /** `2/9` of each instruction that is a unit of work; FROM is the first. */
  readonly labels: ReadonlyMap<StageInstruction | Stage['from'], string>
}

/** The target stage and those it depends on, in the order of the file. Throws a BuildFailure for an unknown target. */
export function planBuild(dockerfile: Dockerfile, scope: GlobalScope, target: string | undefined): readonly PlannedStage[] {
  const { stages } = dockerfile
  if (stages.length === 0) throw new BuildFailure('dockerfile contains no stages to build')
  const wanted = target === undefined || target === '' ? stages.length - 1 : findStage(stages, target, stages.length)
  if (wanted === undefined) throw new BuildFailure(`target stage ${JSON.stringify(target)} could not be found`)
  const planned = new Map<number, PlannedStage>()
  const visit = (index: number): void => {
    if (planned.has(index)) return
    const stage = stages[index]!
    const base = expandOrFail(stage.from.image, scope.environment, dockerfile.escape, stage.from.lines)
    if (base === '') throw new BuildFailure(`base name (${stage.from.image}) should not be blank`, stage.from.lines)
    const baseStage = stages.findLast((other) => other.index < index && other.from.name === base.toLowerCase())?.index ?? null
    planned.set(index, { stage, base, baseStage, labels: labelsOf(stage, stages.length > 1) })
    if (baseStage !== null) visit(baseStage)
    for (const instruction of stage.instructions) {
      if (instruction.kind !== 'copy' || instruction.from === null) continue
      const from = findStage(stages, instruction.from, index)
      if (from !== undefined) visit(from)
    }
  }
  visit(wanted)
  return [...planned.values()].sort((a, b) => a.stage.index - b.stage.index)
}

/** A stage by name or number, among the first `before`. */
export function findStage(stages: readonly Stage[], name: string, before: number): number | undefined {
  const named = stages.findLast((stage) => stage.index < before && stage.from.name === name.toLowerCase())
  if (named) return named.index
  return /^\d+$/.test(name) && Number(name) < before ? Number(name) : undefined
}

const isWork = ({ kind }: StageInstruction): boolean => kind === 'run' || kind === 'copy' || kind === 'add' || kind === 'workdir'

function labelsOf(stage: Stage, named: boolean): PlannedStage['labels'] {
  const work = [stage.from, ...stage.instructions.filter(isWork)]
  const name = named ? `${stage.from.name ?? `stage-${stage.index}`} ` : ''
  return new Map(work.map((instruction, i) => [instruction, `[${name}${String(i + 1).padStart(String(work.length).length)}/${work.length}]`]))
}
