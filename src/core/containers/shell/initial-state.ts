import type { ProcessContext } from '../runtime/process-context.ts'
import { ShellState, type Dialect } from './shell-state.ts'

/** The variables a shell starts with: the environment, and its own. */
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
