import type { BuildStep, BuildStepState } from '../../../protocol/records.ts'
import type { Simulation } from '../../simulation/simulation.ts'
import type { Dockerfile, Instruction } from '../dockerfile/instructions.ts'
import type { Layer } from '../image/layer.ts'
import type { PlannedStage } from './plan.ts'

/** The steps of a build as its record shows them: one for each instruction, in the order of the file. */
export class StepTable {
  private readonly steps = new Map<Instruction, BuildStep>()
  private readonly simulation: Simulation
  private readonly publish: (steps: readonly BuildStep[]) => void

  constructor(simulation: Simulation, publish: (steps: readonly BuildStep[]) => void) {
    this.simulation = simulation
    this.publish = publish
  }

  fill(dockerfile: Dockerfile): void {
    for (const { from, instructions, index } of dockerfile.stages) {
      for (const instruction of [from, ...instructions]) {
        this.steps.set(instruction, {
          line: instruction.lines.start, text: instruction.node.original.trim().slice(0, 2000), stage: index, state: 'waiting',
          startedAt: null, finishedAt: null, layer: null, size: 0, cacheMiss: null,
        })
      }
    }
  }

  /** Marks the instructions of stages that are not needed. */
  plan(planned: readonly PlannedStage[]): void {
    const needed = new Set(planned.map(({ stage }) => stage.index))
    for (const [instruction, step] of this.steps) if (!needed.has(step.stage)) this.steps.set(instruction, { ...step, state: 'skipped' })
    this.emit()
  }

  start(instruction: Instruction, cacheMiss: string | null = null): void {
    this.change(instruction, { state: 'running', startedAt: this.simulation.now, cacheMiss })
  }

  /** `layers` are what the instruction brought, lowest first: a base image brings several. */
  finish(instruction: Instruction, state: 'done' | 'cached', layers: readonly Layer[] = []): void {
    const { now } = this.simulation
    const size = layers.reduce((sum, layer) => sum + layer.size, 0)
    this.change(instruction, { state, startedAt: this.steps.get(instruction)?.startedAt ?? now, finishedAt: now, layer: layers.at(-1)?.diffId ?? null, size })
  }

  /** The build ends here: what runs has failed (or was stopped), what waits will not come. */
  stop(running: BuildStepState): void {
    const { now } = this.simulation
    for (const [instruction, step] of this.steps) {
      if (step.state === 'running') this.steps.set(instruction, { ...step, state: running, finishedAt: now })
      else if (step.state === 'waiting') this.steps.set(instruction, { ...step, state: 'skipped' })
    }
    if (this.steps.size > 0) this.emit()
  }

  private change(instruction: Instruction, fields: Partial<BuildStep>): void {
    const step = this.steps.get(instruction)
    // Triggers of the base image have no line of their own.
    if (!step) return
    this.steps.set(instruction, { ...step, ...fields })
    this.emit()
  }

  private emit(): void {
    this.publish([...this.steps.values()])
  }
}
