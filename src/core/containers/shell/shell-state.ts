import type { ProcessContext } from '../runtime/process-context.ts'
import type { Signal } from '../runtime/signals.ts'
import type { FunctionDefinition } from './parser.ts'
import { Variables } from './variables.ts'

export type Dialect = 'bash' | 'dash' | 'busybox'

/** A background or stopped pipeline. */
export interface Job {
  readonly id: number
  readonly group: number
  readonly pids: readonly number[]
  readonly text: string
  state: 'Running' | 'Stopped' | 'Done'
  code: number
}

export const SHELL_OPTIONS = {
  e: 'errexit', u: 'nounset', x: 'xtrace', f: 'noglob', n: 'noexec', v: 'verbose', a: 'allexport', C: 'noclobber', m: 'monitor', b: 'notify', h: 'hashall',
} as const

export type ShellOption = (typeof SHELL_OPTIONS)[keyof typeof SHELL_OPTIONS] | 'pipefail'

/** Ends the shell with this status (exit, a fatal error). */
export class ShellExit extends Error {
  override readonly name = 'ShellExit'
  readonly status: number

  constructor(status: number) {
    super(`exit ${status}`)
    this.status = status
  }
}

/** `break`, `continue`, `return`: unwinds to the loop or function they belong to. */
export class ShellJump extends Error {
  override readonly name = 'ShellJump'
  readonly kind: 'break' | 'continue' | 'return'
  levels: number

  constructor(kind: ShellJump['kind'], levels: number) {
    super(kind)
    this.kind = kind
    this.levels = levels
  }
}

/** An error a command reports and goes on from with this status; fatal where the standard says so. */
export class ShellError extends Error {
  override readonly name = 'ShellError'
  readonly status: number
  readonly fatal: boolean

  constructor(message: string, options: { readonly status?: number; readonly fatal?: boolean } = {}) {
    super(message)
    this.status = options.status ?? 1
    this.fatal = options.fatal ?? false
  }
}

/** Everything a shell remembers between commands. */
export class ShellState {
  readonly context: ProcessContext
  readonly dialect: Dialect
  readonly variables: Variables
  readonly functions: Map<string, FunctionDefinition>
  readonly options: Set<ShellOption>
  readonly aliases: Map<string, string>
  readonly traps: Map<string, string>
  readonly pendingTraps: Signal[] = []
  readonly jobs: Job[] = []
  /** `$0`, which also begins the shell's messages. */
  name: string
  positional: readonly string[] = []
  status = 0
  /** PIDs and statuses of the last pipeline. */
  pipeStatus: readonly number[] = [0]
  lastBackground = 0
  /** Statuses of background children that ended before anyone waited. */
  readonly ended = new Map<number, number>()
  line = 1
  interactive = false
  /** Depth of contexts in which `set -e` does not act. */
  tested = 0
  loopDepth = 0
  callDepth = 0
  sourceDepth = 0
  readonly isSubshell: boolean
  readonly shellPid: number
  readonly startedAt: number

  constructor(context: ProcessContext, dialect: Dialect, name: string, from?: ShellState) {
    this.context = context
    this.dialect = dialect
    this.name = name
    this.variables = from ? from.variables.clone() : new Variables()
    this.functions = new Map(from?.functions)
    this.options = new Set(from?.options)
    this.aliases = new Map(from?.aliases)
    this.traps = new Map([...(from?.traps ?? [])].filter(([, action]) => action === ''))
    this.isSubshell = from !== undefined
    this.shellPid = from?.shellPid ?? context.pid
    this.startedAt = from?.startedAt ?? context.kernel.simulation.now
    if (!from) return
    this.positional = from.positional
    this.status = from.status
    this.lastBackground = from.lastBackground
    this.line = from.line
    this.tested = from.tested
    this.callDepth = from.callDepth
    this.loopDepth = from.loopDepth
  }

  get isBash(): boolean {
    return this.dialect === 'bash'
  }

  /** The beginning of an error message: `bash: line 3: `, `/bin/sh: 1: `, `sh: `. */
  get messagePrefix(): string {
    if (this.dialect === 'busybox') return `${this.name}: `
    if (this.dialect === 'dash') return `${this.name}: ${this.line}: `
    return this.interactive ? `${this.name}: ` : `${this.name}: line ${this.line}: `
  }

  async complain(message: string): Promise<void> {
    await this.context.warn(`${this.messagePrefix}${message}\n`)
  }
}
