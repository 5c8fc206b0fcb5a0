import * as v from 'valibot'
import { COMMANDS, QUERIES, type CommandHandlers, type CommandName, type QueryHandlers, type QueryName } from '../../protocol/commands.ts'
import type { ErrorInfo } from '../../protocol/errors.ts'
import { Failure } from '../base/failure.ts'
import type { Area } from './area.ts'

/** What a door is told: the value, or what went wrong. */
export type Outcome = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: ErrorInfo }

export interface CheckedCommand {
  readonly name: CommandName
  /** Valid and JSON-safe: exactly what a replay will read from the journal. */
  readonly params: unknown
}

type Handler = (params: unknown) => unknown

/** Checks a command at the door; throws `invalid` with the first thing that is wrong. */
export function checkCommand(name: string, params: unknown): CheckedCommand {
  if (!Object.hasOwn(COMMANDS, name)) throw new Failure('invalid', `There is no command "${name}".`)
  const known = name as CommandName
  return { name: known, params: JSON.parse(JSON.stringify(parse(known, COMMANDS[known].schema, params))) }
}

/** Checks a question's parameters; throws `invalid`. */
export function checkQuery(name: string, params: unknown): { readonly name: QueryName; readonly params: unknown } {
  if (!Object.hasOwn(QUERIES, name)) throw new Failure('invalid', `There is no query "${name}".`)
  const known = name as QueryName
  return { name: known, params: parse(known, QUERIES[known].schema, params) }
}

function parse(name: string, schema: v.GenericSchema, params: unknown): unknown {
  const parsed = v.safeParse(schema, params)
  if (parsed.success) return parsed.output
  const issue = parsed.issues[0]
  const where = v.getDotPath(issue)
  throw new Failure('invalid', `${name}${where ? `, ${where}` : ''}: ${issue.message}`)
}

/** The areas' handlers in one table. Two areas with the same command are a bug. */
export class Dispatcher {
  private readonly commands = new Map<string, Handler>()
  private readonly queries = new Map<string, Handler>()

  constructor(areas: readonly Area[]) {
    for (const area of areas) {
      fill(this.commands, area.handlers)
      fill(this.queries, area.queries ?? {})
    }
  }

  /** Runs the handler of a checked command; its answer may be a promise. */
  command(name: CommandName, params: unknown): unknown {
    return handlerOf(this.commands, name)(params)
  }

  query(name: QueryName, params: unknown): unknown {
    return handlerOf(this.queries, name)(params)
  }
}

function fill(table: Map<string, Handler>, handlers: Partial<CommandHandlers> | Partial<QueryHandlers>): void {
  for (const [name, handler] of Object.entries(handlers)) {
    if (table.has(name)) throw new Error(`two areas implement ${name}`)
    table.set(name, handler as Handler)
  }
}

function handlerOf(table: ReadonlyMap<string, Handler>, name: string): Handler {
  const handler = table.get(name)
  if (!handler) throw new Failure('unsupported', `Glasshouse cannot do "${name}" yet.`)
  return handler
}

/** What a door is told about an exception: a failure in its own words, anything else as the bug it is. */
export function errorInfo(error: unknown): ErrorInfo {
  if (error instanceof Failure) return error.info
  const text = error instanceof Error ? error.message : String(error)
  return { code: 'internal', message: `Glasshouse has a bug here: ${text}`, hint: 'Please report it with what you did last. Undo and saving still work.' }
}
