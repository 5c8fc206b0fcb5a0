import type { Heredoc, LineRange, Node } from './nodes.ts'

interface Base {
  readonly node: Node
  readonly lines: LineRange
}

export interface KeyValue {
  readonly key: string
  readonly value: string
}

/** A command in shell form (one text for the shell) or exec form (the words themselves). */
export interface CommandLine {
  readonly form: 'shell' | 'exec'
  readonly words: readonly string[]
}

export interface FromInstruction extends Base {
  readonly kind: 'from'
  readonly image: string
  readonly name: string | null
  /** The word AS as written. */
  readonly asKeyword: string | null
  readonly platform: string | null
}
export interface RunInstruction extends Base {
  readonly kind: 'run'
  readonly command: CommandLine
  readonly heredocs: readonly Heredoc[]
  readonly mounts: readonly string[]
  readonly network: string | null
}
export interface CopyInstruction extends Base {
  readonly kind: 'copy' | 'add'
  readonly sources: readonly string[]
  readonly contents: readonly Heredoc[]
  readonly destination: string
  readonly from: string | null
  readonly chown: string | null
  readonly chmod: string | null
  readonly checksum: string | null
}
interface PairsInstruction extends Base {
  readonly kind: 'env' | 'label'
  readonly pairs: readonly KeyValue[]
  /** `ENV key value`: the old form without `=`. */
  readonly legacy: boolean
}
export interface ArgInstruction extends Base {
  readonly kind: 'arg'
  readonly args: readonly { readonly key: string; readonly value: string | null }[]
}
export interface TextInstruction extends Base {
  readonly kind: 'workdir' | 'user' | 'stopsignal' | 'maintainer'
  readonly text: string
}
interface ListInstruction extends Base {
  readonly kind: 'expose' | 'volume'
  readonly values: readonly string[]
}
interface CommandInstruction extends Base {
  readonly kind: 'cmd' | 'entrypoint'
  readonly command: CommandLine
}
interface ShellInstruction extends Base {
  readonly kind: 'shell'
  readonly words: readonly string[]
}
interface HealthcheckInstruction extends Base {
  readonly kind: 'healthcheck'
  /** Null for `HEALTHCHECK NONE`. */
  readonly command: CommandLine | null
  readonly flags: Readonly<Record<string, string>>
}
interface OnbuildInstruction extends Base {
  readonly kind: 'onbuild'
  readonly trigger: string
}

export type StageInstruction =
  | RunInstruction | CopyInstruction | PairsInstruction | ArgInstruction | TextInstruction | ListInstruction
  | CommandInstruction | ShellInstruction | HealthcheckInstruction | OnbuildInstruction

export type Instruction = FromInstruction | StageInstruction

export interface Stage {
  readonly index: number
  readonly from: FromInstruction
  readonly instructions: readonly StageInstruction[]
}

export interface Dockerfile {
  /** ARG instructions before the first FROM. */
  readonly globalArgs: readonly ArgInstruction[]
  readonly stages: readonly Stage[]
  readonly escape: string
}
