import { MICROSECOND } from '../../simulation/units.ts'
import { evaluateCondition } from './conditional.ts'
import type { Interpreter } from './interpreter.ts'
import { foreground } from './job-control.ts'
import type { Compound, CompoundCommand, Statement, Word } from './parser.ts'
import { matchesPattern } from './pattern.ts'
import { forkShell } from './processes.ts'
import { ShellError, ShellJump } from './shell-state.ts'
import { quoteForTrace } from './source-text.ts'

/** What a turn of a loop costs. */
const TURN_TIME = 15 * MICROSECOND

export async function compound(shell: Interpreter, command: CompoundCommand): Promise<void> {
  switch (command.type) {
    case 'If': return ifCommand(shell, command)
    case 'For': return forCommand(shell, command)
    case 'CStyleFor': return cStyleFor(shell, command)
    case 'While': return loop(shell, command, (status) => status === 0)
    case 'Until': return loop(shell, command, (status) => status !== 0)
    case 'Case': return caseCommand(shell, command)
    case 'Group': return shell.statements(command.body)
    case 'Subshell': return subshell(shell, command)
    case 'ArithmeticCommand':
      if (!shell.state.isBash) throw new ShellError(`${command.expression.originalText ?? ''}: not found`, { status: 127 })
      shell.state.status = (await shell.expander.arithmetic(command.expression.originalText ?? '')) === 0n ? 1 : 0
      return
    case 'ConditionalCommand':
      if (!shell.state.isBash && shell.state.dialect !== 'busybox') throw new ShellError('[[: not found', { status: 127 })
      shell.state.status = (await evaluateCondition(shell, command.expression)) ? 0 : 1
  }
}

async function subshell(shell: Interpreter, command: Compound<'Subshell'>): Promise<void> {
  const group = shell.state.options.has('monitor') ? { group: 'own' as const } : {}
  const pid = forkShell(shell, group, (shell) => shell.statements(command.body))
  shell.state.status = (await foreground(shell, [pid], '( … )')).at(-1) ?? 0
}

async function test(shell: Interpreter, condition: readonly Statement[]): Promise<boolean> {
  shell.state.tested++
  try {
    await shell.statements(condition)
  } finally {
    shell.state.tested--
  }
  return shell.state.status === 0
}

async function ifCommand(shell: Interpreter, command: Compound<'If'>): Promise<void> {
  for (const clause of command.clauses) if (await test(shell, clause.condition)) return shell.statements(clause.body)
  shell.state.status = 0
  if (command.elseBody) await shell.statements(command.elseBody)
}

async function forCommand(shell: Interpreter, command: Compound<'For'>): Promise<void> {
  const values = command.words ? await shell.expander.words(command.words) : [...shell.state.positional]
  shell.state.status = 0
  await looping(shell, async () => {
    for (const value of values) {
      await shell.context.use(TURN_TIME)
      if (shell.state.isBash && shell.state.options.has('xtrace')) await shell.context.warn(`${shell.state.variables.get('PS4') ?? '+ '}for ${command.variable} in ${values.map((word) => quoteForTrace(word, true)).join(' ')}\n`)
      shell.state.variables.set(command.variable, value)
      if (await loopBody(shell, command.body)) return
    }
  })
}

async function cStyleFor(shell: Interpreter, command: Compound<'CStyleFor'>): Promise<void> {
  const value = async (expression: { readonly originalText?: string } | null, none: bigint): Promise<bigint> => (expression ? shell.expander.arithmetic(expression.originalText ?? '') : none)
  await value(command.init, 0n)
  shell.state.status = 0
  await looping(shell, async () => {
    while ((await value(command.condition, 1n)) !== 0n) {
      await shell.context.use(TURN_TIME)
      if (await loopBody(shell, command.body)) return
      await value(command.update, 0n)
    }
  })
}

async function loop(shell: Interpreter, command: Compound<'While'> | Compound<'Until'>, goesOn: (status: number) => boolean): Promise<void> {
  let status = 0
  await looping(shell, async () => {
    for (;;) {
      await shell.context.use(TURN_TIME)
      shell.state.status = 0
      await test(shell, command.condition)
      if (!goesOn(shell.state.status)) break
      if (await loopBody(shell, command.body)) return
      status = shell.state.status
    }
  })
  shell.state.status = status
}

async function looping(shell: Interpreter, run: () => Promise<void>): Promise<void> {
  shell.state.loopDepth++
  try {
    await run()
  } finally {
    shell.state.loopDepth--
  }
}

/** True when the loop is over. */
async function loopBody(shell: Interpreter, body: readonly Statement[]): Promise<boolean> {
  try {
    await shell.statements(body)
    return false
  } catch (error) {
    if (!(error instanceof ShellJump) || error.kind === 'return') throw error
    shell.state.status = 0
    if (--error.levels > 0 && shell.state.loopDepth > 1) throw error
    return error.kind === 'break'
  }
}

async function caseCommand(shell: Interpreter, command: Compound<'Case'>): Promise<void> {
  const word = await shell.expander.text(command.word)
  shell.state.status = 0
  let falling = false
  for (const item of command.items) {
    const hit = falling || (await anyPattern(shell, item.patterns, word))
    if (!hit) continue
    await shell.statements(item.body)
    if (item.terminator === ';;') return
    falling = item.terminator === ';&'
  }
}

async function anyPattern(shell: Interpreter, patterns: readonly Word[], word: string): Promise<boolean> {
  for (const pattern of patterns) if (matchesPattern(word, await shell.expander.pattern(pattern))) return true
  return false
}
