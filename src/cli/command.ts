import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'

export interface CliCommand {
  /** One line for the list of commands. */
  readonly summary: string
  /** Everything about it, exit codes included. */
  readonly help: string
  /** Resolves with the exit code; throws `UsageError` for arguments that make no sense. */
  execute(args: readonly string[]): Promise<number>
}

export class UsageError extends Error {}

/** `parseArgs` with our kind of error. */
export function parseCommandLine<const O extends ParseArgsOptionsConfig>(args: readonly string[], options: O) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, allowNegative: false, strict: true })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

/** The only positional argument there may be. */
export function onlyPositional(positionals: readonly string[], what: string): string | undefined {
  if (positionals.length > 1) throw new UsageError(`Only one ${what} can be given, not ${positionals.length}.`)
  return positionals[0]
}

/** Like `onlyPositional`, but it must be there. */
export function requiredPositional(positionals: readonly string[], what: string): string {
  const value = onlyPositional(positionals, what)
  if (value === undefined) throw new UsageError(`Name a ${what}.`)
  return value
}
