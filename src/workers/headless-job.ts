import type { Classification, FailureRow } from '../protocol/classifier.ts'
import type { CostChoice } from '../protocol/costs.ts'
import type { ErrorInfo } from '../protocol/errors.ts'
import type { HeadlessResult } from '../core/containers/engine/headless.ts'
import { classify, type ClassifyOptions } from '../core/hypervisor/classifier/classify.ts'
import { failuresText } from '../core/hypervisor/classifier/failures-text.ts'
import { failures } from '../core/hypervisor/classifier/failures.ts'
import { type AsmParams, assembleFile, type DisasmParams, type DisassembledLine, disassembleFile } from './headless-asm.ts'
import { buildImage, type BuildParams } from './headless-build.ts'
import { type LockstepParams, type LockstepReport, runLockstep } from './headless-lockstep.ts'
import { nanobenchmarks, type NanobenchmarkReport } from '../core/hypervisor/costs/nanobenchmarks/table.ts'
import { type MachineParams, type MachineReport, runMachine } from './headless-machine.ts'
import { type RiscvParams, type RiscvReport, runRiscv } from './headless-riscv.ts'
import { runScoreboard, type ScoreboardReport } from './headless-scoreboard.ts'
import { type VectorsParams, runVectorFile } from './headless-vectors.ts'
import type { AssembleResult } from '../core/machine/assembler/assemble.ts'
import type { VectorReport } from '../core/machine/vectors/run-vectors.ts'
import type { SerialLine } from './serial-line.ts'
import { runProject, type RunParams, type RunResult } from './headless-run.ts'

/** What the command line can have done without a window. */
export interface HeadlessParams {
  readonly run: RunParams
  readonly build: BuildParams
  readonly machine: MachineParams
  readonly vectors: VectorsParams
  readonly asm: AsmParams
  readonly disasm: DisasmParams
  readonly riscv: RiscvParams
  readonly lockstep: LockstepParams
  readonly scoreboard: CostChoice
  readonly nanobench: CostChoice
  readonly classify: Required<Pick<ClassifyOptions, 'mends'>>
  readonly failures: null
}

export interface HeadlessResults {
  readonly run: RunResult
  readonly build: HeadlessResult
  readonly machine: MachineReport
  readonly vectors: VectorReport
  readonly asm: AssembleResult
  readonly disasm: readonly DisassembledLine[]
  readonly riscv: RiscvReport
  readonly lockstep: LockstepReport
  readonly scoreboard: ScoreboardReport
  readonly nanobench: NanobenchmarkReport
  readonly classify: Classification
  readonly failures: { readonly rows: readonly FailureRow[]; readonly text: string }
}

export type HeadlessName = keyof HeadlessParams

export type HeadlessJob = { readonly [N in HeadlessName]: { readonly name: N; readonly params: HeadlessParams[N]; readonly app: string } }[HeadlessName]

export type HeadlessReport =
  | { readonly type: 'log'; readonly text: string }
  | { readonly type: 'done'; readonly value: HeadlessResults[HeadlessName] }
  | { readonly type: 'failed'; readonly error: ErrorInfo }

/** @param line where a machine's orders come from. */
export function runJob(job: HeadlessJob, log: (text: string) => void, line: SerialLine): Promise<HeadlessResults[HeadlessName]> {
  switch (job.name) {
    case 'run':
      return runProject(job.params, job.app)
    case 'build':
      return buildImage(job.params, log)
    case 'machine':
      return runMachine(job.params, log, line)
    case 'vectors':
      return runVectorFile(job.params)
    case 'asm':
      return assembleFile(job.params)
    case 'riscv':
      return runRiscv(job.params, log)
    case 'lockstep':
      return runLockstep(job.params)
    case 'scoreboard':
      return runScoreboard(job.params, log)
    case 'disasm':
      return disassembleFile(job.params)
    case 'nanobench':
      return Promise.resolve(nanobenchmarks(job.params))
    case 'classify':
      return Promise.resolve(classify(job.params))
    case 'failures': {
      const rows = failures()
      return Promise.resolve({ rows, text: failuresText(rows) })
    }
  }
}
