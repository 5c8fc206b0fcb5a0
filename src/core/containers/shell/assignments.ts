import type { Interpreter } from './interpreter.ts'
import type { Assignment } from './parser.ts'
import { ShellError } from './shell-state.ts'
import { quoteForTrace } from './source-text.ts'

export async function assign(shell: Interpreter, assignments: readonly Assignment[]): Promise<void> {
  const { variables, options, isBash } = shell.state
  for (const assignment of assignments) {
    if (assignment.array && !isBash) throw new ShellError('Syntax error: "(" unexpected', { status: 2, fatal: true })
    const value = await assignedValue(shell, assignment)
    if (options.has('xtrace')) await shell.context.warn(`${variables.get('PS4') ?? '+ '}${assignment.name}=${isBash ? quoteForTrace(value, true) : value}\n`)
    if (options.has('allexport')) variables.declare(assignment.name).exported = true
  }
}

async function assignedValue(shell: Interpreter, assignment: Assignment): Promise<string> {
  const { variables } = shell.state
  const element = /^(\w+)\[(.*)\]$/s.exec(assignment.name)
  const name = element?.[1] ?? assignment.name
  if (assignment.array) {
    await assignArray(shell, assignment)
    return '()'
  }
  const text = assignment.value ? await shell.expander.text(assignment.value) : ''
  const key = element ? shell.expander.elementKey(name, element[2]!) : undefined
  const old = key === undefined ? variables.get(name) : variables.find(name)?.elements?.get(key)
  const integer = variables.find(name)?.integer ?? false
  const value = integer ? String(await shell.expander.arithmetic(assignment.append ? `${old ?? 0}+(${text})` : text)) : assignment.append ? (old ?? '') + text : text
  if (key === undefined) variables.set(name, value)
  else variables.setElement(name, key, value)
  return value
}

async function assignArray(shell: Interpreter, assignment: Assignment): Promise<void> {
  const { variables } = shell.state
  const entries: [string, string][] = assignment.append ? variables.elements(assignment.name) : []
  let next = Number(entries.at(-1)?.[0] ?? -1) + 1
  for (const word of assignment.array ?? []) {
    const source = await shell.expander.text(word)
    const keyed = /^\[([^\]]+)\]=(.*)$/s.exec(source)
    if (keyed) entries.push([shell.expander.elementKey(assignment.name, keyed[1]!), keyed[2]!])
    else for (const value of await shell.expander.words([word])) entries.push([String(next++), value])
    if (keyed) next = Number(entries.at(-1)![0]) + 1
  }
  variables.setArray(assignment.name, entries)
}

/** `VAR=x command`: set and exported while the command runs. */
export async function temporaryAssignments(shell: Interpreter, assignments: readonly Assignment[]): Promise<() => void> {
  const { variables } = shell.state
  const before = assignments.map(({ name }) => [name, variables.find(name) && { ...variables.find(name)! }] as const)
  await assign(shell, assignments)
  for (const { name } of assignments) if (variables.find(name)) variables.declare(name).exported = true
  return () => {
    for (const [name, old] of before) {
      if (old) Object.assign(variables.declare(name), old)
      else variables.unset(name)
    }
  }
}
