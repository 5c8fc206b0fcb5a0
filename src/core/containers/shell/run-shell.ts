import { FileError } from '../filesystem/file-system.ts'
import { SIGNAL_NUMBERS } from '../runtime/signals.ts'
import type { Interpreter } from './interpreter.ts'
import { ERROR_TEXTS } from './redirections.ts'
import { ShellError, ShellExit, ShellJump } from './shell-state.ts'
import { ReadonlyVariable } from './variables.ts'

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
