import type { Diagnostic } from '../../../../protocol/commands.ts'
import type { Dockerfile, Instruction, Stage } from '../instructions.ts'
import type { LineRange, ParsedFile } from '../nodes.ts'

/** What a rule may look at. */
export interface Subject {
  readonly file: ParsedFile
  readonly dockerfile: Dockerfile
  readonly buildArgs: Readonly<Record<string, string>>
  /** True for a path of the build context that `.dockerignore` leaves out. */
  readonly ignored: (path: string) => boolean
  /** `NAME=value` lines of a base image; undefined when it is not known. */
  readonly imageEnv: (reference: string) => readonly string[] | undefined
}

export interface Finding {
  readonly lines: LineRange
  readonly message: string
}

/** One lint rule: its published id and a function of the file. */
export interface Rule {
  readonly id: string
  readonly severity: Diagnostic['severity']
  /** Runs only where `# check=experimental=` asks for it. */
  readonly experimental?: true
  readonly find: (subject: Subject) => readonly Finding[]
}

/** A rule that looks at one instruction at a time. Answers a message, several or none. */
export function instructionRule(
  id: string,
  severity: Diagnostic['severity'],
  judge: (instruction: Instruction, subject: Subject) => string | readonly string[] | undefined,
): Rule {
  return { id, severity, find: (subject) => instructionsOf(subject.dockerfile).flatMap((instruction) => findingsOf(instruction, judge(instruction, subject))) }
}

function findingsOf(instruction: Instruction, answer: string | readonly string[] | undefined): Finding[] {
  const messages = answer === undefined ? [] : typeof answer === 'string' ? [answer] : answer
  return messages.map((message) => ({ lines: instruction.lines, message }))
}

export function instructionsOf(dockerfile: Dockerfile): Instruction[] {
  return [...dockerfile.globalArgs, ...dockerfile.stages.flatMap((stage) => [stage.from, ...stage.instructions])]
}

/** The stage this one is built on, when it is one of this file. */
export function parentStage(dockerfile: Dockerfile, stage: Stage): Stage | undefined {
  return dockerfile.stages.slice(0, stage.index).findLast(({ from }) => from.name === stage.from.image.toLowerCase())
}

/** A stage and those it is built on, nearest first. */
export function lineage(dockerfile: Dockerfile, stage: Stage): Stage[] {
  const parent = parentStage(dockerfile, stage)
  return parent ? [stage, ...lineage(dockerfile, parent)] : [stage]
}
