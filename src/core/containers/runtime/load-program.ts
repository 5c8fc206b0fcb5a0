import { decodeUtf8 } from '../../base/bytes.ts'
import { FileError } from '../filesystem/file-system.ts'
import { programNameOf } from '../filesystem/program-file.ts'
import { ExecError } from './process-context.ts'
import type { Process } from './process.ts'

const HEAD_BYTES = 256
const MAX_INTERPRETERS = 4

/** The program an executable file stands for, and the words it is started with (a script's interpreter comes first). */
export interface LoadedProgram {
  readonly program: string
  readonly argv: readonly string[]
}

/** What execve(2) does with a file: permission, marker, `#!` line. Throws `ExecError`. */
export function loadProgram(process: Process, path: string, argv: readonly string[], depth = 0): LoadedProgram {
  const view = process.state.files
  const place = resolveProgram(process, path)
  const head = view.root.read(place, 0, HEAD_BYTES)
  const program = programNameOf(head)
  if (program !== undefined) return { program, argv }
  const script = /^#![ \t]*(\S+)[ \t]*(.*)/.exec(decodeUtf8(head).split('\n', 1)[0] ?? '')
  if (!script || depth >= MAX_INTERPRETERS) throw new ExecError('ENOEXEC', path)
  const [, interpreter, argument] = script
  const words = [interpreter!, ...(argument?.trim() ? [argument.trim()] : []), path, ...argv.slice(1)]
  return loadProgram(process, interpreter!, words, depth + 1)
}

function resolveProgram(process: Process, path: string): string {
  const view = process.state.files
  try {
    const { stat, path: real, virtual } = view.resolve(process, path)
    if (!stat) throw new ExecError('ENOENT', path)
    if (stat.kind === 'directory') throw new ExecError('EISDIR', path)
    if (stat.kind !== 'file' || virtual || !view.allows(process.credentials, stat, 'execute')) throw new ExecError('EACCES', path)
    return real
  } catch (error) {
    if (error instanceof FileError) throw new ExecError(error.code === 'EACCES' ? 'EACCES' : 'ENOENT', path)
    throw error
  }
}
