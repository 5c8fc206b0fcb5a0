import type { FileStat } from '../filesystem/file-system.ts'
import type { ProcessContext } from '../runtime/process-context.ts'
import { FileError } from '../filesystem/file-system.ts'

/** The unary file operators of `test` and `[[`. */
export function fileTest(context: ProcessContext, operator: string, path: string): boolean {
  if (operator === '-t') return context.isTerminal(Number(path))
  if (path === '') return false
  const link = operator === '-L' || operator === '-h'
  const stat = lookup(context, path, !link)
  if (!stat) return false
  switch (operator) {
    case '-e': case '-a': return true
    case '-f': return stat.kind === 'file'
    case '-d': return stat.kind === 'directory'
    case '-L': case '-h': return stat.kind === 'symlink'
    case '-c': return stat.kind === 'character-device'
    case '-p': return stat.kind === 'fifo'
    case '-s': return stat.size > 0
    case '-r': return context.files.may(path, 'read')
    case '-w': return context.files.may(path, 'write')
    case '-x': return context.files.may(path, 'execute')
    case '-u': return (stat.mode & 0o4000) !== 0
    case '-g': return (stat.mode & 0o2000) !== 0
    case '-k': return (stat.mode & 0o1000) !== 0
    case '-O': return stat.uid === context.uid
    case '-G': return stat.gid === context.gid
    default: return false
  }
}

function lookup(context: ProcessContext, path: string, follow: boolean): FileStat | undefined {
  try {
    return context.files.stat(path, follow)
  } catch (error) {
    if (error instanceof FileError) return undefined
    throw error
  }
}

/** `-eq` and its sisters. */
export function integerTest(operator: string, a: bigint, b: bigint): boolean {
  switch (operator) {
    case '-eq': return a === b
    case '-ne': return a !== b
    case '-lt': return a < b
    case '-le': return a <= b
    case '-gt': return a > b
    default: return a >= b
  }
}
