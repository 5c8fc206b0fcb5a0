import { decodeUtf8 } from '../../base/bytes.ts'
import { FileError } from '../filesystem/file-system.ts'
import { ExecError, type ChildSpec, type ProcessContext } from '../runtime/process-context.ts'
import { Interrupted } from '../runtime/process.ts'
import { SIGNAL_NUMBERS } from '../runtime/signals.ts'
import { MICROSECOND } from '../../simulation/units.ts'
import { BUILTINS, SPECIAL_BUILTINS } from './builtins/index.ts'
import { evaluateCondition } from './conditional.ts'
import { Expander } from './expansion.ts'
import { parseScript, ShellSyntaxError, type Assignment, type Command, type Compound, type CompoundCommand, type Pipeline, type Script, type SimpleCommand, type Statement, type Word } from './parser.ts'
import { matchesPattern } from './pattern.ts'
import { redirect, ERROR_TEXTS } from './redirections.ts'
import { ShellError, ShellExit, ShellJump, ShellState, type Dialect, type Job } from './shell-state.ts'
import { commandText } from './source-text.ts'
import { ReadonlyVariable } from './variables.ts'

const COMMAND_TIME = 15 * MICROSECOND
const MAX_CALL_DEPTH = 250
const DECLARATIONS: ReadonlySet<string> = new Set(['export', 'readonly', 'local', 'declare', 'typeset'])

/** Runs parsed scripts: one instance for each shell process (a subshell gets a copy). */
export class Interpreter {
  readonly state: ShellState
  readonly expander: Expander
  /** The last simple command of `sh -c` may replace the shell. */
  private lastMayExec = false

  constructor(state: ShellState) {
    this.state = state
    this.expander = new Expander(state, { output: (script) => this.substitute(script), stream: (script, direction) => this.substituteStream(script, direction) })
  }

  get context(): ProcessContext {
    return this.state.context
  }

  /** Runs a whole text (`-c`, a file, `eval`, a trap). Syntax errors are reported and give status 2. */
  async runText(text: string, options: { readonly mayExec?: boolean } = {}): Promise<number> {
    let script: Script
    try {
      script = parseScript(text)
    } catch (error) {
      if (error instanceof ShellSyntaxError) return this.syntaxError(error, text)
      throw error
    }
    const { statements } = script
    for (const [index, statement] of statements.entries()) {
      this.lastMayExec = (options.mayExec ?? false) && index === statements.length - 1 && this.state.traps.size === 0
      await this.statement(statement, text)
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

  /** Runs `body` in a child process with a copy of this shell. */
  forkShell(spec: Omit<ChildSpec, 'argv'>, body: (shell: Interpreter) => Promise<void>): number {
    const parent = this.state
    return this.context.fork({ ...spec, argv: this.context.argv, env: parent.variables.exported() }, (child) => {
      const state = new ShellState(child, parent.dialect, parent.name, parent)
      const shell = new Interpreter(state)
      return runShell(shell, async () => body(shell))
    })
  }

  /** Waits for a foreground child; handled signals are noted and acted on afterwards. */
  async waitFor(pid: number, stops = false): Promise<number | 'stopped'> {
    for (;;) {
      try {
        const result = await this.context.wait(pid, { stops })
        if (!result) return this.state.ended.get(pid) ?? 127
        if (result.status === 'stopped') return 'stopped'
        if (result.status.signal === 'INT' && !this.state.interactive) throw new ShellExit(130)
        if (result.status.signal && result.status.signal !== 'PIPE') await this.announceSignal(result.status.signal)
        return result.status.code
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error
      }
    }
  }

  async simple(command: SimpleCommand): Promise<void> {
    const { state } = this
    if (command.line) state.line = command.line
    await this.context.use(COMMAND_TIME)
    state.context.process.residentBytes ||= 1
    const words = await this.commandWords(command)
    if (state.options.has('xtrace') && words.length > 0) await this.trace(command, words)
    if (words.length === 0) {
      state.status = command.assignments.length > 0 && !hasSubstitution(command) ? 0 : command.assignments.length > 0 ? state.status : 0
      await this.withRedirections(command.redirections, async () => this.assign(command.assignments))
      return
    }
    await this.invoke(command, words)
  }

  /** Runs a command by its words: function, builtin, or program. */
  async invoke(command: Pick<SimpleCommand, 'assignments' | 'redirections'>, words: readonly string[], skipFunctions = false): Promise<void> {
    const { state } = this
    const [name] = words as [string, ...string[]]
    const builtin = BUILTINS.get(name)
    const usable = builtin && (!builtin.bashOnly || state.isBash) ? builtin : undefined
    const definition = skipFunctions ? undefined : state.functions.get(name)
    if (name === 'exec') return this.execBuiltin(command, words.slice(1))
    await this.withRedirections(command.redirections, async () => {
      const keep = SPECIAL_BUILTINS.has(name) && !state.isBash
      const undo = command.assignments.length > 0 && !keep ? await this.temporaryAssignments(command.assignments) : await this.assign(command.assignments).then(() => () => undefined)
      try {
        if (definition) await this.callFunction(definition.body, words.slice(1))
        else if (usable) state.status = await usable.run(this, words)
        else await this.runProgram(words)
      } finally {
        undo()
      }
    }, SPECIAL_BUILTINS.has(name) && !definition)
  }

  private async execBuiltin(command: Pick<SimpleCommand, 'assignments' | 'redirections'>, words: readonly string[]): Promise<void> {
    await redirect(this.state, this.expander, command.redirections)
    this.state.status = 0
    if (words.length === 0) return
    const path = this.locate(words[0]!)
    await this.assign(command.assignments)
    for (const { name } of command.assignments) this.state.variables.declare(name).exported = true
    this.context.process.env = this.state.variables.exported()
    throw new ShellExit(await this.executeHere(path, words))
  }

  async command(command: Command): Promise<void> {
    if (command.type === 'SimpleCommand') return this.simple(command)
    if (command.type === 'FunctionDef') {
      this.state.functions.set(command.name, command)
      this.state.status = 0
      return
    }
    const { line } = command
    if (line) this.state.line = line
    await this.withRedirections(command.redirections, () => this.compound(command))
  }

  private async statement(statement: Statement, source?: string): Promise<void> {
    if (statement.deferredError) {
      await this.syntaxError(new ShellSyntaxError(statement.deferredError.message, statement.line ?? this.state.line), source ?? '')
      throw new ShellExit(2)
    }
    if (this.state.options.has('noexec')) return
    if (statement.background) return this.background(statement)
    await this.list(statement)
  }

  private async list(statement: Statement): Promise<void> {
    const { pipelines, operators } = statement
    const mayExec = this.lastMayExec && pipelines.length === 1
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
      if (!tested && this.state.status !== 0) this.exitOnError(pipeline)
    }
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
    } else await this.concurrent(pipeline)
    if (pipeline.negated) this.state.status = this.state.status === 0 ? 1 : 0
  }

  /** Runs a command; what it complains about becomes a message and a status. */
  private async reportErrors(run: () => Promise<void>): Promise<void> {
    const { state } = this
    try {
      await run()
    } catch (error) {
      if (error instanceof ShellError || error instanceof ReadonlyVariable) {
        await this.complainAbout(error)
        state.status = error instanceof ShellError ? error.status : state.isBash ? 1 : 2
        const fatal = error instanceof ReadonlyVariable ? true : error.fatal
        if (fatal && !state.interactive) throw new ShellExit(state.status)
        if (fatal) throw new ShellError('', { status: state.status })
      } else if (error instanceof FileError && error.code === 'EPIPE') state.status = 1
      else if (error instanceof FileError && error.code === 'EAGAIN') {
        await state.complain(state.isBash ? 'fork: Resource temporarily unavailable' : 'Cannot fork')
        throw new ShellExit(state.isBash ? 254 : 2)
      } else throw error
    }
  }

  private async concurrent(pipeline: Pipeline): Promise<void> {
    const pids = this.startPipeline(pipeline, this.state.options.has('monitor'))
    const text = commandText(pipeline)
    const statuses = await this.foreground(pids, text)
    this.state.pipeStatus = statuses
    const failed = statuses.findLast((status) => status !== 0) ?? 0
    this.state.status = this.state.options.has('pipefail') ? failed : (statuses.at(-1) ?? 0)
  }

  /** Starts every command of a pipeline in a process of its own, joined by pipes. */
  private startPipeline(pipeline: Pipeline, ownGroup: boolean): number[] {
    const { process } = this.context
    const pids: number[] = []
    let input: number | undefined
    for (const [index, command] of pipeline.commands.entries()) {
      const pipe = index < pipeline.commands.length - 1 ? this.context.pipe() : undefined
      const descriptors = new Map([...process.descriptors.keys()].filter((fd) => fd !== input && fd !== pipe?.read && fd !== pipe?.write).map((fd) => [fd, fd]))
      if (input !== undefined) descriptors.set(0, input)
      if (pipe) descriptors.set(1, pipe.write)
      if (pipe && pipeline.pipeStderr?.[index]) descriptors.set(2, pipe.write)
      const group = ownGroup ? (pids[0] ?? 'own') : undefined
      pids.push(this.forkShell({ descriptors, ...(group !== undefined && { group }) }, (shell) => shell.runLast(command)))
      if (input !== undefined) this.context.close(input)
      if (pipe) this.context.close(pipe.write)
      input = pipe?.read
    }
    return pids
  }

  /** A subshell's only command: it may replace the shell. */
  private async runLast(command: Command): Promise<void> {
    this.lastMayExec = true
    await this.reportErrors(() => this.command(command))
  }

  /** Waits for a foreground pipeline, lending it the terminal. */
  private async foreground(pids: readonly number[], text: string): Promise<number[]> {
    const { terminal, process } = this.context
    const monitor = this.state.options.has('monitor')
    if (monitor && terminal) terminal.foreground = pids[0]!
    const statuses: number[] = []
    try {
      for (const pid of pids) {
        const status = await this.waitFor(pid, monitor)
        if (status === 'stopped') return this.suspended(pids, text)
        statuses.push(status)
      }
    } finally {
      if (monitor && terminal) terminal.foreground = process.group
    }
    return statuses
  }

  private async suspended(pids: readonly number[], text: string): Promise<number[]> {
    const job = this.addJob(pids, text)
    job.state = 'Stopped'
    await this.context.warn(`\n[${job.id}]+  Stopped                 ${text}\n`)
    return [148]
  }

  addJob(pids: readonly number[], text: string): Job {
    const job: Job = { id: (this.state.jobs.at(-1)?.id ?? 0) + 1, group: pids[0]!, pids, text, state: 'Running', code: 0 }
    this.state.jobs.push(job)
    return job
  }

  /** Brings a job to the foreground. */
  async resume(job: Job): Promise<number> {
    this.state.jobs.splice(this.state.jobs.indexOf(job), 1)
    this.context.process.state.signalGroup(job.group, 'CONT')
    return (await this.foreground(job.pids, job.text)).at(-1) ?? 0
  }

  private async background(statement: Statement): Promise<void> {
    const monitor = this.state.options.has('monitor')
    const { process } = this.context
    const descriptors = new Map([...process.descriptors.keys()].map((fd) => [fd, fd]))
    const nothing = monitor ? undefined : process.install(this.context.files.open('/dev/null', { read: true }), 10)
    if (nothing !== undefined) descriptors.set(0, nothing)
    const foreground: Statement = { ...statement, background: false }
    const [only] = statement.pipelines
    const single = statement.pipelines.length === 1 && only?.commands.length === 1 ? only.commands[0] : undefined
    const pid = this.forkShell({ descriptors, ...(monitor && { group: 'own' as const }) }, async (shell) => {
      if (!monitor) for (const signal of ['INT', 'QUIT'] as const) shell.context.onSignal(signal, 'ignore')
      if (single) await shell.runLast(single)
      else await shell.statement(foreground)
    })
    if (nothing !== undefined) this.context.close(nothing)
    this.state.lastBackground = pid
    this.state.status = 0
    const job = this.addJob([pid], statement.pipelines.map(commandText).join(' '))
    if (this.state.interactive) await this.context.warn(`[${job.id}] ${pid}\n`)
  }

  private async compound(command: CompoundCommand): Promise<void> {
    switch (command.type) {
      case 'If': return this.ifCommand(command)
      case 'For': return this.forCommand(command)
      case 'CStyleFor': return this.cStyleFor(command)
      case 'While': return this.loop(command, (status) => status === 0)
      case 'Until': return this.loop(command, (status) => status !== 0)
      case 'Case': return this.caseCommand(command)
      case 'Group': return this.statements(command.body)
      case 'Subshell': return this.subshell(command)
      case 'ArithmeticCommand':
        if (!this.state.isBash) throw new ShellError(`${command.expression.originalText ?? ''}: not found`, { status: 127 })
        this.state.status = (await this.expander.arithmetic(command.expression.originalText ?? '')) === 0n ? 1 : 0
        return
      case 'ConditionalCommand':
        if (!this.state.isBash && this.state.dialect !== 'busybox') throw new ShellError('[[: not found', { status: 127 })
        this.state.status = (await evaluateCondition(this, command.expression)) ? 0 : 1
    }
  }

  private async subshell(command: Compound<'Subshell'>): Promise<void> {
    const group = this.state.options.has('monitor') ? { group: 'own' as const } : {}
    const pid = this.forkShell(group, (shell) => shell.statements(command.body))
    this.state.status = (await this.foreground([pid], '( … )')).at(-1) ?? 0
  }

  private async test(condition: readonly Statement[]): Promise<boolean> {
    this.state.tested++
    try {
      await this.statements(condition)
    } finally {
      this.state.tested--
    }
    return this.state.status === 0
  }

  private async ifCommand(command: Compound<'If'>): Promise<void> {
    for (const clause of command.clauses) if (await this.test(clause.condition)) return this.statements(clause.body)
    this.state.status = 0
    if (command.elseBody) await this.statements(command.elseBody)
  }

  private async forCommand(command: Compound<'For'>): Promise<void> {
    const values = command.words ? await this.expander.words(command.words) : [...this.state.positional]
    this.state.status = 0
    await this.looping(async () => {
      for (const value of values) {
        await this.context.use(COMMAND_TIME)
        this.state.variables.set(command.variable, value)
        if (await this.loopBody(command.body)) return
      }
    })
  }

  private async cStyleFor(command: Compound<'CStyleFor'>): Promise<void> {
    const value = async (expression: { readonly originalText?: string } | null, none: bigint): Promise<bigint> => (expression ? this.expander.arithmetic(expression.originalText ?? '') : none)
    await value(command.init, 0n)
    this.state.status = 0
    await this.looping(async () => {
      while ((await value(command.condition, 1n)) !== 0n) {
        await this.context.use(COMMAND_TIME)
        if (await this.loopBody(command.body)) return
        await value(command.update, 0n)
      }
    })
  }

  private async loop(command: Compound<'While'> | Compound<'Until'>, goesOn: (status: number) => boolean): Promise<void> {
    let status = 0
    await this.looping(async () => {
      for (;;) {
        await this.context.use(COMMAND_TIME)
        this.state.status = 0
        await this.test(command.condition)
        if (!goesOn(this.state.status)) break
        if (await this.loopBody(command.body)) return
        status = this.state.status
      }
    })
    this.state.status = status
  }

  private async looping(run: () => Promise<void>): Promise<void> {
    this.state.loopDepth++
    try {
      await run()
    } finally {
      this.state.loopDepth--
    }
  }

  /** True when the loop is over. */
  private async loopBody(body: readonly Statement[]): Promise<boolean> {
    try {
      await this.statements(body)
      return false
    } catch (error) {
      if (!(error instanceof ShellJump) || error.kind === 'return') throw error
      this.state.status = 0
      if (--error.levels > 0 && this.state.loopDepth > 1) throw error
      return error.kind === 'break'
    }
  }

  private async caseCommand(command: Compound<'Case'>): Promise<void> {
    const word = await this.expander.text(command.word)
    this.state.status = 0
    let falling = false
    for (const item of command.items) {
      const hit = falling || (await this.anyPattern(item.patterns, word))
      if (!hit) continue
      await this.statements(item.body)
      if (item.terminator === ';;') return
      falling = item.terminator === ';&'
    }
  }

  private async anyPattern(patterns: readonly Word[], word: string): Promise<boolean> {
    for (const pattern of patterns) if (matchesPattern(word, await this.expander.pattern(pattern))) return true
    return false
  }

  private async withRedirections(redirections: SimpleCommand['redirections'], run: () => Promise<void>, special = false): Promise<void> {
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

  private async commandWords(command: SimpleCommand): Promise<string[]> {
    if (!command.name) return []
    const literal = command.name.parts.length === 1 && command.name.parts[0]?.type === 'Literal' ? command.name.parts[0].value : ''
    if (!DECLARATIONS.has(literal)) return this.expander.words([command.name, ...command.args])
    const words = [literal]
    for (const word of command.args) {
      const [head] = word.parts
      const assignment = head?.type === 'Literal' && /^[A-Za-z_]\w*\+?=/.test(head.value)
      words.push(...(assignment ? [await this.expander.text(word)] : await this.expander.words([word])))
    }
    return words
  }

  private async trace(command: SimpleCommand, words: readonly string[]): Promise<void> {
    const prefix = this.state.variables.get('PS4') ?? '+ '
    const assignments = command.assignments.map((assignment) => `${assignment.name}=…`).filter(() => false)
    await this.context.warn(`${prefix}${[...assignments, ...words.map((word) => quoteForTrace(word, this.state.isBash))].join(' ')}\n`)
  }

  private async assign(assignments: readonly Assignment[]): Promise<void> {
    const { variables, options, isBash } = this.state
    for (const assignment of assignments) {
      if (assignment.array && !isBash) throw new ShellError('Syntax error: "(" unexpected', { status: 2, fatal: true })
      const value = await this.assignedValue(assignment)
      if (options.has('xtrace')) await this.context.warn(`${variables.get('PS4') ?? '+ '}${assignment.name}=${isBash ? quoteForTrace(value, true) : value}\n`)
      if (options.has('allexport')) variables.declare(assignment.name).exported = true
    }
  }

  private async assignedValue(assignment: Assignment): Promise<string> {
    const { variables } = this.state
    const element = /^(\w+)\[(.*)\]$/s.exec(assignment.name)
    const name = element?.[1] ?? assignment.name
    if (assignment.array) {
      await this.assignArray(assignment)
      return '()'
    }
    const text = assignment.value ? await this.expander.text(assignment.value) : ''
    const key = element ? this.expander.elementKey(name, element[2]!) : undefined
    const old = key === undefined ? variables.get(name) : variables.find(name)?.elements?.get(key)
    const integer = variables.find(name)?.integer ?? false
    const value = integer ? String(await this.expander.arithmetic(assignment.append ? `${old ?? 0}+(${text})` : text)) : assignment.append ? (old ?? '') + text : text
    if (key === undefined) variables.set(name, value)
    else variables.setElement(name, key, value)
    return value
  }

  private async assignArray(assignment: Assignment): Promise<void> {
    const { variables } = this.state
    const entries: [string, string][] = assignment.append ? variables.elements(assignment.name) : []
    let next = Number(entries.at(-1)?.[0] ?? -1) + 1
    for (const word of assignment.array ?? []) {
      const source = await this.expander.text(word)
      const keyed = /^\[([^\]]+)\]=(.*)$/s.exec(source)
      if (keyed) entries.push([this.expander.elementKey(assignment.name, keyed[1]!), keyed[2]!])
      else for (const value of await this.expander.words([word])) entries.push([String(next++), value])
      if (keyed) next = Number(entries.at(-1)![0]) + 1
    }
    variables.setArray(assignment.name, entries)
  }

  /** `VAR=x command`: set and exported while the command runs. */
  private async temporaryAssignments(assignments: readonly Assignment[]): Promise<() => void> {
    const { variables } = this.state
    const before = assignments.map(({ name }) => [name, variables.find(name) && { ...variables.find(name)! }] as const)
    await this.assign(assignments)
    for (const { name } of assignments) if (variables.find(name)) variables.declare(name).exported = true
    return () => {
      for (const [name, old] of before) {
        if (old) Object.assign(variables.declare(name), old)
        else variables.unset(name)
      }
    }
  }

  private async callFunction(body: CompoundCommand, args: readonly string[]): Promise<void> {
    const { state } = this
    if (++state.callDepth > MAX_CALL_DEPTH) throw new ShellError('maximum function nesting level exceeded', { fatal: true })
    const { positional, loopDepth } = state
    state.positional = args
    state.loopDepth = 0
    state.variables.enterFunction()
    try {
      await this.command(body)
    } catch (error) {
      if (!(error instanceof ShellJump) || error.kind !== 'return') throw error
    } finally {
      state.variables.leaveFunction()
      state.positional = positional
      state.loopDepth = loopDepth
      state.callDepth--
    }
  }

  /** Runs an external program in a child, or in this process when it is the shell's last deed. */
  private async runProgram(words: readonly string[]): Promise<void> {
    const { state } = this
    const path = this.locate(words[0]!)
    const env = state.variables.exported()
    if (this.lastMayExec) {
      this.context.process.env = env
      throw new ShellExit(await this.executeHere(path, words))
    }
    const group = state.options.has('monitor') ? { group: 'own' as const } : {}
    const pid = this.context.fork({ argv: words, env, ...group }, (child) => new Interpreter(new ShellState(child, state.dialect, state.name, state)).executeHere(path, words))
    state.status = (await this.foreground([pid], words.join(' '))).at(-1) ?? 0
  }

  /** The path of a program. Throws a `ShellError` (127) in the shell's own words when there is none. */
  locate(name: string): string {
    const { state } = this
    const path = name === '' ? undefined : this.context.findProgram(name, state.variables.get('PATH'))
    if (path !== undefined) return path
    if (name.includes('/') && this.context.files.isDirectory(name)) throw new ShellError(state.isBash ? `${name}: Is a directory` : `${name}: Permission denied`, { status: 126 })
    if (state.isBash) throw new ShellError(name.includes('/') ? `${name}: No such file or directory` : `${name}: command not found`, { status: 127 })
    throw new ShellError(`${name}: not found`, { status: 127 })
  }

  /** Becomes the program; a file without a known format is run as a script. */
  async executeHere(path: string, words: readonly string[]): Promise<number> {
    const { state } = this
    try {
      return await this.context.execute(path, words)
    } catch (error) {
      if (!(error instanceof ExecError)) throw error
      if (error.code === 'ENOEXEC') return this.runAsScript(path, words)
      const text = error.code === 'EACCES' ? 'Permission denied' : error.path === path ? (state.isBash ? 'No such file or directory' : 'not found') : `${error.path}: bad interpreter: No such file or directory`
      await state.complain(`${path}: ${state.isBash || error.path === path || error.code === 'EACCES' ? text : 'not found'}`)
      return error.code === 'ENOENT' ? (state.isBash && error.path !== path ? 126 : 127) : 126
    }
  }

  private async runAsScript(path: string, words: readonly string[]): Promise<number> {
    const bytes = this.context.files.bytes(path, 0, 1_000_000)
    if (bytes.subarray(0, 256).includes(0) || 'seed' in this.context.files.body(path)) {
      await this.state.complain(this.state.isBash ? `${path}: cannot execute binary file: Exec format error` : `${path}: Exec format error`)
      return 126
    }
    const shell = new Interpreter(new ShellState(this.context, this.state.dialect, path))
    for (const [name, value] of this.context.env) Object.assign(shell.state.variables.declare(name), { value, exported: true })
    shell.state.positional = words.slice(1)
    return runShell(shell, async () => void (await shell.runText(decodeUtf8(bytes))))
  }

  private async substitute(script: Script): Promise<string> {
    const { process } = this.context
    const pipe = this.context.pipe()
    const descriptors = new Map([...process.descriptors.keys()].filter((fd) => fd !== pipe.read && fd !== pipe.write).map((fd) => [fd, fd]))
    descriptors.set(1, pipe.write)
    const pid = this.forkShell({ descriptors }, async (shell) => {
      shell.state.tested = shell.state.isBash ? shell.state.tested : 0
      const [only] = script.statements
      const single = script.statements.length === 1 && only?.pipelines.length === 1 && !only.background && only.pipelines[0]?.commands.length === 1 && !only.pipelines[0].negated ? only.pipelines[0].commands[0] : undefined
      if (single?.type === 'SimpleCommand' && !only?.deferredError) await shell.runLast(single)
      else await shell.statements(script.statements)
    })
    this.context.close(pipe.write)
    const text = decodeUtf8(await this.context.readAll(pipe.read)).replaceAll('\0', '')
    this.context.close(pipe.read)
    const status = await this.waitFor(pid)
    this.state.status = status === 'stopped' ? 148 : status
    return text
  }

  private async substituteStream(script: Script, direction: 'input' | 'output'): Promise<string> {
    if (!this.state.isBash) throw new ShellError('Syntax error: "(" unexpected', { status: 2, fatal: true })
    const { process } = this.context
    const pipe = this.context.pipe()
    const [mine, theirs, fd] = direction === 'input' ? [pipe.read, pipe.write, 1] : [pipe.write, pipe.read, 0]
    const descriptors = new Map([...process.descriptors.keys()].filter((number) => number !== mine && number !== theirs).map((number) => [number, number]))
    descriptors.set(fd, theirs)
    this.forkShell({ descriptors }, (shell) => shell.statements(script.statements))
    this.context.close(theirs)
    let high = 63
    while (process.descriptors.has(high)) high--
    process.duplicate(mine, high)
    this.context.close(mine)
    return `/dev/fd/${high}`
  }

  private async announceSignal(signal: string): Promise<void> {
    const words = { KILL: 'Killed', TERM: 'Terminated', SEGV: 'Segmentation fault', QUIT: 'Quit', HUP: 'Hangup', ABRT: 'Aborted' }[signal]
    if (words && this.state.callDepth >= 0) await this.context.warn(`${words}\n`)
  }

  private async syntaxError(error: ShellSyntaxError, source: string): Promise<number> {
    this.state.line = error.line
    const { isBash } = this.state
    if (isBash) {
      const atEnd = error.token === undefined || error.token === '' || error.token === 'newline' && error.line > source.split('\n').length
      await this.state.complain(atEnd ? 'syntax error: unexpected end of file' : `syntax error near unexpected token \`${error.token}'`)
      if (!atEnd) await this.state.complain(`\`${source.split('\n')[error.line - 1] ?? ''}'`)
    } else {
      await this.state.complain(`Syntax error: ${error.token === undefined || error.token === '' ? 'end of file unexpected' : `"${error.token}" unexpected`}`)
    }
    this.state.status = 2
    return 2
  }
}

/** Runs a shell's work to its end: `exit`, fatal errors, stray `break`s and the EXIT trap. */
export async function runShell(shell: Interpreter, work: () => Promise<void>): Promise<number> {
  let status: number
  try {
    await work()
    status = shell.state.status
  } catch (error) {
    if (error instanceof ShellExit) status = error.status
    else if (error instanceof ShellJump) status = shell.state.status
    else if (error instanceof ShellError || error instanceof ReadonlyVariable) {
      await shell.complainAbout(error)
      status = error instanceof ShellError ? error.status : 1
    } else if (error instanceof RangeError) {
      await shell.state.complain('maximum nesting level exceeded')
      status = 128 + SIGNAL_NUMBERS.SEGV
    } else if (error instanceof FileError) {
      if (error.code !== 'EPIPE') await shell.state.complain(`${error.path}: ${ERROR_TEXTS[error.code] ?? error.code}`)
      status = 2
    } else throw error
  }
  return shell.finish(status)
}

const hasSubstitution = (command: SimpleCommand): boolean => JSON.stringify(command.assignments).includes('"CommandSubstitution"')

function quoteForTrace(word: string, bash: boolean): string {
  if (word === '') return "''"
  return bash && /[^\w@%+=:,./-]/.test(word) ? `'${word.replaceAll("'", "'\\''")}'` : word
}

export function newShellState(context: ProcessContext, dialect: Dialect, name: string): ShellState {
  const state = new ShellState(context, dialect, name)
  for (const [variable, value] of context.env) if (/^[A-Za-z_]\w*$/.test(variable)) Object.assign(state.variables.declare(variable), { value, exported: true })
  const exportedDefault = (variable: string, value: string, exported: boolean): void => {
    if (state.variables.get(variable) === undefined) Object.assign(state.variables.declare(variable), { value, exported })
  }
  state.variables.set('IFS', ' \t\n')
  Object.assign(state.variables.declare('PWD'), { value: context.cwd, exported: true })
  exportedDefault('PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', false)
  if (dialect === 'bash') Object.assign(state.variables.declare('SHLVL'), { value: String(Number(context.env.get('SHLVL') ?? 0) + 1), exported: true })
  state.variables.set('OPTIND', '1')
  return state
}
