import { FileError } from '../filesystem/file-system.ts'
import type { ProcessContext } from '../runtime/process-context.ts'
import { compound } from './compound-commands.ts'
import { Expander } from './expansion.ts'
import { background } from './job-control.ts'
import { refuseBashSyntax } from './dash-syntax.ts'
import { parseScript, ShellSyntaxError, type Command, type Pipeline, type Script, type SimpleCommand, type Statement } from './parser.ts'
import { concurrent } from './pipelines.ts'
import { substitute, substituteStream } from './processes.ts'
import { redirect } from './redirections.ts'
import { ShellError, ShellExit, ShellState } from './shell-state.ts'
import { simple } from './simple-commands.ts'
import { syntaxError } from './syntax-errors.ts'
import { ReadonlyVariable } from './variables.ts'

/** Runs parsed scripts: one instance for each shell process (a subshell gets a copy). */
export class Interpreter {
  readonly state: ShellState
  readonly expander: Expander
  /** The last simple command of `sh -c` may replace the shell. */
  lastMayExec = false

  constructor(state: ShellState) {
    this.state = state
    this.expander = new Expander(state, { output: (script) => substitute(this, script), stream: (script, direction) => substituteStream(this, script, direction) })
  }

  /** The same shell in a child process. */
  copyFor(child: ProcessContext): Interpreter {
    return new Interpreter(new ShellState(child, this.state.dialect, this.state.name, this.state))
  }

  /** A new shell in the same process, for a script that is run by its name. */
  newFor(script: string): Interpreter {
    return new Interpreter(new ShellState(this.context, this.state.dialect, script))
  }

  get context(): ProcessContext {
    return this.state.context
  }

  /** Runs a whole text (`-c`, a file, `eval`, a trap). Syntax errors are reported and give status 2. `from` names who had it run. */
  async runText(text: string, options: { readonly mayExec?: boolean; readonly from?: string } = {}): Promise<number> {
    let script: Script
    try {
      script = parseScript(text)
      refuseBashSyntax(script, this.state.dialect)
    } catch (error) {
      if (error instanceof ShellSyntaxError) return syntaxError(this, error, text, options.from)
      throw error
    }
    const { statements } = script
    for (const [index, statement] of statements.entries()) {
      this.lastMayExec = (options.mayExec ?? false) && index === statements.length - 1 && this.state.traps.size === 0
      // A line is read whole before any of it runs.
      const wrong = statements.slice(index).find((other) => other.deferredError && other.line === statement.line)
      if (wrong?.deferredError && options.from !== undefined) return syntaxError(this, new ShellSyntaxError(wrong.deferredError.message, wrong.line ?? 1), text, options.from)
      await this.statement(wrong ?? statement, text)
    }
    return this.state.status
  }

  async statements(statements: readonly Statement[]): Promise<void> {
    for (const statement of statements) await this.statement(statement)
  }

  /** Runs traps whose signals came while a command was running. */
  async runPendingTraps(): Promise<void> {
    for (let signal = this.state.pendingTraps.shift(); signal; signal = this.state.pendingTraps.shift()) {
      const action = this.state.traps.get(signal)
      if (!action) continue
      const { status } = this.state
      await this.runText(action)
      this.state.status = status
    }
  }

  /** The EXIT trap, then the status the process ends with. */
  async finish(status: number): Promise<number> {
    const action = this.state.traps.get('EXIT')
    if (!action) return status
    this.state.traps.delete('EXIT')
    this.state.status = status
    try {
      await this.runText(action)
    } catch (error) {
      if (error instanceof ShellExit) return error.status
      throw error
    }
    return status
  }

  async complainAbout(error: ShellError | ReadonlyVariable): Promise<void> {
    if (error.message === '') return
    const { isBash } = this.state
    await this.state.complain(error instanceof ReadonlyVariable && !isBash ? `${error.variable}: is read only` : error.message)
  }

  async command(command: Command): Promise<void> {
    if (command.type === 'SimpleCommand') return simple(this, command)
    this.lastMayExec = false
    if (command.type === 'FunctionDef') {
      this.state.functions.set(command.name, command)
      this.state.status = 0
      return
    }
    const { line } = command
    if (line) this.state.line = line
    await this.withRedirections(command.redirections, () => compound(this, command))
  }

  async statement(statement: Statement, source?: string): Promise<void> {
    if (statement.deferredError) {
      await syntaxError(this, new ShellSyntaxError(statement.deferredError.message, statement.line ?? this.state.line), source ?? '')
      throw new ShellExit(2)
    }
    if (this.state.options.has('noexec')) return
    if (statement.background) return background(this, statement)
    await this.list(statement)
  }

  private async list(statement: Statement): Promise<void> {
    const { pipelines, operators } = statement
    const mayExec = this.lastMayExec && pipelines.length === 1 && pipelines[0]!.negated === false
    this.lastMayExec = false
    for (const [index, pipeline] of pipelines.entries()) {
      const before = operators[index - 1]
      if (before === '&&' && this.state.status !== 0) continue
      if (before === '||' && this.state.status === 0) continue
      const tested = index < pipelines.length - 1 || pipeline.negated
      if (tested) this.state.tested++
      try {
        this.lastMayExec = mayExec
        await this.pipeline(pipeline)
      } finally {
        this.lastMayExec = false
        if (tested) this.state.tested--
      }
      await this.runPendingTraps()
      if (tested || this.state.status === 0) continue
      await this.runErrorTrap()
      this.exitOnError(pipeline)
    }
  }

  private async runErrorTrap(): Promise<void> {
    const action = this.state.tested > 0 ? undefined : this.state.traps.get('ERR')
    if (action === undefined) return
    const { status } = this.state
    this.state.traps.delete('ERR')
    await this.runText(action)
    this.state.traps.set('ERR', action)
    this.state.status = status
  }

  private exitOnError(pipeline: Pipeline): void {
    if (!this.state.options.has('errexit') || this.state.tested > 0) return
    const [only] = pipeline.commands
    const compound = pipeline.commands.length === 1 && only && ['If', 'For', 'CStyleFor', 'While', 'Until', 'Case', 'Group'].includes(only.type)
    if (!compound) throw new ShellExit(this.state.status)
  }

  private async pipeline(pipeline: Pipeline): Promise<void> {
    const { commands } = pipeline
    const [first] = commands
    if (commands.length === 1 && first) {
      await this.reportErrors(() => this.command(first))
      this.state.pipeStatus = [this.state.status]
    } else await concurrent(this, pipeline)
    if (pipeline.negated) this.state.status = this.state.status === 0 ? 1 : 0
  }

  /** Runs a command; what it complains about becomes a message and a status. */
  async reportErrors(run: () => Promise<void>): Promise<void> {
    const { state } = this
    try {
      await run()
    } catch (error) {
      if (error instanceof ShellError || error instanceof ReadonlyVariable) {
        await this.complainAbout(error)
        state.status = error instanceof ShellError ? error.status : state.isBash ? 1 : 2
        const fatal = error instanceof ReadonlyVariable ? true : error.fatal
        // bash leaves with 127 when a parameter is missing, its subshells with 1.
        if (fatal && state.isBash && state.isSubshell && state.status === 127) state.status = 1
        if (fatal && !state.interactive) throw new ShellExit(state.status)
        if (fatal) throw new ShellError('', { status: state.status })
      } else if (error instanceof FileError && error.code === 'EPIPE') state.status = 1
      else if (error instanceof FileError && error.code === 'EAGAIN') {
        await state.complain(state.isBash ? 'fork: Resource temporarily unavailable' : 'Cannot fork')
        throw new ShellExit(state.isBash ? 254 : 2)
      } else throw error
    }
  }

  async withRedirections(redirections: SimpleCommand['redirections'], run: () => Promise<void>, special = false): Promise<void> {
    if (redirections.length === 0) return run()
    let restore: () => void
    try {
      restore = await redirect(this.state, this.expander, redirections)
    } catch (error) {
      if (error instanceof ShellError && special && !this.state.isBash) throw new ShellError(error.message, { status: error.status, fatal: true })
      throw error
    }
    try {
      await run()
    } finally {
      if (!this.context.process.status) restore()
    }
  }
}
