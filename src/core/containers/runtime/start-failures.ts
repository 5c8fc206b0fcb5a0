import { FileError } from '../filesystem/file-system.ts'
import type { SpawnResult } from './kernel.ts'
import { loadProgram } from './load-program.ts'
import { ExecError, type ProcessContext } from './process-context.ts'
import { ProcessGone } from './process.ts'

/** Why a container's first program cannot start, in runc's words. */
export function startRefusal(context: ProcessContext, argv: readonly string[]): Extract<SpawnResult, { ok: false }> | undefined {
  const command = argv[0] ?? ''
  const path = context.findProgram(command)
  if (path === undefined) {
    const directory = command.includes('/') && context.files.isDirectory(command)
    if (directory) return { ok: false, reason: 'is a directory', exitCode: 126 }
    return { ok: false, reason: command.includes('/') ? `stat ${command}: no such file or directory` : 'executable file not found in $PATH', exitCode: 127 }
  }
  try {
    loadProgram(context.process, path, argv)
    return undefined
  } catch (error) {
    if (!(error instanceof ExecError)) throw error
    const reason = { ENOENT: 'no such file or directory', EACCES: 'permission denied', ENOEXEC: 'exec format error', EISDIR: 'is a directory' }[error.code]
    return { ok: false, reason, exitCode: error.code === 'ENOENT' ? 127 : 126 }
  }
}

/** A program that fails for a reason it has no words for ends like a crashed one, and says why. */
export async function diagnose(context: ProcessContext, error: unknown): Promise<number> {
  const name = context.argv[0] ?? ''
  const known = error instanceof FileError || error instanceof ExecError
  const text = known ? `${name}: ${error.message}\n` : `${name}: internal error: ${error instanceof Error ? error.message : 'unknown'}\n`
  try {
    await context.warn(text)
  } catch (failure) {
    if (!(failure instanceof ProcessGone) && !(failure instanceof FileError)) throw failure
  }
  return known ? 1 : 139
}
