import { MICROSECOND } from '../../simulation/units.ts'
import { assign, temporaryAssignments } from './assignments.ts'
import { BUILTINS, SPECIAL_BUILTINS } from './builtins/index.ts'
import { executeHere, locate } from './execute.ts'
import type { Interpreter } from './interpreter.ts'
import { foreground } from './job-control.ts'
import type { CompoundCommand, SimpleCommand } from './parser.ts'
import { redirect } from './redirections.ts'
import { ShellError, ShellExit, ShellJump } from './shell-state.ts'
import { quoteForTrace } from './source-text.ts'

const COMMAND_TIME = 15 * MICROSECOND
const MAX_CALL_DEPTH = 250
const DECLARATIONS: ReadonlySet<string> = new Set(['export', 'readonly', 'local', 'declare', 'typeset'])

export async function simple(shell: Interpreter, command: SimpleCommand): Promise<void> {
  const { state } = shell
  if (command.line) state.line = command.line
  await shell.context.use(COMMAND_TIME)
  state.context.process.residentBytes ||= 1
  const words = await commandWords(shell, command)
  if (state.options.has('xtrace') && words.length > 0) await trace(shell, command, words)
  if (words.length === 0) {
    await shell.withRedirections(command.redirections, async () => assign(shell, command.assignments))
    if (!hasSubstitution(command)) state.status = 0
    return
  }
  await invoke(shell, command, words)
}

/** Runs a command by its words: function, builtin, or program. */
export async function invoke(shell: Interpreter, command: Pick<SimpleCommand, 'assignments' | 'redirections'>, words: readonly string[], skipFunctions = false): Promise<void> {
  const { state } = shell
  const [name] = words as [string, ...string[]]
  const builtin = BUILTINS.get(name)
  const usable = builtin && (!builtin.bashOnly || state.isBash) ? builtin : undefined
  const definition = skipFunctions ? undefined : state.functions.get(name)
  if (name === 'exec') return execBuiltin(shell, command, words.slice(1))
  await shell.withRedirections(command.redirections, async () => {
    const keep = SPECIAL_BUILTINS.has(name) && !state.isBash
    const undo = command.assignments.length > 0 && !keep ? await temporaryAssignments(shell, command.assignments) : await assign(shell, command.assignments).then(() => () => undefined)
    try {
      if (definition) await callFunction(shell, definition.body, words.slice(1))
      else if (usable) state.status = await usable.run(shell, words)
      else await runProgram(shell, words)
    } finally {
      undo()
    }
  }, SPECIAL_BUILTINS.has(name) && !definition)
}

async function execBuiltin(shell: Interpreter, command: Pick<SimpleCommand, 'assignments' | 'redirections'>, words: readonly string[]): Promise<void> {
  await redirect(shell.state, shell.expander, command.redirections)
  shell.state.status = 0
  if (words.length === 0) return
  const path = locateForExec(shell, words[0]!)
  await assign(shell, command.assignments)
  for (const { name } of command.assignments) shell.state.variables.declare(name).exported = true
  shell.context.process.env = shell.state.variables.exported()
  throw new ShellExit(await executeHere(shell, path, words))
}

async function commandWords(shell: Interpreter, command: SimpleCommand): Promise<string[]> {
  if (!command.name) return []
  const literal = command.name.parts.length === 1 && command.name.parts[0]?.type === 'Literal' ? command.name.parts[0].value : ''
  if (!DECLARATIONS.has(literal)) return shell.expander.words([command.name, ...command.args])
  const words = [literal]
  for (const word of command.args) {
    const [head] = word.parts
    const assignment = head?.type === 'Literal' && /^[A-Za-z_]\w*\+?=/.test(head.value)
    words.push(...(assignment ? [await shell.expander.text(word)] : await shell.expander.words([word])))
  }
  return words
}

async function trace(shell: Interpreter, command: SimpleCommand, words: readonly string[]): Promise<void> {
  const prefix = shell.state.variables.get('PS4') ?? '+ '
  const assignments = command.assignments.map((assignment) => `${assignment.name}=…`).filter(() => false)
  await shell.context.warn(`${prefix}${[...assignments, ...words.map((word) => quoteForTrace(word, shell.state.isBash))].join(' ')}\n`)
}

async function callFunction(shell: Interpreter, body: CompoundCommand, args: readonly string[]): Promise<void> {
  const { state } = shell
  if (++state.callDepth > MAX_CALL_DEPTH) throw new ShellError('maximum function nesting level exceeded', { fatal: true })
  const { positional, loopDepth } = state
  state.positional = args
  state.loopDepth = 0
  state.variables.enterFunction()
  try {
    await shell.command(body)
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
async function runProgram(shell: Interpreter, words: readonly string[]): Promise<void> {
  const { state } = shell
  const path = locate(shell, words[0]!)
  const env = state.variables.exported()
  if (shell.lastMayExec) {
    shell.context.process.env = env
    throw new ShellExit(await executeHere(shell, path, words))
  }
  const group = state.options.has('monitor') ? { group: 'own' as const } : {}
  const pid = shell.context.fork({ argv: words, env, ...group }, (child) => executeHere(shell.copyFor(child), path, words))
  state.status = (await foreground(shell, [pid], words.join(' '))).at(-1) ?? 0
}

function locateForExec(shell: Interpreter, name: string): string {
  try {
    return locate(shell, name)
  } catch (error) {
    if (error instanceof ShellError) throw new ShellError(`exec: ${shell.state.isBash ? error.message.replace('command not found', 'not found') : error.message}`, { status: error.status, fatal: true })
    throw error
  }
}

const hasSubstitution = (command: SimpleCommand): boolean => JSON.stringify(command.assignments).includes('"CommandSubstitution"')
