import type { BuildStep } from '../../../protocol/records.ts'
import { readInstructions, sameInstruction } from './instructions.ts'

export interface PlacedStep {
  readonly step: BuildStep
  /** Line of the present text that this step belongs to. */
  readonly line: number
}

/**
 * Finds the lines of the present text that a build's steps belong to, after lines were added, moved away or rewritten.
 * A step whose instruction is no longer there has no line. Order is kept: a step is never placed above an earlier one.
 */
export function placeSteps(source: string, steps: readonly BuildStep[]): readonly PlacedStep[] {
  const instructions = readInstructions(source)
  const placed: PlacedStep[] = []
  let from = 0
  for (const step of steps) {
    const rest = instructions.slice(from)
    const here = rest.findIndex((instruction) => instruction.line === step.line && sameInstruction(instruction.text, step.text))
    const index = here >= 0 ? here : rest.findIndex((instruction) => sameInstruction(instruction.text, step.text))
    const instruction = rest[index]
    if (instruction === undefined) continue
    placed.push({ step, line: instruction.line })
    from += index + 1
  }
  return placed
}
