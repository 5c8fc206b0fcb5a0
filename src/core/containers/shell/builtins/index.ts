import type { Builtin } from './builtin.ts'
import { controlBuiltins } from './control.ts'
import { inputOutputBuiltins } from './input-output.ts'
import { jobBuiltins } from './jobs.ts'
import { commandBuiltins } from './commands.ts'
import { variableBuiltins } from './variables.ts'
import { optionBuiltins } from './options.ts'

export const BUILTINS: ReadonlyMap<string, Builtin> = new Map(Object.entries<Builtin>({
  ...controlBuiltins, ...inputOutputBuiltins, ...jobBuiltins, ...commandBuiltins, ...variableBuiltins, ...optionBuiltins,
}))

/** POSIX 2.14: their assignments stay, their errors end a script. */
export const SPECIAL_BUILTINS: ReadonlySet<string> = new Set([
  'break', ':', 'continue', '.', 'eval', 'exec', 'exit', 'export', 'readonly', 'return', 'set', 'shift', 'times', 'trap', 'unset',
])
